"""Timelines: which value holds when, as half-open segments of time.

A timeline is always in its normal form: segments in the order of time, none overlapping another,
and none that meets its neighbour with the same value.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from msgspec import Struct

from mdmr.calendar.period import Period

Value = tuple[str, ...]


class Segment(Struct, frozen=True):
    """A value and the period in which it holds."""

    period: Period
    value: Value

    @property
    def start(self) -> datetime:
        """When the value begins to hold."""
        return self.period.start

    @property
    def end(self) -> datetime | None:
        """When it stops to hold; None: not known to stop."""
        return self.period.end


class Timeline(Struct, frozen=True):
    """The values of one thing over time.

    Raises ValueError when the segments are not in the order of time or overlap.
    """

    segments: tuple[Segment, ...] = ()

    def __post_init__(self) -> None:
        for one, next_one in pairwise(self.segments):
            if one.end is None or one.end > next_one.start:
                message = f"segments overlap or are out of order at {next_one.start}"
                raise ValueError(message)

    @classmethod
    def of(cls, segments: Iterable[Segment]) -> Timeline:
        """Return the timeline of segments in any order; those that meet with one value join."""
        joined: list[Segment] = []
        for each in sorted(segments, key=lambda segment: segment.start):
            if joined and joined[-1].end == each.start and joined[-1].value == each.value:
                joined.append(Segment(Period(joined.pop().start, each.end), each.value))
            else:
                joined.append(each)
        return cls(tuple(joined))

    def at(self, instant: datetime) -> Segment | None:
        """Return the segment in force at an instant, None in a gap."""
        for each in self.segments:
            if instant in each.period:
                return each
        return None

    def after(self, instant: datetime) -> Segment | None:
        """Return the first segment that starts after an instant."""
        return next((each for each in self.segments if each.start > instant), None)

    def starting(self, instant: datetime) -> Segment | None:
        """Return the segment that starts at an instant."""
        return next((each for each in self.segments if each.start == instant), None)

    def ending(self, instant: datetime) -> Segment | None:
        """Return the segment that ends at an instant."""
        return next((each for each in self.segments if each.end == instant), None)

    def without(self, period: Period) -> Timeline:
        """Return the timeline with a gap in a period."""
        return Timeline.of(
            Segment(rest, each.value)
            for each in self.segments
            for rest in each.period.minus(period)
        )

    def put(self, period: Period, value: Value) -> Timeline:
        """Return the timeline with a value in a period, whatever held there."""
        return Timeline.of((*self.without(period).segments, Segment(period, value)))
