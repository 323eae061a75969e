"""The slot of large P-Syncs: a daily stretch of EST in which they may begin."""

from __future__ import annotations

from datetime import datetime, timedelta

from mdmr.calendar.instants import in_est

_DAY = timedelta(days=1)


def opening(now: datetime, span: str) -> datetime:
    """Return when a slot (`hh:mm-hh:mm` EST, perhaps over midnight) is open next: `now` if it is.

    A slot that ends when it begins is open all day.
    """
    start, end = (_minutes(part) for part in span.split("-"))
    local = in_est(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    length = (end - start) % _DAY or _DAY
    # The slot of yesterday may still be open.
    for day in (midnight - _DAY, midnight):
        if day + start <= local < day + start + length:
            return now
    today = midnight + start
    return today if today > local else today + _DAY


def _minutes(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
