"""Actions about Billing Cycle Schedules that wait for the operator's word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.operation.asking import about_file
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
    found, asked, faults = about_file(hub, request)
    if found is None or faults:
        return None, faults
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
