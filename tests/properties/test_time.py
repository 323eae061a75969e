"""Laws of time: instants round trip, periods part and meet as sets do, slots tile the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from mdmr.calendar.instants import (
    EST,
    est_minutes,
    est_seconds,
    from_text,
    read_est,
    to_text,
)
from mdmr.calendar.period import Period
from mdmr.calendar.slots import slot_end

FIRST = datetime(1900, 1, 1, tzinfo=UTC)
instants = st.integers(0, 10**14).map(lambda micros: FIRST + timedelta(microseconds=micros * 317))
# Few enough that ends meet starts often.
hours = st.integers(0, 12).map(lambda hour: datetime(2025, 1, 1, hour, tzinfo=UTC))
lengths = st.none() | st.integers(1, 6)
periods = st.builds(
    lambda start, hours: Period(start, hours and start + timedelta(hours=hours)), hours, lengths
)


class TestInstants:
    @given(instants)
    def test_read_back_are_what_was_stored(self, instant: datetime) -> None:
        cut = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
        assert from_text(to_text(instant)) == cut

    @given(instants, instants)
    def test_stored_sort_as_they_do(self, one: datetime, other: datetime) -> None:
        assume(abs(one - other) >= timedelta(milliseconds=1))
        assert (to_text(one) < to_text(other)) is (one < other)

    @given(instants)
    def test_written_in_est_are_read_back_to_the_second_and_the_minute(
        self, instant: datetime
    ) -> None:
        second = instant.replace(microsecond=0)
        assert read_est(est_seconds(instant)) == second
        assert read_est(est_minutes(instant)) == second.replace(second=0)

    @given(st.text("0123456789 ", max_size=16) | st.text(max_size=16))
    def test_of_any_text_are_read_or_not_but_never_fail(self, text: str) -> None:
        read = read_est(text)
        assert read is None or read.tzinfo is EST


class TestPeriods:
    @given(periods, periods, hours)
    def test_share_the_instants_that_lie_in_both(
        self, one: Period, other: Period, instant: datetime
    ) -> None:
        shared = one.intersection(other)
        in_both = instant in one and instant in other
        assert (shared is not None and instant in shared) is in_both

    @given(periods, periods, hours)
    def test_leave_the_instants_that_do_not_lie_in_the_other(
        self, one: Period, other: Period, instant: datetime
    ) -> None:
        left = one.minus(other)
        only_here = instant in one and instant not in other
        assert sum(instant in each for each in left) == only_here

    @given(periods, periods, hours)
    def test_are_parted_by_another_without_hole_or_overlap(
        self, one: Period, other: Period, instant: datetime
    ) -> None:
        shared = one.intersection(other)
        parts = [*one.minus(other), *([shared] if shared else [])]
        assert sum(instant in part for part in parts) == (instant in one)

    @given(periods, periods)
    def test_meet_whichever_is_asked(self, one: Period, other: Period) -> None:
        assert one.intersection(other) == other.intersection(one)
        assert one.overlaps(other) == (one.minus(other) != (one,))

    @given(periods, periods, periods)
    def test_meet_in_any_order(self, one: Period, two: Period, three: Period) -> None:
        first, last = one.intersection(two), two.intersection(three)
        assert (first and first.intersection(three)) == (last and one.intersection(last))

    @given(periods)
    def test_less_themselves_are_nothing(self, one: Period) -> None:
        assert one.minus(one) == ()
        assert one.intersection(one) == one


class TestSlots:
    @given(instants, st.sampled_from([1, 5, 10, 15, 30, 60, 1440]))
    def test_tile_the_day(self, instant: datetime, minutes: int) -> None:
        end = slot_end(instant, minutes)
        length = timedelta(minutes=minutes)
        assert end - length <= instant < end
        assert slot_end(end - timedelta(microseconds=1), minutes) == end
        assert slot_end(end, minutes) == end + length

    @given(instants, st.integers(0, 86_399), st.integers(1, 1440))
    def test_keep_the_order_of_a_day(self, one: datetime, seconds: int, minutes: int) -> None:
        other = one + timedelta(seconds=seconds)
        assert one < slot_end(one, minutes)
        if one.astimezone(EST).date() == other.astimezone(EST).date():
            assert slot_end(one, minutes) <= slot_end(other, minutes)
