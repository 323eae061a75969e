"""Actions about what organizations sent: how files stand, one that failed taken up again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mdmr.exchange.inbound import inside
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.states import FileState
from mdmr.operation import files, shown
from mdmr.operation.asking import about_file
from mdmr.operation.faults import Fault, Reader
from mdmr.operation.organizations import Told, organization_asked
from mdmr.operation.pages import Pages
from mdmr.operation.taking_up import NotFailedError, take_up
from mdmr.ports.authority import NotActiveError
from mdmr.ports.hub import Hub
from mdmr.ports.state import Equal

# The id of a receipt or delivery.
ID = re.compile(r"[0-9a-f]{32}")


def listed(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell how files and deliveries stand, newest first.

    Asked for: the `organization`, for pages of what it sent and what it is owed (since `since`);
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
    pages = Pages(reader, request)
    if reader.faults:
        return None, reader.faults
    if by_id:
        found = files.of_id(hub, name)
    elif name:
        found = files.of_name(hub, org_id, name)
    else:
        found = files.of_organization(hub, pages, org_id, since)
    if reader.faults:
        return None, reader.faults
    kept = inside.kept(hub, found.files)
    return {
        "files": [shown.file(each, kept=each.id in kept) for each in found.files],
        "deliveries": [shown.delivery(each) for each in found.deliveries],
        "after": pages.after,
    }, []


def sent(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell a page of the files that the `organization` sent, newest first.

    Those since `since`, and only those in a `state`, where these are given.
    """
    reader = Reader()
    org_id = organization_asked(reader, request)
    since = reader.instant(request.get("since"), "since")
    state = reader.text(request.get("state"), "state")
    known = [each.value for each in FileState if each is not FileState.ARRIVED]
    if state and state not in known:
        reader.fault("state", f"must be one of {', '.join(known)}")
    pages = Pages(reader, request)
    matching = Equal("state", state) if state else None
    found = pages.read(
        partial(hub.views.page, receipts.FILES), org_id, since=since, matching=matching
    )
    if reader.faults:
        return None, reader.faults
    kept = inside.kept(hub, found)
    told = [shown.file(each, kept=each.id in kept) for each in found]
    return {"files": told, "after": pages.after}, []


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
    "files.list": sent,
    "files.retry": retried,
}
