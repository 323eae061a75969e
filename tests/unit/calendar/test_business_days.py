from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.calendar.business_days import (
    business_days_after,
    business_days_before,
    is_business_day,
)
from mdmr.calendar.holidays import HOLIDAYS, holidays, observed

# New Year, Family Day, Good Friday, Victoria Day, Canada Day, Civic Holiday, Labour Day,
# Thanksgiving, Christmas, Boxing Day: when each was or will be observed.
OBSERVED = {
    2010: "01-01 02-15 04-02 05-24 07-01 08-02 09-06 10-11 12-27 12-28",
    2011: "01-03 02-21 04-22 05-23 07-01 08-01 09-05 10-10 12-27 12-26",
    2012: "01-02 02-20 04-06 05-21 07-02 08-06 09-03 10-08 12-25 12-26",
    2013: "01-01 02-18 03-29 05-20 07-01 08-05 09-02 10-14 12-25 12-26",
    2014: "01-01 02-17 04-18 05-19 07-01 08-04 09-01 10-13 12-25 12-26",
    2015: "01-01 02-16 04-03 05-18 07-01 08-03 09-07 10-12 12-25 12-28",
    2016: "01-01 02-15 03-25 05-23 07-01 08-01 09-05 10-10 12-27 12-26",
    2017: "01-02 02-20 04-14 05-22 07-03 08-07 09-04 10-09 12-25 12-26",
    2018: "01-01 02-19 03-30 05-21 07-02 08-06 09-03 10-08 12-25 12-26",
    2019: "01-01 02-18 04-19 05-20 07-01 08-05 09-02 10-14 12-25 12-26",
    2020: "01-01 02-17 04-10 05-18 07-01 08-03 09-07 10-12 12-25 12-28",
    2021: "01-01 02-15 04-02 05-24 07-01 08-02 09-06 10-11 12-27 12-28",
    2022: "01-03 02-21 04-15 05-23 07-01 08-01 09-05 10-10 12-27 12-26",
    2023: "01-02 02-20 04-07 05-22 07-03 08-07 09-04 10-09 12-25 12-26",
    2024: "01-01 02-19 03-29 05-20 07-01 08-05 09-02 10-14 12-25 12-26",
    2025: "01-01 02-17 04-18 05-19 07-01 08-04 09-01 10-13 12-25 12-26",
    2026: "01-01 02-16 04-03 05-18 07-01 08-03 09-07 10-12 12-25 12-28",
    2027: "01-01 02-15 03-26 05-24 07-01 08-02 09-06 10-11 12-27 12-28",
}


@pytest.mark.parametrize("year", OBSERVED)
def test_holidays_are_those_of_the_table(year: int) -> None:
    assert {f"{day:%m-%d}" for day in holidays(year)} == set(OBSERVED[year].split())


@pytest.mark.parametrize("year", OBSERVED)
def test_each_holiday_is_observed_on_the_day_in_its_column(year: int) -> None:
    found = {holiday.name: f"{day:%m-%d}" for day, holiday in observed(year).items()}
    names = [holiday.name for holiday in HOLIDAYS]
    assert found == dict(zip(names, OBSERVED[year].split(), strict=True))


def test_easter_is_known_from_the_first_year_to_the_last() -> None:
    assert all(holidays(year) for year in range(1, 10_000))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 11, 10), True),
        (date(2025, 11, 11), True),
        (date(2025, 11, 8), False),
        (date(2025, 11, 9), False),
        (date(2025, 12, 25), False),
        (date(2010, 12, 28), False),
        (date(2025, 4, 21), True),
        (date(2025, 9, 30), True),
    ],
)
def test_business_days_are_weekdays_without_holidays(day: date, *, works: bool) -> None:
    assert is_business_day(day) is works


def test_business_days_are_counted_without_the_day_itself() -> None:
    christmas = date(2010, 12, 23)
    assert [business_days_after(christmas, count).day for count in (1, 2, 3)] == [24, 29, 30]
    assert business_days_before(date(2026, 5, 24), 60) == date(2026, 2, 26)
    assert business_days_after(christmas, 0) == christmas


@given(st.dates(date(1970, 1, 1), date(2999, 1, 1)), st.integers(1, 80))
def test_counting_back_and_forth_ends_where_it_began(day: date, count: int) -> None:
    after = business_days_after(day, count)
    assert is_business_day(after)
    assert business_days_before(after, count) <= day
    assert business_days_after(business_days_before(after, count), count) == after
    assert after - day >= timedelta(days=count)


@given(st.integers(1970, 3000))
def test_ten_holidays_are_observed_on_weekdays(year: int) -> None:
    assert len(holidays(year)) == 10
    assert all(day.weekday() < 5 and day.year == year for day in holidays(year))
