"""The one period type of the hub: start inclusive, end exclusive, no end meaning open."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from mdmr.calendar.instants import EST

# The start of what has always been: no Date/Time of a file or a document lies before it.
SINCE_EVER = datetime(1, 1, 1, tzinfo=EST)


class Period(Struct, frozen=True):
    """A half-open stretch of time [start, end) between aware instants; `end` None is open.

    Raises ValueError when the end does not lie after the start.
    """

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            message = f"a period ends after it starts: {self.start} to {self.end}"
            raise ValueError(message)

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant and (self.end is None or instant < self.end)

    def intersection(self, other: Period) -> Period | None:
        """Return the stretch that lies in both, or None when they share no instant."""
        start = max(self.start, other.start)
        end = _earlier(self.end, other.end)
        return Period(start, end) if end is None or start < end else None

    def overlaps(self, other: Period) -> bool:
        """Return whether some instant lies in both."""
        return self.intersection(other) is not None

    def minus(self, other: Period) -> tuple[Period, ...]:
        """Return what is left of this period without `other`: none, one or two, in order."""
        shared = self.intersection(other)
        if shared is None:
            return (self,)
        before = (Period(self.start, shared.start),) if self.start < shared.start else ()
        if shared.end is None or shared.end == self.end:
            return before
        return (*before, Period(shared.end, self.end))


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)
