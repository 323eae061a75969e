"""Slots: the equal stretches of the EST day at whose ends a recurring run begins."""

from __future__ import annotations

from datetime import datetime, timedelta

from mdmr.calendar.instants import in_est


def slot_end(instant: datetime, minutes: int) -> datetime:
    """Return the first slot end after an instant, for slots of `minutes` counted from 00:00 EST.

    An instant that is itself a slot end belongs to the slot that begins there: a run works what
    was accepted before its start.
    """
    local = in_est(instant)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    length = timedelta(minutes=minutes)
    return midnight + ((local - midnight) // length + 1) * length
