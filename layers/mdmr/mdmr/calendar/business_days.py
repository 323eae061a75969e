"""Holidays of Ontario as the hub observes them, and business days: Monday to Friday, no holiday."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

_DAY = timedelta(days=1)
_MONDAY, _SATURDAY = 0, 5


def is_business_day(day: date) -> bool:
    """Return whether a date is a business day."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


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


@cache
def holidays(year: int) -> frozenset[date]:
    """Return the days of a year on which its ten holidays are observed.

    One on a Saturday or Sunday is observed on the next weekday that is neither one of the ten nor
    taken already.
    """
    own = list(_holidays(year))
    observed = [day for day in own if day.weekday() < _SATURDAY]
    for day in own:
        if day.weekday() >= _SATURDAY:
            following = (day + number * _DAY for number in range(1, 10))
            free = (each for each in following if each.weekday() < _SATURDAY)
            observed.append(next(each for each in free if each not in (*own, *observed)))
    return frozenset(observed)


def _counted(day: date, count: int, step: timedelta) -> date:
    while count:
        try:
            day += step
        except OverflowError:
            return day
        count -= is_business_day(day)
    return day


def _holidays(year: int) -> Iterator[date]:
    """Yield the ten holidays in the order of the year, wherever in the week they fall."""
    yield date(year, 1, 1)
    yield _monday(year, 2, 3)
    yield _easter(year) - 2 * _DAY
    yield date(year, 5, 24) - (date(year, 5, 24).weekday() - _MONDAY) * _DAY
    yield date(year, 7, 1)
    yield _monday(year, 8, 1)
    yield _monday(year, 9, 1)
    yield _monday(year, 10, 2)
    yield date(year, 12, 25)
    yield date(year, 12, 26)


def _monday(year: int, month: int, number: int) -> date:
    """Return the first, second, third... Monday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(_MONDAY - first.weekday()) % 7 + 7 * (number - 1))


def _easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar."""
    golden, century, in_century = year % 19, year // 100, year % 100
    leaps, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    week = (32 + 2 * rest + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * week) // 451
    month, day = divmod(epact + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
