"""Applying a record to its timeline: the rules of the two kinds of synchronization.

A record says that a value holds from its Start, and to its End if it has one.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from mdmr.calendar.period import Period
from mdmr.directory.timeline import Segment, Timeline, Value

# Exceptions of processing that a timeline alone can tell.
PRIOR_STATE, NO_PERIOD = "Y201", "Y210"


class RefusedError(Exception):
    """A record that its timeline does not take; `code` is the exception of processing."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Statement(Struct, frozen=True):
    """What a record says: a value from `start` on, to `end` when it is given (never before)."""

    value: Value
    start: datetime
    end: datetime | None = None


def incremental(timeline: Timeline, said: Statement) -> Timeline:
    """Return the timeline after a record of an I-Sync; the same when it says what holds already.

    A record whose End is its Start cancels the segment that starts there with its value. Raises
    RefusedError (Y210) when there is none.
    """
    if said.end == said.start:
        return _cancelled(timeline, said)
    if said.end is None:
        # Even a value that was ended is opened again, up to what is known to come next.
        following = timeline.after(said.start)
        return timeline.put(Period(said.start, following.start if following else None), said.value)
    former = timeline.at(said.start)
    after = timeline.put(Period(said.start, said.end), said.value)
    if former and former.value == said.value and _reaches_beyond(former, said.end):
        # An explicit End says that the value stops; other values after it stay.
        return after.without(Period(said.end, former.end))
    return after


def full(timeline: Timeline, said: Statement, extracted: datetime) -> Timeline:
    """Return the timeline after a record of a P-Sync that was extracted at an instant.

    It tells of what is in force then and what comes; what was over before stays. Raises
    RefusedError (Y201) when the record would change what was over.
    """
    if said.start > extracted:
        return incremental(timeline, said)
    current = timeline.at(extracted)
    if current is not None and said.end is None and _says_again(current, said):
        return timeline
    over = _end_of_prior_state(timeline, current.start if current else extracted)
    if (said.end is not None and said.end <= extracted) or (over and said.start < over):
        raise RefusedError(PRIOR_STATE)
    start, rest = said.start, timeline
    if current is not None:
        if current.value == said.value:
            start = min(said.start, current.start)
        rest = timeline.without(Period(min(start, current.start), current.end))
        if start > current.start:
            rest = rest.put(Period(current.start, start), current.value)
    following = timeline.after(extracted)
    end = said.end or (following.start if following else None)
    return rest.put(Period(start, end), said.value)


def _says_again(current: Segment, said: Statement) -> bool:
    """Return whether an open-ended record says what holds already, as nearly all of a P-Sync do."""
    return current.end is None and current.value == said.value and current.start <= said.start


def _cancelled(timeline: Timeline, said: Statement) -> Timeline:
    cancelled = timeline.starting(said.start)
    if cancelled is None or cancelled.value != said.value:
        raise RefusedError(NO_PERIOD)
    rest = timeline.without(cancelled.period)
    before = timeline.ending(said.start)
    return rest if before is None else rest.put(cancelled.period, before.value)


def _end_of_prior_state(timeline: Timeline, instant: datetime) -> datetime | None:
    """Return when the last segment ended that was over at an instant, None when none was."""
    ends = [each.end for each in timeline.segments if each.end and each.end <= instant]
    return ends[-1] if ends else None


def _reaches_beyond(segment: Segment, instant: datetime) -> bool:
    return segment.end is None or segment.end > instant
