"""Actions about what organizations sent: how files stand, one that failed taken up again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.exchange.ledger import receipts
from mdmr.exchange.outbound.resending import Asked
from mdmr.operation.faults import Fault, Reader
from mdmr.operation.files import FileShown, files, shown
from mdmr.operation.organizations import Told, organization_asked
from mdmr.operation.taking_up import NotFailedError, take_up
from mdmr.ports.authority import NotActiveError
from mdmr.ports.hub import Hub

_MOST_TEXT = 200


def listed(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell the files that an organization sent, newest first."""
    reader = Reader()
    org_id = organization_asked(reader, request)
    since = reader.instant(request.get("since"), "since")
    if reader.faults:
        return None, reader.faults
    return {"files": [_file(each) for each in files(hub, org_id, since)]}, []


def retried(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Take a failed file up again: `receipt` is its id, `why`, and the `request`'s own id."""
    reader = Reader()
    receipt_id, request_id = (
        reader.filled(request.get(each), each) for each in ("receipt", "request")
    )
    why = short(reader, request, "why")
    found = receipts.find(hub.state, receipt_id) if receipt_id else None
    if receipt_id and found is None:
        reader.fault("receipt", f"{receipt_id} is the id of no file")
    if found is None or reader.faults:
        return None, reader.faults
    asked = Asked(request_id, str(request["by"]), why)
    try:
        return {"file": _file(shown(take_up(hub, found, asked)))}, []
    except NotFailedError as error:
        return None, [Fault("receipt", str(error))]
    except NotActiveError:
        return None, [Fault("", "this region is not the active one; ask the other")]


def short(reader: Reader, request: Mapping[str, Any], key: str) -> str:
    """Return a short printable text that a request must have."""
    text = reader.filled(request.get(key), key)
    if len(text) > _MOST_TEXT or not text.isprintable():
        reader.fault(key, f"must be at most {_MOST_TEXT} printable characters")
    return text


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any]], Told]] = {
    "files": listed,
    "files.retry": retried,
}


def _file(each: FileShown) -> dict[str, Any]:
    receipt, arrival = each.receipt, each.receipt.arrival
    return {
        "id": receipt.id,
        "key": arrival.key,
        "version_id": arrival.version_id,
        "name": arrival.name,
        "arrived": to_text(arrival.arrived),
        "size": arrival.size,
        "state": receipt.state.value,
        "code": receipt.code,
        "slot": receipt.slot,
        "reason": each.reason,
        "since": to_text(each.since),
        "history": [
            {"what": step.state.value, "at": to_text(step.at), "why": step.reason}
            for step in receipt.history
        ],
    }
