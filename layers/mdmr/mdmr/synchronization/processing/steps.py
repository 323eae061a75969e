"""The steps of processing a set, in their order: plan, decide, apply, conclude; and stop.

Every step may be called again at any time and by several at once: what is done stays done. One
that meets a set for which something else comes next says so, and the set is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

from mdmr.jobs.batching import without_collection
from mdmr.jobs.steps import Answer, name_of
from mdmr.ports.hub import Hub
from mdmr.synchronization.processing import begun, concluding, deciding, halting, refusing
from mdmr.synchronization.processing.faults import Sparing
from mdmr.synchronization.processing.planning import names_of, plan_part
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import Decision, SetState
from mdmr.synchronization.sets.steps import SetBatch, SetStep

# So often a step is tried that needs what may be gone for the moment; then it does without rows,
# and at last, as a machine tries it no more, without reports.
_OFTEN, _LAST = 3, 5
# The states of the machine by which a set waits: they have nothing to lead to but themselves.
_WAITING = frozenset({"Look", "Park"})


class Outcome(StrEnum):
    """What comes next: LOOK, to look at the set again, which waits, or has a step left undone."""

    APPLY = "APPLY"
    STOPPED = "STOPPED"
    LOOK = "LOOK"
    OVER = "OVER"


class Taken(Answer, frozen=True, kw_only=True):
    """What comes next for the set, and whether the step opened an incident."""

    outcome: Outcome
    incident: bool = False


class PlanParts(SetBatch, frozen=True, kw_only=True, tag="plan"):
    """Work parts in memory and write down what they change."""


class Decide(SetStep, frozen=True, kw_only=True, tag="decide"):
    """Decide whether the set may be applied; `tried` is how often that was tried before."""

    answer: ClassVar = Taken
    tried: int | None = None


class ApplyParts(SetBatch, frozen=True, kw_only=True, tag="apply"):
    """Write to the master directory what was planned for parts."""


class Conclude(SetStep, frozen=True, kw_only=True, tag="conclude"):
    """End the set with its reports."""

    answer: ClassVar = Taken


class Stop(SetStep, frozen=True, kw_only=True, tag="stop"):
    """Stop a set at which a state of the machine (`failed`) failed for good with an `error`.

    `tried` is how often that was tried before.
    """

    answer: ClassVar = Taken
    error: str = ""
    failed: str = ""
    tried: int | None = None


ProcessingStep: TypeAlias = PlanParts | Decide | ApplyParts | Conclude | Stop
Momentary: TypeAlias = Callable[[Exception], bool]


def run(hub: Hub, step: ProcessingStep, momentary: Momentary = lambda _: False) -> Taken | None:
    """Take a step of processing a set, for each of its parts where it names some.

    `momentary` tells whether a fault is of the moment: for none such is anything left untold.
    Raises LookupError for a set that is none, and what the steps raise: DeactivationError,
    DirectoryChangedError, NotActiveError, KeptInsideError, StateBusyError.
    """
    set_id, work = SetId.of(step.set_id), _STEPS[name_of(step)]
    with without_collection():
        if not isinstance(step, SetBatch):
            taken: Taken = work(hub, set_id, step, momentary)
            return taken
        for part in step.items:
            work(hub, set_id, part)
        return None


def _plan(hub: Hub, set_id: SetId, part: str) -> None:
    each = begun.take_up(hub, set_id)
    if each.state is SetState.PROCESSING:
        plan_part(hub, each, part, names_of(hub, each))


def _decide(hub: Hub, set_id: SetId, step: Decide, momentary: Momentary) -> Taken:
    each = begun.find(hub, set_id)
    if each.over or (each.state is SetState.STOPPED and each.decision is Decision.REFUSE):
        refusing.refuse(hub, each, spare=_spares(step.tried, _LAST, momentary))
        return Taken(outcome=Outcome.OVER)
    each = begun.take_up(hub, set_id)
    if each.state is SetState.PROCESSING:
        counted = deciding.tallies(hub, each)
        if counted is None:
            return Taken(outcome=Outcome.LOOK)
        each = deciding.decide(hub, each, counted, spare=_spares(step.tried, 0, momentary))
        if each.state is SetState.PROCESSING:
            return Taken(outcome=Outcome.APPLY)
    closing.announce(hub, each)
    return Taken(outcome=Outcome.STOPPED, incident=True)


def _apply(hub: Hub, set_id: SetId, part: str) -> None:
    each = begun.find(hub, set_id)
    if each.state is SetState.PROCESSING:
        concluding.apply_part(hub, each, part)


def _conclude(hub: Hub, set_id: SetId, _: Conclude, __: Momentary) -> Taken:
    each = begun.find(hub, set_id)
    if each.over:
        closing.finish(hub, each)
        return Taken(outcome=Outcome.OVER)
    counted = deciding.tallies(hub, each) if _is_worked(hub, each) else None
    if counted is None:
        return Taken(outcome=Outcome.LOOK)
    concluding.conclude(hub, each, counted)
    return Taken(outcome=Outcome.OVER, incident=bool(Tally.total(counted).faults))


def _stop(hub: Hub, set_id: SetId, step: Stop, momentary: Momentary) -> Taken:
    """Stop a set at which a step failed for good, so that the operator sees to it."""
    waits = step.failed not in _WAITING
    spare = _spares(step.tried, 0, momentary)
    stopped = halting.halt(hub, set_id, step.error, waits=waits, spare=spare)
    return Taken(outcome=Outcome.STOPPED if stopped else Outcome.LOOK, incident=True)


def _spares(tried: int | None, otherwise: int, momentary: Momentary) -> Sparing:
    """Return what a step may leave out that it cannot tell, by how often it was tried.

    A machine of a former release does not tell that: then as if it were `otherwise`.
    """
    tried = otherwise if tried is None else tried
    return Sparing(tried >= _OFTEN, tried >= _LAST, momentary)


def _is_worked(hub: Hub, each: FileSet) -> bool:
    return each.state is SetState.PROCESSING and concluding.is_applied(hub, each)


_STEPS: Mapping[str, Callable[..., Any]] = {
    "plan": _plan,
    "decide": _decide,
    "apply": _apply,
    "conclude": _conclude,
    "stop": _stop,
}
