from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from mdmr.calendar.instants import (
    EST,
    est_date,
    est_minutes,
    est_seconds,
    from_text,
    read_est,
    to_text,
)

WINTER = datetime(2025, 1, 15, 12, 0, tzinfo=UTC)
SUMMER = datetime(2025, 7, 15, 12, 0, tzinfo=UTC)


class TestEst:
    @pytest.mark.parametrize("instant", [WINTER, SUMMER])
    def test_is_five_hours_behind_utc_all_year(self, instant: datetime) -> None:
        assert instant.astimezone(EST).hour == 7

    @pytest.mark.parametrize(
        "day", [datetime(2025, 3, 9, tzinfo=EST), datetime(2025, 11, 2, tzinfo=EST)]
    )
    def test_every_day_has_24_hours_also_where_clocks_change(self, day: datetime) -> None:
        assert est_date(day + timedelta(hours=23, minutes=59)) == est_date(day)
        assert est_date(day + timedelta(hours=24)) > est_date(day)

    def test_the_date_of_an_evening_in_est_is_not_that_of_utc(self) -> None:
        assert est_date(datetime(2025, 8, 21, 4, 59, 59, tzinfo=UTC)) == "20250820"


class TestWritten:
    def test_a_date_time_has_14_digits_of_est(self) -> None:
        assert est_seconds(WINTER) == "20250115070000"

    def test_the_short_form_has_12_digits_and_cuts_the_seconds(self) -> None:
        assert est_minutes(WINTER + timedelta(seconds=59)) == "202501150700"

    def test_midnight_is_never_written_as_24(self) -> None:
        assert est_seconds(datetime(2025, 8, 21, 5, tzinfo=UTC)) == "20250821000000"


class TestStored:
    def test_an_instant_is_stored_in_utc_with_milliseconds(self) -> None:
        assert to_text(datetime(2025, 8, 20, 10, 5, tzinfo=EST)) == "2025-08-20T15:05:00.000Z"

    def test_what_was_stored_is_read_back_in_utc(self) -> None:
        read = from_text("2025-08-20T15:05:00.123Z")
        assert read == datetime(2025, 8, 20, 15, 5, 0, 123_000, tzinfo=UTC)
        assert read.tzinfo is UTC


class TestRead:
    @pytest.mark.parametrize("text", ["20250820100500", "20250820 100500", "202508201005"])
    def test_14_digits_12_digits_and_a_blank_in_between_mean_the_same(self, text: str) -> None:
        assert read_est(text) == datetime(2025, 8, 20, 10, 5, tzinfo=EST)

    def test_a_date_means_its_midnight_in_est(self) -> None:
        assert read_est("20250820") == datetime(2025, 8, 20, tzinfo=EST)

    @pytest.mark.parametrize("text", ["20251231240000", "202512312400", "20251231 240000"])
    def test_24_00_is_read_as_midnight_of_the_next_day(self, text: str) -> None:
        assert read_est(text) == datetime(2026, 1, 1, tzinfo=EST)

    def test_29_february_is_real_in_leap_years_only(self) -> None:
        assert read_est("20240229") is not None
        assert read_est("20250229") is None

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "2025",
            "20251301",
            "20250931",
            "20250820250000",
            "20250820240001",
            "20250820106000",
            "20250820100560",
            "00000820",
            "99991231240000",
            "2025082010050",
            "20250820  100500",
            "20250820T100500",
            "20250820100500 ",
            "20250820100500\n",
            "２０２５０８２０",  # noqa: RUF001 - digits, but not those of ASCII
            "-2025082",
        ],
    )
    def test_what_is_no_real_time_is_none(self, text: str) -> None:
        assert read_est(text) is None
