"""How a set that gathers its files stands: to be taken, to be rejected, or to wait. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec import Struct

from mdmr.calendar.closed import end_of_open_time, open_time_between
from mdmr.calendar.period import Period
from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.exchange.inbound.explaining import Told
from mdmr.synchronization.sets.manifest import FIRST_SEGMENT, Manifest
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.sets.sequence import Sequence as LdcSequence
from mdmr.synchronization.sets.waiting import Reason

_FileNames: TypeAlias = "Mapping[tuple[str, str], str]"
# With a closure whose end nobody knows a set is looked at again after what is left of its wait,
# and not oftener than this.
_LEAST = timedelta(minutes=15)
# What waits for another set is woken by it; this is for the case that nobody does, as when the
# execution that waits is of a region that is not active any more: the sweep starts another one.
_WOKEN = timedelta(hours=2)


class Facts(Struct, frozen=True):
    """All that the rules ask about one set.

    `manifest` is None where it is not here, or cannot be read for its `faults`. `number` is the
    next expected number, that of a loaded set under way being used. `closed` are the times in which
    the gateway was not open to the set, `wait` is how long it may wait. `slot` is when its P-Sync
    slot is open next, None where it needs none.
    """

    each: FileSet
    files: Sequence[SetFile]
    manifest: Manifest | None
    faults: tuple[Told, ...]
    sequence: LdcSequence
    now: datetime
    closed: Sequence[Period]
    wait: timedelta
    slot: datetime | None = None

    @property
    def received(self) -> _FileNames:
        """The names of the files that are here but the Manifest, by number and segment."""
        return {
            (file.number, file.segment): file.name
            for file in self.files
            if (file.number, file.segment) != (MANIFEST, FIRST_SEGMENT)
        }

    @property
    def complete_at(self) -> datetime | None:
        """When the last of its files was accepted, if they are all here and nothing else."""
        if self.manifest is None:
            return None
        listed = {place: each.name for place, each in self.manifest.listed.items()}
        if dict(self.received) != listed:
            return None
        return max(file.accepted for file in self.files)


class Take(Struct, frozen=True):
    """It is the set's turn."""


class Reject(Struct, frozen=True):
    """The set is rejected: the code about all of it, empty where only files have their own.

    `late`: it was waited for, so that each file can have a reason of its own.
    """

    code: str
    late: bool = False


class Wait(Struct, frozen=True):
    """The set waits: for what, until when at most (None: nobody knows), and when to look again.

    `complete` is since when it is complete, None when it is not. `pause` is the time in which it
    waits for its slot, in which the clocks of those behind it stand still.
    """

    reason: Reason
    until: datetime | None
    look: datetime
    complete: datetime | None = None
    pause: Period | None = None


Verdict: TypeAlias = "Take | Reject | Wait"


def judge(facts: Facts) -> Verdict:
    """Return how a set stands that still gathers its files, or waits for its turn."""
    code = _at_once(facts)
    if code:
        return Reject(code)
    complete = facts.complete_at
    return _gathering(facts) if complete is None else _in_line(facts, complete)


def _at_once(facts: Facts) -> str:
    """Return the code for which the Manifest lets a set be rejected at once, empty for none."""
    if facts.faults:
        return "I007"
    if facts.manifest is None:
        return ""
    number, sequence = facts.manifest.sequence, facts.sequence
    if number <= sequence.last or (sequence.open is not None and number <= sequence.number):
        return "I006"
    if facts.manifest.lacks_mandatory:
        return "I003"
    return "I008" if facts.manifest.lacks_first_segment else ""


def _gathering(facts: Facts) -> Verdict:
    """Judge a set that is not complete."""
    reason = Reason.MANIFEST if facts.manifest is None else Reason.FILES
    waits = _waits(facts, facts.each.first, facts.closed, reason)
    if waits is not None:
        return waits
    if facts.manifest is None:
        return Reject("I001", late=True)
    lacks = _lacks_earlier(facts.sequence, facts.manifest.sequence)
    return Reject("I005" if lacks else "", late=True)


def _in_line(facts: Facts, complete: datetime) -> Verdict:
    """Judge a complete set by those before it."""
    sequence, number = facts.sequence, facts.manifest.sequence if facts.manifest else 0
    if sequence.open is None and number == sequence.next:
        return _first_in_line(facts, complete)
    if not _lacks_earlier(sequence, number):
        return Wait(Reason.TURN, None, facts.now + _WOKEN, complete)
    # It was held already when the turn went to another one: its clock began anew then.
    turned = sequence.turned
    start = turned if turned is not None and turned >= complete else facts.each.first
    still = (*facts.closed, *sequence.pauses)
    waits = _waits(facts, start, still, Reason.PRIOR, complete)
    return waits or Reject("I005", late=True)


def _first_in_line(facts: Facts, complete: datetime) -> Verdict:
    """Judge a complete set with the next number: the one completed first is taken."""
    own = (complete, facts.each.id)
    twins = (
        (each.complete, each.id)
        for each in facts.sequence.waiting
        if each.number == facts.sequence.next and each.complete is not None
    )
    if any(twin < own for twin in twins):
        return Wait(Reason.TURN, None, facts.now + _WOKEN, complete)
    if facts.slot is not None and facts.slot > facts.now:
        pause = Period(facts.now, facts.slot)
        return Wait(Reason.SLOT, facts.slot, facts.slot, complete, pause)
    return Take()


def _waits(
    facts: Facts,
    start: datetime,
    still: Sequence[Period],
    reason: Reason,
    complete: datetime | None = None,
) -> Wait | None:
    """Return the wait that began at `start`, None when its time is over.

    The clock stands in the periods `still`.
    """
    end = end_of_open_time(start, facts.wait, still)
    if end is None:
        left = facts.wait - open_time_between(start, facts.now, still)
        return Wait(reason, None, facts.now + max(left, _LEAST), complete)
    return None if end <= facts.now else Wait(reason, end, end, complete)


def _lacks_earlier(sequence: LdcSequence, number: int) -> bool:
    """Return whether a set before this number is neither used, nor under way, nor here complete."""
    here = {each.number for each in sequence.waiting if each.complete is not None}
    last = sequence.last if sequence.open is None else max(sequence.last, sequence.number)
    return any(each not in here for each in range(last + 1, number))
