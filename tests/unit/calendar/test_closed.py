from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from mdmr.calendar.closed import end_of_open_time, open_time_between
from mdmr.calendar.period import Period

NOON = datetime(2025, 8, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    return NOON + hours * HOUR


def closed(start: float, end: float | None = None) -> Period:
    return Period(at(start), None if end is None else at(end))


def test_without_closure_all_time_is_open() -> None:
    assert open_time_between(at(0), at(3), []) == 3 * HOUR
    assert end_of_open_time(at(0), 3 * HOUR, []) == at(3)


def test_a_closure_stops_the_clock() -> None:
    assert open_time_between(at(0), at(4), [closed(1, 2)]) == 3 * HOUR
    assert end_of_open_time(at(0), HOUR + HOUR, [closed(1, 2)]) == at(3)


def test_closures_that_overlap_stop_it_once() -> None:
    both = [closed(2, 4), closed(1, 3)]
    assert open_time_between(at(0), at(5), both) == 2 * HOUR
    assert end_of_open_time(at(0), 2 * HOUR, both) == at(5)


def test_closures_beside_the_stretch_do_not_count() -> None:
    beside = [closed(-2, 0), closed(3, 9)]
    assert open_time_between(at(0), at(3), beside) == 3 * HOUR
    assert end_of_open_time(at(0), 3 * HOUR, beside) == at(3)


def test_time_that_begins_in_a_closure_runs_from_its_end() -> None:
    assert open_time_between(at(1), at(3), [closed(0, 2)]) == HOUR
    assert end_of_open_time(at(1), HOUR, [closed(0, 2)]) == at(3)


def test_while_it_is_closed_nobody_knows_the_end() -> None:
    assert open_time_between(at(0), at(9), [closed(1)]) == HOUR
    assert end_of_open_time(at(0), HOUR, [closed(1)]) == at(1)
    assert end_of_open_time(at(0), 2 * HOUR, [closed(1)]) is None
    assert end_of_open_time(at(2), HOUR, [closed(1), closed(3, 4)]) is None


def test_no_time_passes_backwards() -> None:
    assert open_time_between(at(3), at(1), []) == timedelta()


_MINUTES = st.integers(0, 600)


@st.composite
def _periods(draw: st.DrawFn) -> Period:
    start, length = draw(_MINUTES), draw(st.integers(1, 120))
    return Period(NOON + timedelta(minutes=start), NOON + timedelta(minutes=start + length))


@given(_MINUTES, st.integers(1, 600), st.lists(_periods(), max_size=6))
def test_it_is_the_number_of_open_minutes(start: int, length: int, periods: list[Period]) -> None:
    since = NOON + timedelta(minutes=start)
    minutes = [since + timedelta(minutes=each) for each in range(length)]
    count = sum(not any(minute in period for period in periods) for minute in minutes)
    end = since + timedelta(minutes=length)
    assert open_time_between(since, end, periods) == timedelta(minutes=count)


@given(_MINUTES, st.integers(1, 600), st.lists(_periods(), max_size=6))
def test_the_end_is_the_first_instant_by_which_so_much_was_open(
    start: int, length: int, periods: list[Period]
) -> None:
    since, wanted = NOON + timedelta(minutes=start), timedelta(minutes=length)
    end = end_of_open_time(since, wanted, periods)
    assert end is not None
    assert open_time_between(since, end, periods) == wanted
    assert open_time_between(since, end - timedelta(seconds=1), periods) < wanted
