"""Actions about Billing Cycle Schedules that wait for the operator's word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.exchange.ledger import receipts
from mdmr.exchange.outbound.resending import Asked
from mdmr.operation.faults import Fault, Reader
from mdmr.operation.organizations import Told, organization_asked
from mdmr.ports.authority import NotActiveError
from mdmr.ports.hub import Hub
from mdmr.schedules import approving, files
from mdmr.schedules.approving import NotAwaitingError
from mdmr.schedules.files import ScheduleFile


def waiting(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell the files of an LDC (`organization`) that wait for approval."""
    reader = Reader()
    ldc = organization_asked(reader, request)
    if reader.faults:
        return None, reader.faults
    return {"files": [_file(each) for each in files.awaiting(hub.state, ldc)]}, []


def approve(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Load a file that waits: `receipt` is its id, `why`, and the `request`'s own id."""
    return _answered(hub, request, approved=True)


def refuse(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Refuse a file that waits: `receipt` is its id, `why`, and the `request`'s own id."""
    return _answered(hub, request, approved=False)


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any]], Told]] = {
    "schedule.waiting": waiting,
    "schedule.approve": approve,
    "schedule.refuse": refuse,
}


def _answered(hub: Hub, request: Mapping[str, Any], *, approved: bool) -> Told:
    reader = Reader()
    receipt_id, request_id = (
        reader.filled(request.get(each), each) for each in ("receipt", "request")
    )
    why = reader.short(request.get("why"), "why")
    found = receipts.find(hub.state, receipt_id) if receipt_id else None
    if receipt_id and found is None:
        reader.fault("receipt", f"{receipt_id} is the id of no file")
    if found is None or reader.faults:
        return None, reader.faults
    asked = Asked(request_id, str(request["by"]), why)
    try:
        return {"file": _file(approving.answer(hub, found, asked, approved=approved))}, []
    except NotAwaitingError as error:
        return None, [Fault("receipt", str(error))]
    except KeptInsideError:
        return None, [Fault("receipt", "is kept as it is: the gateway is HOLD")]
    except NotActiveError:
        return None, [Fault("", "this region is not the active one; ask the other")]


def _file(each: ScheduleFile) -> dict[str, Any]:
    return {
        "receipt": each.receipt,
        "name": each.name,
        "state": each.state.value,
        "since": to_text(each.at),
        "errors": each.errors,
        "warnings": each.warnings,
    }
