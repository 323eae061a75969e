"""The ten holidays of Ontario that the hub observes, each with the rule of its date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter
from msgspec import Struct

SATURDAY = 5
_DAY = timedelta(days=1)


class Holiday(Struct, frozen=True):
    """A holiday: its name, and its date in a year before it is moved off a weekend."""

    name: str
    date_in: Callable[[int], date]


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _monday(month: int, number: int) -> Callable[[int], date]:
    """Return the rule of the first, second, third... Monday of a month."""

    def rule(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=-first.weekday() % 7 + 7 * (number - 1))

    return rule


def _victoria_day(year: int) -> date:
    latest = date(year, 5, 24)
    return latest - latest.weekday() * _DAY


# In the order of the year, which is the order in which weekend dates are moved.
HOLIDAYS = (
    Holiday("New Year's Day", _fixed(1, 1)),
    Holiday("Family Day", _monday(2, 3)),
    Holiday("Good Friday", lambda year: easter(year) - 2 * _DAY),
    Holiday("Victoria Day", _victoria_day),
    Holiday("Canada Day", _fixed(7, 1)),
    Holiday("Civic Holiday", _monday(8, 1)),
    Holiday("Labour Day", _monday(9, 1)),
    Holiday("Thanksgiving", _monday(10, 2)),
    Holiday("Christmas Day", _fixed(12, 25)),
    Holiday("Boxing Day", _fixed(12, 26)),
)


@cache
def holidays(year: int) -> frozenset[date]:
    """Return the days of a year (1 to 9999) on which its holidays are observed."""
    return frozenset(observed(year))


@cache
def observed(year: int) -> dict[date, Holiday]:
    """Return each holiday of a year by the day on which it is observed.

    A holiday on a Saturday or Sunday is observed on the next weekday that is neither the date of
    one of the ten nor taken already.
    """
    own = {holiday.date_in(year): holiday for holiday in HOLIDAYS}
    days = {day: holiday for day, holiday in own.items() if day.weekday() < SATURDAY}
    for day, holiday in own.items():
        if day.weekday() >= SATURDAY:
            following = (day + number * _DAY for number in range(1, 10))
            free = (one for one in following if one.weekday() < SATURDAY)
            days[next(one for one in free if one not in own and one not in days)] = holiday
    return days
