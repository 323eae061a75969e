"""Attending to a set: looking how it stands, and waiting until something happens to it.

A look decides what there is to decide and tells what comes next. What it rests on may change
before the execution waits: then whoever changed it could not wake the execution, which did not
wait yet. So the wait begins only if the set is as the look has left it, and goes on only if its
LDC's sequence and the gateway are still as they were.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.ports.contention import Contended, is_contention, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import AllOf, ConditionFailedError, Equal, Update
from mdmr.synchronization.codes_processing import FAILED
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing, rows, sequence, stopping
from mdmr.synchronization.sets.finding import facts_of
from mdmr.synchronization.sets.judging import Facts, Take, Wait, judge
from mdmr.synchronization.sets.rejecting import reject
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.sequence import Waiting
from mdmr.synchronization.sets.states import GATHERING, Decision, SetState
from mdmr.synchronization.sets.waiting import Reason

# The gateway, or the operator, wakes what waits for it; this is for the case that a word is lost.
_WOKEN = {Reason.GATEWAY: timedelta(hours=2), Reason.OPERATOR: timedelta(hours=2)}
# What is looked at so long before its time is left as it is.
_NEAR = timedelta(hours=1)
_LONGEST_CALL = timedelta(minutes=15)


class Outcome(StrEnum):
    """What comes next for a set."""

    WAIT = "WAIT"
    STAGE = "STAGE"
    PROCESS = "PROCESS"
    DECIDE = "DECIDE"
    OVER = "OVER"


class Looked(Struct, frozen=True):
    """What a look came to; `wait` is how long to wait, and the set was left as `each` is.

    A wait rests on the gateway's version `gate`, and on revision `turn` of the LDC's sequence
    where it is asked (None: it is not).
    """

    each: FileSet
    outcome: Outcome
    wait: timedelta = timedelta()
    gate: int | None = None
    turn: int | None = None

    @property
    def seconds(self) -> int:
        """How long to wait, in whole seconds, at least one."""
        return max(1, ceil(self.wait.total_seconds()))


def look(hub: Hub, set_id: SetId) -> Looked:
    """Decide what there is to decide about a set and return what comes next.

    Repeated, it does nothing new. Raises NotActiveError, StateBusyError, and LookupError for a set
    that is none.
    """
    return retry_on_contention(
        hub.backoff,
        Contended.FILE_SET,
        f"look at {set_id}",
        partial(_look_once, hub, set_id),
        retries=lambda fault: is_contention(fault) or isinstance(fault, KeptInsideError),
    )


def _look_once(hub: Hub, set_id: SetId) -> Looked:
    file_set = rows.find(hub.state, set_id)
    if file_set is None:
        raise LookupError(str(set_id))
    if file_set.over:
        return Looked(closing.finish(hub, file_set), Outcome.OVER)
    return _look(hub, file_set)


def park(
    hub: Hub,
    set_id: SetId,
    token: str,
    *,
    revision: int,
    latest: str,
    gate: int | None = None,
    turn: int | None = None,
) -> None:
    """Let the execution of a set wait with a token, if the set is as its look has left it.

    Otherwise it goes on at once. `revision` and `latest` are those of the set then, `gate` and
    `turn` as in `Looked` (None: not asked). May be done again. Raises NotActiveError.
    """
    as_left = AllOf((Equal("revision", revision), Equal("latest", latest)))
    waits = Update(rows.set_key(set_id), set={"token": token}, condition=as_left)
    try:
        hub.state.commit(hub.lease.mandate(str(set_id)).check, waits)
    except ConditionFailedError:
        hub.processes.wake(token)
        return
    # Whoever changes these from now on finds the token.
    if gate not in (None, hub.gate.reading(rows.concern_of(set_id)).version) or turn not in (
        None,
        sequence.find(hub.state, set_id.ldc).revision,
    ):
        hub.processes.wake(token)


def _look(hub: Hub, each: FileSet) -> Looked:
    """Return what a look came to. Raises ConditionFailedError when the set was changed since."""
    gate = hub.gate.reading(rows.concern_of(each.id))
    looked = _look_at_set(hub, each) if gate.works else _wait(hub, each, Reason.GATEWAY)
    return replace(looked, gate=gate.version)


def _look_at_set(hub: Hub, each: FileSet) -> Looked:
    if each.state in GATHERING:
        return _look_at_files(hub, each)
    if each.state is SetState.STAGING:
        # An execution that died after its set was taken may not have come to this.
        _follow_turn(hub, each)
        return Looked(each, Outcome.STAGE)
    if each.state is SetState.STOPPED:
        return _look_at_stopped(hub, each)
    return Looked(each, Outcome.PROCESS)


def _look_at_stopped(hub: Hub, each: FileSet) -> Looked:
    if each.decision is Decision.NONE:
        return _wait(hub, each, Reason.OPERATOR)
    if each.decision is Decision.RELEASE:
        if each.stopped_in in (SetState.LOADED, SetState.PROCESSING):
            return Looked(each, Outcome.PROCESS)
        return _look_at_set(hub, stopping.resume(hub, each))
    # A function that was applying the set when it stopped may still be at it for so long.
    left = each.since + _LONGEST_CALL - hub.clock.now()
    if each.stopped_in is SetState.PROCESSING and each.status == FAILED and left > timedelta():
        return Looked(each, Outcome.WAIT, left)
    return Looked(each, Outcome.DECIDE)


def _wait(hub: Hub, each: FileSet, reason: Reason) -> Looked:
    """Let a set wait for somebody who wakes it; the gateway, which keeps it, is not asked."""
    now = hub.clock.now()
    looks = _looks(each, reason, now + _WOKEN[reason], now)
    after = replace(each, waits_for=reason.value, until=None, looks=looks)
    if after != each:
        mandate = hub.lease.mandate(str(each.id))
        after = rows.stamped(after, mandate)
        hub.state.commit(mandate.check, rows.move(each, after, now=now))
        after = replace(after, revision=each.revision + 1)
    return Looked(after, Outcome.WAIT, looks - now)


def _look_at_files(hub: Hub, each: FileSet) -> Looked:
    facts = facts_of(hub, each)
    match judge(facts):
        case Take():
            taken = _take(hub, facts)
            return Looked(taken, Outcome.STAGE)
        case Wait() as wait:
            after, turn = _note(hub, facts, wait)
            return Looked(after, Outcome.WAIT, wait.look - facts.now, turn=turn)
        case verdict:
            return Looked(reject(hub, facts, verdict), Outcome.OVER)


def _take(hub: Hub, facts: Facts) -> FileSet:
    """Give the turn to a set, and let those look again that it passes or that wait behind it."""
    each, found = _with_manifest(facts), facts.sequence
    number, mandate = each.sequence or 0, hub.lease.mandate(str(each.id))
    turn = found.taken(each.id, number, facts.now)
    taken = rows.commit(
        hub,
        facts.each,
        replace(each.moved(SetState.STAGING, facts.now), stl_start=facts.now),
        sequence.move(found, turn, epoch=mandate.epoch),
        mandate=mandate,
    )
    _follow_turn(hub, taken)
    return taken


def _follow_turn(hub: Hub, taken: FileSet) -> None:
    """Do what follows from the turn of a set: its files are worked, the others look again."""
    closing.begin_files(hub, taken)
    closing.wake_waiting(hub, taken.id.ldc)


def _note(hub: Hub, facts: Facts, wait: Wait) -> tuple[FileSet, int]:
    """Note what a set waits for, and in its LDC's sequence that it does; nothing if it is so.

    Returns the set, and the revision of the sequence, as they are left.
    """
    before, each, found = facts.each, _with_manifest(facts), facts.sequence
    looks = _looks(before, wait.reason, wait.look, facts.now)
    after = replace(each, waits_for=wait.reason.value, until=wait.until, looks=looks)
    if wait.complete is not None and each.state is SetState.COLLECTING:
        held = each.moved(SetState.HELD, facts.now, wait.reason.value)
        after = replace(after, state=held.state, history=held.history)
    left = found
    if each.sequence is not None:
        left = left.with_waiting(Waiting(each.id, each.sequence, wait.complete))
    if wait.pause is not None and not any(wait.pause.start in known for known in found.pauses):
        left = replace(left, pauses=(*found.pauses, wait.pause))
    if after == before and left == found:
        return before, found.revision
    mandate = hub.lease.mandate(str(each.id))
    noted = [] if left == found else [sequence.move(found, left, epoch=mandate.epoch)]
    noted_set = rows.commit(hub, before, after, *noted, mandate=mandate)
    return noted_set, found.revision + len(noted)


def _with_manifest(facts: Facts) -> FileSet:
    read = facts.manifest
    if read is None:
        return facts.each
    return replace(facts.each, sequence=read.sequence, extracted=read.extracted)


def _looks(each: FileSet, reason: Reason, at: datetime, now: datetime) -> datetime:
    """Return when to look again: as was noted, where that is for the same and still far off."""
    same = each.waits_for == reason.value and each.looks is not None and each.until is None
    if same and each.looks is not None and now + _NEAR < each.looks <= at:
        return each.looks
    return at
