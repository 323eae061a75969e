"""Business days: Monday to Friday, no holiday."""

from __future__ import annotations

from datetime import date, timedelta

from mdmr.calendar.holidays import SATURDAY, holidays

_DAY = timedelta(days=1)


def is_business_day(day: date) -> bool:
    """Return whether a date is a business day."""
    return day.weekday() < SATURDAY and day not in holidays(day.year)


def business_days_after(day: date, count: int) -> date:
    """Return the date so many business days after another, which itself does not count.

    Where there are not so many: the last date that there is.
    """
    return _counted(day, count, _DAY)


def business_days_before(day: date, count: int) -> date:
    """Return the date so many business days before another, which itself does not count.

    Where there are not so many: the first date that there is.
    """
    return _counted(day, count, -_DAY)


def _counted(day: date, count: int, step: timedelta) -> date:
    while count:
        try:
            day += step
        except OverflowError:
            return day
        count -= is_business_day(day)
    return day
