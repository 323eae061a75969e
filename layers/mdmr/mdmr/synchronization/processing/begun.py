"""A set under work: taken up by the first step that comes to it, stopped, and taken up again."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from msgspec.structs import replace

from mdmr.exchange.ledger import incidents
from mdmr.exchange.outbound import deliveries
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, StateBusyError, Update, Write
from mdmr.synchronization.codes_processing import THRESHOLD, UNAUTHORIZED
from mdmr.synchronization.processing import plans
from mdmr.synchronization.processing.reporting import Told, reports
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing, rows
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import Decision, SetState

STOPPED_SET = "STOPPED_SET"
_TRIES = 8
# After these, what was planned stays: nothing inside failed.
_ASKED = (UNAUTHORIZED, THRESHOLD)


def take_up(hub: Hub, set_id: SetId) -> FileSet:
    """Begin or resume the work on a set that is loaded or released, and return it as it is.

    What is applied in part goes on even where the operator refuses it: it cannot be taken back.
    Nothing changes about a set in any other state. Raises LookupError for a set that is none,
    NotActiveError, KeptInsideError, StateBusyError.
    """
    for _ in range(_TRIES):
        each = find(hub, set_id)
        released = _is_released(hub, each)
        if not released and each.state is not SetState.LOADED:
            return each
        after = replace(
            each.moved(SetState.PROCESSING, hub.clock.now()),
            decision=Decision.NONE,
            status="",
            status_text="",
            sync_end=None,
        )
        if each.state is SetState.LOADED or _begins_anew(hub, each):
            after = replace(after, sync_start=hub.clock.now())
        try:
            return rows.commit(hub, each, after, *([resolved(hub, each)] if released else ()))
        except ConditionFailedError:
            continue
    message = f"work on {set_id}: others were faster {_TRIES} times"
    raise StateBusyError(message)


def find(hub: Hub, set_id: SetId) -> FileSet:
    """Return a set. Raises LookupError for one that is none."""
    each = rows.find(hub.state, set_id)
    if each is None:
        raise LookupError(str(set_id))
    return each


def stop(hub: Hub, before: FileSet, status: str, text: str, told: Told, fault: str) -> FileSet:
    """Stop a set that is being worked, with its reports and an incident, and return it.

    `fault` names what failed inside, empty where nothing did. Where another run of the set stopped
    or ended it, that stays. Raises NotActiveError, KeptInsideError, StateBusyError.
    """
    for _ in range(_TRIES):
        if before.state is not SetState.PROCESSING:
            closing.announce(hub, before)
            return before
        now = hub.clock.now()
        after = replace(
            before.moved(SetState.STOPPED, now, status),
            status=status,
            status_text=text,
            sync_end=now,
        )
        owed = reports(hub, after, told)
        after = replace(after, reports=tuple(each.delivery_id for each in owed))
        mandate = hub.lease.mandate(str(before.id))
        _, writes = deliveries.intend(hub.state, owed, now=now, epoch=mandate.epoch)
        writes.append(incident(before, STOPPED_SET, now, fault))
        try:
            stopped = rows.commit(hub, before, after, *writes, mandate=mandate)
        except ConditionFailedError:
            before = find(hub, before.id)
            continue
        closing.announce(hub, stopped)
        return stopped
    message = f"stop of {before.id}: others were faster {_TRIES} times"
    raise StateBusyError(message)


def incident(each: FileSet, what: str, at: datetime, fault: str) -> Update:
    """Return the write that opens an incident about a set, with the name and place of a fault."""
    opened = incidents.opened(subject=str(each.id), organization=each.id.ldc, what=what, at=at)
    return replace(opened, set={**opened.set, "fault": fault}) if fault else opened


def was_released(each: FileSet, status: str) -> bool:
    """Return whether a set was let go on after it had stopped with a status."""
    return any(
        step.state is SetState.STOPPED
        and step.reason == status
        and after.state is SetState.PROCESSING
        for step, after in pairwise(each.history)
    )


def rounds(each: FileSet) -> int:
    """Return how often a set has stopped so far: its reports are told apart by that."""
    return sum(step.state is SetState.STOPPED for step in each.history)


def resolved(hub: Hub, each: FileSet) -> Write:
    """Return the write that closes the incident of a stopped set: the operator decided about it."""
    return incidents.closed(
        subject=str(each.id),
        what=STOPPED_SET,
        request=f"{each.id}#{rounds(each)}",
        why=each.decision.value,
        at=hub.clock.now(),
    )


def _is_released(hub: Hub, each: FileSet) -> bool:
    """Return whether a set has stopped and goes on."""
    if each.state is not SetState.STOPPED or each.decision is Decision.NONE:
        return False
    if each.decision is Decision.RELEASE:
        return True
    return plans.applying_since(hub.data, each.id) is not None


def _begins_anew(hub: Hub, each: FileSet) -> bool:
    """Return whether a stopped set is planned anew: it failed before anything was applied."""
    return each.status not in _ASKED and plans.applying_since(hub.data, each.id) is None
