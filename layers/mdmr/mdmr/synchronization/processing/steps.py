"""The steps of processing a set, in their order: plan, decide, apply, conclude; and stop.

Every step may be called again at any time and by several at once: what is done stays done. One
that meets a set for which something else comes next says so, and the set is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from mdmr.ports.hub import Hub
from mdmr.synchronization.processing import begun, concluding, deciding, halting, refusing
from mdmr.synchronization.processing.faults import Sparing
from mdmr.synchronization.processing.planning import names_of, plan_part
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import Decision, SetState

# So often a step is tried that needs what may be gone for the moment; then it does without rows,
# and at last, as a machine tries it no more, without reports.
_OFTEN, _LAST = 3, 5
# The states of the machine by which a set waits: they have nothing to lead to but themselves.
_WAITING = frozenset({"Look", "Park"})


class Outcome(StrEnum):
    """What comes next: LOOK, to look at the set again, which waits, or has a step left undone."""

    PLANNED = "PLANNED"
    APPLY = "APPLY"
    STOPPED = "STOPPED"
    APPLIED = "APPLIED"
    LOOK = "LOOK"
    OVER = "OVER"


class Taken(Struct, frozen=True):
    """A step that was taken: what comes next, and whether it opened an incident."""

    outcome: Outcome
    incident: bool = False


def run(
    hub: Hub, event: Mapping[str, Any], momentary: Callable[[Exception], bool] = lambda _: False
) -> dict[str, Any]:
    """Take a step (`step`) of a set (`set`), for a part of it (`part`), and tell what comes next.

    `stop` is told with which `error` a step failed for good, and which state of the machine it was
    (`failed`); it and `decide` are told how often they were `tried` before. `momentary` tells
    whether a fault is of the moment: for none such is anything left untold. Raises LookupError for
    a set that is none, KeyError for a step that is none, and what the steps raise:
    DeactivationError, DirectoryChangedError, NotActiveError, KeptInsideError, StateBusyError.
    """
    step = _STEPS[str(event["step"])]
    taken = step(hub, SetId.of(str(event["set"])), {**event, "momentary": momentary})
    return {"outcome": taken.outcome.value, "incident": taken.incident}


def _plan(hub: Hub, set_id: SetId, event: Mapping[str, Any]) -> Taken:
    each = begun.take_up(hub, set_id)
    if each.state is not SetState.PROCESSING:
        return Taken(Outcome.LOOK)
    plan_part(hub, each, str(event["part"]), names_of(hub, each))
    return Taken(Outcome.PLANNED)


def _decide(hub: Hub, set_id: SetId, event: Mapping[str, Any]) -> Taken:
    each = begun.find(hub, set_id)
    if each.over or (each.state is SetState.STOPPED and each.decision is Decision.REFUSE):
        refusing.refuse(hub, each, spare=_spares(event, _LAST))
        return Taken(Outcome.OVER)
    each = begun.take_up(hub, set_id)
    if each.state is SetState.PROCESSING:
        counted = deciding.tallies(hub, each)
        if counted is None:
            return Taken(Outcome.LOOK)
        each = deciding.decide(hub, each, counted, spare=_spares(event, 0))
        if each.state is SetState.PROCESSING:
            return Taken(Outcome.APPLY)
    closing.announce(hub, each)
    return Taken(Outcome.STOPPED, incident=True)


def _apply(hub: Hub, set_id: SetId, event: Mapping[str, Any]) -> Taken:
    each = begun.find(hub, set_id)
    if each.state is not SetState.PROCESSING:
        return Taken(Outcome.LOOK)
    concluding.apply_part(hub, each, str(event["part"]))
    return Taken(Outcome.APPLIED)


def _conclude(hub: Hub, set_id: SetId, _: Mapping[str, Any]) -> Taken:
    each = begun.find(hub, set_id)
    if each.over:
        closing.finish(hub, each)
        return Taken(Outcome.OVER)
    counted = deciding.tallies(hub, each) if _is_worked(hub, each) else None
    if counted is None:
        return Taken(Outcome.LOOK)
    concluding.conclude(hub, each, counted)
    return Taken(Outcome.OVER, incident=bool(Tally.total(counted).faults))


def _stop(hub: Hub, set_id: SetId, event: Mapping[str, Any]) -> Taken:
    """Stop a set at which a step failed for good, so that the operator sees to it."""
    waits = event.get("failed") not in _WAITING
    error = str(event.get("error", ""))
    stopped = halting.halt(hub, set_id, error, waits=waits, spare=_spares(event, 0))
    return Taken(Outcome.STOPPED if stopped else Outcome.LOOK, incident=True)


def _spares(event: Mapping[str, Any], otherwise: int) -> Sparing:
    """Return what a step may leave out that it cannot tell, by how often it was tried.

    A machine of a former release does not tell that: then as if it were `otherwise`.
    """
    tried = int(event.get("tried", otherwise))
    momentary = event.get("momentary", lambda _: False)
    return Sparing(tried >= _OFTEN, tried >= _LAST, momentary)


def _is_worked(hub: Hub, each: FileSet) -> bool:
    return each.state is SetState.PROCESSING and concluding.is_applied(hub, each)


_STEPS = {
    "plan": _plan,
    "decide": _decide,
    "apply": _apply,
    "conclude": _conclude,
    "stop": _stop,
}
