"""The operator's commands: one request, one answer, both plain data.

A request names its `action` and who asks (`by`). The answer has `ok`; a refused request has
`faults`, each with the path of what is wrong and a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from mdmr.evidence.filing import file_away
from mdmr.identifiers.kept import NumberTakenError
from mdmr.operation import (
    document,
    gateway,
    health,
    incoming,
    lease,
    organizations,
    outgoing,
    previews,
    proving,
    schedules,
    sdps,
    sets,
)
from mdmr.operation.faults import Fault, text_fault
from mdmr.operation.objections import objections
from mdmr.operation.plan import Change, ConflictError, PlanChangedError, apply, digest, plan
from mdmr.ports.authority import NotActiveError
from mdmr.ports.hub import Hub

_NONE_DONE = {"changes_done": 0}
# What one request can keep well within the time of the function.
MAX_NUMBERS = 1_000

Request: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = dict[str, Any]


def names() -> tuple[str, ...]:
    """Return the name of every action."""
    return (*_ACTIONS, *_TOLD, *gateway.ACTIONS)


def answer(hub: Hub, request: Request, region: str) -> Answer:
    """Return the answer to a request in the hub's region; evidence of what it did is filed."""
    asked = str(request.get("action"))
    action = _gateway if asked in gateway.ACTIONS else _ACTIONS.get(asked)
    action = _told if asked in _TOLD else action
    if action is None:
        return _refused([Fault("action", f"must be one of {', '.join(names())}")])
    if not request.get("by"):
        return _refused([Fault("by", "is missing: who asks?")])
    if faults := list(_unfit_texts(request)):
        return _refused(faults)
    told = action(hub, request, region)
    with suppress(NotActiveError):
        file_away(hub)
    return told


def _unfit_texts(request: Request) -> Iterator[Fault]:
    """Yield each text beside the document that the hub takes nowhere, whatever it means."""
    for key, value in request.items():
        if isinstance(value, str) and (text := text_fault(value)):
            yield Fault(key, text)
    if not isinstance(request["by"], str):
        yield Fault("by", "must be a text")


def _leased(hub: Hub, request: Request, region: str) -> Answer:
    told, faults = lease.ACTIONS[str(request["action"])](hub, request, region)
    return _refused(faults) if told is None else {"ok": True, **told}


def _plan(hub: Hub, request: Request, _: str) -> Answer:
    wanted, faults = _document(hub, request)
    if wanted is None:
        return _refused(faults)
    try:
        changes = plan(hub, wanted)
    except ConflictError as error:
        return _refused(error.faults)
    return {**_changes(changes), "digest": digest(changes)}


def _apply(hub: Hub, request: Request, _: str) -> Answer:
    wanted, faults = _document(hub, request)
    if wanted is None:
        return _refused(faults) | _NONE_DONE
    try:
        applied = apply(hub, wanted, by=str(request["by"]), expected=request.get("digest"))
    except PlanChangedError as error:
        text = "the hub changed since the plan was shown; plan again"
        return _refused([Fault("digest", text)]) | {"changes_done": error.done}
    except ConflictError as error:
        return _refused(error.faults) | _NONE_DONE
    except NumberTakenError as error:
        at = wanted.numbers.index(error.kept)
        return _refused([Fault(f"universal_sdp_ids[{at}]", str(error))]) | {"numbers_done": at}
    except NotActiveError:
        text = "this region is not the active one; ask the other, or start the hub first"
        return _refused([Fault("", text)])
    told = {**_changes(applied.changes), "digest": applied.digest}
    return {**told, "left": applied.left} if applied.left else told


def _document(hub: Hub, request: Request) -> tuple[document.Document | None, Sequence[Fault]]:
    wanted, faults = document.read(request.get("document"))
    if wanted is not None and len(wanted.numbers) > MAX_NUMBERS:
        text = f"must be at most {MAX_NUMBERS} in one request, are {len(wanted.numbers)}"
        return None, [Fault("universal_sdp_ids", text)]
    change_past = request.get("change_past") is True
    if wanted is not None and (
        faults := objections(hub.state, wanted, hub.clock.now(), change_past=change_past)
    ):
        return None, faults
    return wanted, faults


def _gateway(hub: Hub, request: Request, _: str) -> Answer:
    shown, faults = gateway.answer(hub, str(request["action"]), request)
    return _refused(faults) if shown is None else {"ok": True, "gateway": shown}


def _told(hub: Hub, request: Request, _: str) -> Answer:
    told, faults = _TOLD[str(request["action"])](hub, request)
    return _refused(faults) if told is None else {"ok": True, **told}


def _changes(changes: Sequence[Change]) -> Answer:
    rows = [
        {
            "action": each.action.value,
            "what": each.what,
            "before": each.before,
            "after": each.after,
        }
        for each in changes
    ]
    return {"ok": True, "changes": rows}


def _refused(faults: Sequence[Fault]) -> Answer:
    return {"ok": False, "faults": [{"path": each.path, "text": each.text} for each in faults]}


_ACTIONS: dict[str, Callable[[Hub, Request, str], Answer]] = {
    "plan": _plan,
    "apply": _apply,
    **dict.fromkeys(lease.ACTIONS, _leased),
}

_TOLD = {
    **organizations.ACTIONS,
    **incoming.ACTIONS,
    **outgoing.ACTIONS,
    **proving.ACTIONS,
    **sdps.ACTIONS,
    **sets.ACTIONS,
    **schedules.ACTIONS,
    **previews.ACTIONS,
    **health.ACTIONS,
}
