"""Actions about what organizations sent: how files stand, one that failed taken up again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from mdmr.exchange.inbound import inside
from mdmr.operation import files, shown
from mdmr.operation.asking import about_file
from mdmr.operation.faults import Fault, Reader
from mdmr.operation.organizations import Told
from mdmr.operation.taking_up import NotFailedError, take_up
from mdmr.ports.authority import NotActiveError
from mdmr.ports.hub import Hub

# The id of a receipt or delivery.
ID = re.compile(r"[0-9a-f]{32}")


def listed(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell how files and deliveries stand, newest first.

    Asked for: the `organization`, for all that it sent and all that it is owed (since `since`);
    or a `file`, by its name (of the organization, else of the one in the name) or by the id of its
    receipt or delivery, with the deliveries about it.
    """
    reader = Reader()
    org_id = reader.text(request.get("organization"), "organization")
    since = reader.instant(request.get("since"), "since")
    name = reader.text(request.get("file"), "file")
    by_id = ID.fullmatch(name) is not None
    org_id = org_id or ("" if by_id else files.sender_of(name))
    if not org_id and not by_id:
        reader.fault("organization", "is missing")
    if reader.faults:
        return None, reader.faults
    if by_id:
        found = files.of_id(hub, name)
    elif name:
        found = files.of_name(hub, org_id, name)
    else:
        found = files.of_organization(hub, org_id, since)
    kept = inside.kept(hub, found.files)
    return {
        "files": [shown.file(each, kept=each.id in kept) for each in found.files],
        "deliveries": [shown.delivery(each) for each in found.deliveries],
    }, []


def retried(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Take a failed file up again: `receipt` is its id, `why`, and the `request`'s own id."""
    found, asked, faults = about_file(hub, request)
    if found is None or faults:
        return None, faults
    try:
        return {"file": shown.file(take_up(hub, found, asked))}, []
    except NotFailedError as error:
        return None, [Fault("receipt", str(error))]
    except NotActiveError:
        return None, [Fault("", "this region is not the active one; ask the other")]


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any]], Told]] = {
    "files": listed,
    "files.retry": retried,
}
