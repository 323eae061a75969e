"""The steps of processing a set, in their order: plan, decide, apply, conclude; and stop.

Every step may be called again at any time and by several at once: what is done stays done. One
that meets a set for which something else comes next says so, and the set is looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from mdmr.ports.hub import Hub
from mdmr.synchronization.codes_processing import DEACTIVATION, FAILED, STATUSES
from mdmr.synchronization.processing import begun, concluding, deciding
from mdmr.synchronization.processing.plan import DeactivationError
from mdmr.synchronization.processing.planning import names_of, plan_part
from mdmr.synchronization.processing.settling import passed
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import Decision, SetState


class Outcome(StrEnum):
    """What comes next: LOOK, to look at the set again, which waits, or has a step left undone."""

    PLANNED = "PLANNED"
    APPLY = "APPLY"
    STOPPED = "STOPPED"
    APPLIED = "APPLIED"
    LOOK = "LOOK"
    OVER = "OVER"


def run(hub: Hub, event: Mapping[str, Any]) -> dict[str, str]:
    """Take a step (`step`) of a set (`set`), for a part of it (`part`), and tell what comes next.

    `stop` is told with which `error` the steps before it failed for good. Raises LookupError for a
    set that is none, KeyError for a step that is none, and what the steps raise: DeactivationError,
    DirectoryChangedError, DocumentTooLargeError, NotActiveError, KeptInsideError, StateBusyError.
    """
    step = _STEPS[str(event["step"])]
    return {"outcome": step(hub, SetId.of(str(event["set"])), event).value}


def _plan(hub: Hub, set_id: SetId, event: Mapping[str, Any]) -> Outcome:
    each = begun.take_up(hub, set_id)
    if each.state is not SetState.PROCESSING:
        return Outcome.LOOK
    plan_part(hub, each, str(event["part"]), names_of(hub, each))
    return Outcome.PLANNED


def _decide(hub: Hub, set_id: SetId, _: Mapping[str, Any]) -> Outcome:
    each = begun.take_up(hub, set_id)
    if each.over or (each.state is SetState.STOPPED and each.decision is Decision.REFUSE):
        concluding.refuse(hub, each)
        return Outcome.OVER
    if each.state is SetState.PROCESSING:
        counted = deciding.tallies(hub, each)
        if counted is None:
            return Outcome.LOOK
        each = deciding.decide(hub, each, counted)
        if each.state is SetState.PROCESSING:
            return Outcome.APPLY
    closing.announce(hub, each)
    return Outcome.STOPPED


def _apply(hub: Hub, set_id: SetId, event: Mapping[str, Any]) -> Outcome:
    each = begun.find(hub, set_id)
    if each.state is not SetState.PROCESSING:
        return Outcome.LOOK
    concluding.apply_part(hub, each, str(event["part"]))
    return Outcome.APPLIED


def _conclude(hub: Hub, set_id: SetId, _: Mapping[str, Any]) -> Outcome:
    each = begun.find(hub, set_id)
    if each.over:
        closing.finish(hub, each)
        return Outcome.OVER
    counted = deciding.tallies(hub, each) if _is_worked(hub, each) else None
    if counted is None:
        return Outcome.LOOK
    concluding.conclude(hub, each, counted)
    return Outcome.OVER


def _stop(hub: Hub, set_id: SetId, event: Mapping[str, Any]) -> Outcome:
    """Stop a set whose steps failed for good, so that the operator sees to it."""
    each = begun.take_up(hub, set_id)
    if each.over:
        return Outcome.OVER
    status = DEACTIVATION if event.get("error") == DeactivationError.__name__ else FAILED
    counted = deciding.tallies(hub, each) if each.state is SetState.PROCESSING else None
    records = each.records_read
    if counted is not None:
        records = Tally.total(counted).records + passed(hub, each)
    told = deciding.told(hub, each, records)
    fault = str(event.get("error", ""))
    begun.stop(hub, each, status, STATUSES[status].text, told, fault)
    return Outcome.STOPPED


def _is_worked(hub: Hub, each: FileSet) -> bool:
    return each.state is SetState.PROCESSING and concluding.is_applied(hub, each)


_STEPS = {
    "plan": _plan,
    "decide": _decide,
    "apply": _apply,
    "conclude": _conclude,
    "stop": _stop,
}
