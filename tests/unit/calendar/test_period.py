from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from mdmr.calendar.period import Period

START = datetime(2025, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def days(start: int, end: int | None) -> Period:
    return Period(START + start * DAY, None if end is None else START + end * DAY)


class TestPeriod:
    def test_holds_its_start_and_not_its_end(self) -> None:
        assert START in days(0, 1)
        assert START + DAY not in days(0, 1)
        assert START - timedelta(microseconds=1) not in days(0, 1)

    def test_without_end_holds_everything_after_its_start(self) -> None:
        assert START + 10_000 * DAY in days(0, None)

    @pytest.mark.parametrize("end", [0, -1])
    def test_cannot_end_before_or_when_it_starts(self, end: int) -> None:
        with pytest.raises(ValueError, match="ends after it starts"):
            days(0, end)


class TestIntersection:
    @pytest.mark.parametrize(
        ("one", "other", "shared"),
        [
            (days(0, 3), days(2, 5), days(2, 3)),
            (days(0, 9), days(2, 5), days(2, 5)),
            (days(0, None), days(2, None), days(2, None)),
            (days(0, None), days(2, 5), days(2, 5)),
            (days(0, 2), days(2, 5), None),
            (days(0, 2), days(4, None), None),
        ],
    )
    def test_is_what_lies_in_both_whichever_is_asked(
        self, one: Period, other: Period, shared: Period | None
    ) -> None:
        assert one.intersection(other) == other.intersection(one) == shared
        assert one.overlaps(other) is other.overlaps(one) is (shared is not None)


class TestMinus:
    @pytest.mark.parametrize(
        ("whole", "taken", "left"),
        [
            (days(0, 9), days(2, 5), (days(0, 2), days(5, 9))),
            (days(0, 9), days(-1, 5), (days(5, 9),)),
            (days(0, 9), days(5, None), (days(0, 5),)),
            (days(0, 9), days(0, 9), ()),
            (days(0, 9), days(9, 10), (days(0, 9),)),
            (days(0, None), days(2, 5), (days(0, 2), days(5, None))),
            (days(0, None), days(2, None), (days(0, 2),)),
            (days(2, 5), days(0, None), ()),
        ],
    )
    def test_leaves_what_does_not_lie_in_the_other(
        self, whole: Period, taken: Period, left: tuple[Period, ...]
    ) -> None:
        assert whole.minus(taken) == left
