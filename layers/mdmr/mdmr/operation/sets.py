"""Actions about file sets: how they stand, a stopped one decided, the next number of an LDC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.exchange.outbound.resending import Asked
from mdmr.operation.faults import Fault, Reader, shown
from mdmr.operation.organizations import Told
from mdmr.ports.authority import NotActiveError
from mdmr.ports.hub import Hub
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import deciding, explaining
from mdmr.synchronization.sets.deciding import NotStoppedError, SetOpenError
from mdmr.synchronization.sets.explaining import Explained
from mdmr.synchronization.sets.rows import find
from mdmr.synchronization.sets.states import Decision

_MOST_NUMBER = 9_999_999_999
_ELSEWHERE = "this region is not the active one; ask the other"


def explained(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell how a set stands (`set`, by its name or a file's), or those of an LDC that wait."""
    reader = Reader()
    name = reader.filled(request.get("set"), "set")
    if reader.faults:
        return None, reader.faults
    if ORG_ID.accepts(name):
        return {"sets": [_told(each) for each in explaining.of_ldc(hub, name)]}, []
    set_id = _set_of(name)
    told = None if set_id is None else explaining.explain(hub, set_id)
    if told is None:
        return None, [Fault("set", f"{name} is no set of which a file was accepted")]
    return {"sets": [_told(told)]}, []


def decided(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Release or refuse (`decision`) a stopped set: `set`, `why`, and the `request`'s own id."""
    reader = Reader()
    name, request_id = (reader.filled(request.get(each), each) for each in ("set", "request"))
    word = reader.filled(request.get("decision"), "decision")
    why = reader.short(request.get("why"), "why")
    known = {each.value: each for each in (Decision.RELEASE, Decision.REFUSE)}
    if word and word not in known:
        reader.fault("decision", f"must be one of {', '.join(known)}")
    set_id = _set_of(name)
    if name and (set_id is None or find(hub.state, set_id) is None):
        reader.fault("set", f"{name} is no set of which a file was accepted")
    if set_id is None or reader.faults:
        return None, reader.faults
    asked = Asked(request_id, str(request["by"]), why)
    try:
        deciding.decide(hub, set_id, known[word], asked)
    except NotStoppedError as error:
        return None, [Fault("set", str(error))]
    except KeptInsideError:
        return None, [Fault("", "the gateway keeps what is inside as it is; open it first")]
    except NotActiveError:
        return None, [Fault("", _ELSEWHERE)]
    return explained(hub, {"set": str(set_id)})


def numbered(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Set the `next` sequence number of an `ldc`: with `why` and the `request`'s own id."""
    reader = Reader()
    ldc, request_id = (reader.filled(request.get(each), each) for each in ("ldc", "request"))
    text = reader.filled(request.get("next"), "next")
    why = reader.short(request.get("why"), "why")
    if ldc and not ORG_ID.accepts(ldc):
        reader.fault("ldc", f"{shown(ldc)} is no ORG ID")
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_NUMBER):
        reader.fault("next", f"must be a whole number from 1 to {_MOST_NUMBER}")
    if reader.faults:
        return None, reader.faults
    try:
        found = deciding.reset(hub, ldc, int(text), Asked(request_id, str(request["by"]), why))
    except SetOpenError as error:
        return None, [Fault("ldc", f"{error}: its end first")]
    except NotActiveError:
        return None, [Fault("", _ELSEWHERE)]
    return {"ldc": ldc, "next": found.next}, []


def _set_of(text: str) -> SetId | None:
    named = SetId.of_file(FileName.parse(text))
    if named is not None:
        return named
    try:
        return SetId.of(text)
    except ValueError:
        return None


def _told(each: Explained) -> dict[str, Any]:
    found = each.each
    return {
        "set": str(found.id),
        "log": found.id.tag,
        "state": found.state.value,
        "phase": each.phase.value,
        "acts": each.acts.value if each.acts else "nobody",
        "since": to_text(found.since),
        "first": to_text(found.first),
        "number": each.number,
        "expected": each.expected,
        "status": found.status,
        "now": each.now,
        "reason": each.reason,
        "until": None if each.until is None else to_text(each.until),
        "then": each.then,
        "missing": list(each.missing),
        "not_listed": list(each.not_listed),
        "numbers": list(each.numbers),
        "faults": list(each.faults),
        "history": [
            {"what": step.state.value, "at": to_text(step.at), "why": step.reason}
            for step in found.history
        ],
    }


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any]], Told]] = {
    "sets": explained,
    "sets.decide": decided,
    "sets.number": numbered,
}
