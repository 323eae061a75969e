"""Clocks that stand still while the gateway is closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from mdmr.calendar.period import Period


def open_time_between(start: datetime, end: datetime, closed: Iterable[Period]) -> timedelta:
    """Return how much of the time from `start` to `end` lies in none of the closed periods.

    The periods may overlap and come in any order. An end not after the start gives nothing.
    """
    if end <= start:
        return timedelta()
    return sum((until - since for since, until in _open(start, end, closed)), timedelta())


def end_of_open_time(
    start: datetime, length: timedelta, closed: Iterable[Period]
) -> datetime | None:
    """Return the instant by which so much open time has passed since `start`.

    None when a closed period without an end comes before: nobody knows yet.
    """
    at, left = start, length
    for period in _merged(closed):
        if period.end is not None and period.end <= at:
            continue
        if period.start > at:
            if period.start - at >= left:
                return at + left
            left -= period.start - at
        if period.end is None:
            return None
        at = period.end
    return at + left


def _open(
    start: datetime, end: datetime, closed: Iterable[Period]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the open stretches between two instants."""
    at = start
    for period in _merged(closed):
        if at < min(period.start, end):
            yield at, min(period.start, end)
        if period.end is None:
            return
        at = max(at, period.end)
    if at < end:
        yield at, end


def _merged(closed: Iterable[Period]) -> list[Period]:
    """Return the periods in order, those that touch or overlap as one."""
    merged: list[Period] = []
    for period in sorted(closed, key=lambda each: each.start):
        last = merged[-1] if merged else None
        if last is None or (last.end is not None and last.end < period.start):
            merged.append(period)
        elif last.end is not None:
            end = None if period.end is None else max(last.end, period.end)
            merged[-1] = Period(last.start, end)
    return merged
