"""Timelines and the records that change them, each at the hour where one becomes another."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.directory.applying import RefusedError, Statement, full, incremental
from mdmr.directory.timeline import Segment, Timeline

BEGIN = datetime(2025, 8, 20, tzinfo=EST)
HOUR = timedelta(hours=1)
A, B, C = ("a",), ("b",), ("c",)
Told = tuple[float, float | None, tuple[str, ...]]


def at(hours: float) -> datetime:
    return BEGIN + hours * HOUR


def period(start: float, end: float | None = None) -> Period:
    return Period(at(start), None if end is None else at(end))


def line(*told: Told) -> Timeline:
    return Timeline(tuple(Segment(period(start, end), value) for start, end, value in told))


def shown(timeline: Timeline) -> list[Told]:
    return [
        (
            (each.start - BEGIN) / HOUR,
            None if each.end is None else (each.end - BEGIN) / HOUR,
            each.value,
        )
        for each in timeline.segments
    ]


def said(value: tuple[str, ...], start: float, end: float | None = None) -> Statement:
    return Statement(value, at(start), None if end is None else at(end))


class TestATimeline:
    @pytest.mark.parametrize(
        "told",
        [
            [(0, None, A), (1, 2, B)],
            [(0, 2, A), (1, 3, B)],
            [(2, 3, A), (0, 1, B)],
            [(0, 2, A), (0, 2, A)],
        ],
    )
    def test_is_in_order_and_has_no_overlap(self, told: list[Told]) -> None:
        with pytest.raises(ValueError, match="overlap or are out of order"):
            line(*told)

    def test_may_meet_and_may_have_gaps(self) -> None:
        assert len(line((0, 1, A), (1, 2, B), (3, None, C)).segments) == 3

    def test_of_segments_joins_those_that_meet_with_one_value(self) -> None:
        segments = [
            Segment(period(*each[:2]), each[2])
            for each in ((3, 4, A), (0, 1, A), (1, 2, A), (2, 3, B), (4, None, A), (5, 6, A))[:-1]
        ]
        assert shown(Timeline.of(segments)) == [(0, 2, A), (2, 3, B), (3, None, A)]
        apart = [Segment(period(0, 1), A), Segment(period(1.5, 2), A)]
        assert shown(Timeline.of(apart)) == [(0, 1, A), (1.5, 2, A)]

    TOWN = line((0, 1, A), (1, 2, B), (3, None, C))

    @pytest.mark.parametrize(
        ("hour", "now", "after", "starting", "ending"),
        [
            (-1, None, A, None, None),
            (0, A, B, A, None),
            (0.5, A, B, None, None),
            (1, B, C, B, A),
            (2, None, C, None, B),
            (2.5, None, C, None, None),
            (3, C, None, C, None),
            (9, C, None, None, None),
        ],
    )
    def test_tells_what_holds_what_comes_what_begins_and_what_ends(
        self,
        hour: float,
        now: tuple[str, ...] | None,
        after: tuple[str, ...] | None,
        starting: tuple[str, ...] | None,
        ending: tuple[str, ...] | None,
    ) -> None:
        found = (
            self.TOWN.at(at(hour)),
            self.TOWN.after(at(hour)),
            self.TOWN.starting(at(hour)),
            self.TOWN.ending(at(hour)),
        )
        assert tuple(each and each.value for each in found) == (now, after, starting, ending)

    @pytest.mark.parametrize(
        ("gap", "left"),
        [
            ((0, 1), [(1, 2, B), (3, None, C)]),
            ((0.5, 1.5), [(0, 0.5, A), (1.5, 2, B), (3, None, C)]),
            ((2, 3), [(0, 1, A), (1, 2, B), (3, None, C)]),
            ((4, 5), [(0, 1, A), (1, 2, B), (3, 4, C), (5, None, C)]),
            ((1, None), [(0, 1, A)]),
        ],
    )
    def test_is_cut_and_filled(self, gap: tuple[float, float | None], left: list[Told]) -> None:
        assert shown(self.TOWN.without(period(*gap))) == left
        filled = shown(self.TOWN.put(period(*gap), ("z",)))
        assert [each for each in filled if each[2] != ("z",)] == left
        assert (gap[0], gap[1], ("z",)) in filled


class TestARecordOfAnISync:
    @pytest.mark.parametrize(
        ("before", "record", "after"),
        [
            # Open: up to what is known to come next.
            ([], said(A, 0), [(0, None, A)]),
            ([(0, 1, A)], said(A, 0), [(0, None, A)]),
            ([(0, 1, A), (2, 3, B)], said(C, 1), [(0, 1, A), (1, 2, C), (2, 3, B)]),
            ([(0, 1, A), (2, 3, B)], said(C, 2), [(0, 1, A), (2, None, C)]),
            ([(0, None, A)], said(B, 1), [(0, 1, A), (1, None, B)]),
            # With an end: that part, and the value stops there.
            ([(0, None, A)], said(B, 1, 2), [(0, 1, A), (1, 2, B), (2, None, A)]),
            ([(0, None, A)], said(A, 1, 2), [(0, 2, A)]),
            ([(0, 5, A)], said(A, 1, 2), [(0, 2, A)]),
            ([(0, 2, A)], said(A, 1, 2), [(0, 2, A)]),
            ([(0, 1, A)], said(A, 1, 2), [(0, 2, A)]),
            ([(0, 1, A), (1, 5, B)], said(A, 0, 2), [(0, 2, A), (2, 5, B)]),
            ([(0, 1.5, A), (2, 5, B)], said(A, 1, 3), [(0, 3, A), (3, 5, B)]),
            # An end that is the start takes the segment back.
            ([(0, 1, A), (1, 2, B)], said(B, 1, 1), [(0, 2, A)]),
            ([(0, 0.5, A), (1, 2, B)], said(B, 1, 1), [(0, 0.5, A)]),
            ([(1, None, B)], said(B, 1, 1), []),
        ],
    )
    def test_leaves(self, before: list[Told], record: Statement, after: list[Told]) -> None:
        assert shown(incremental(line(*before), record)) == after

    @pytest.mark.parametrize("record", [said(A, 1, 1), said(B, 0, 0), said(A, 0.5, 0.5)])
    def test_takes_back_only_what_starts_there_with_its_value(self, record: Statement) -> None:
        with pytest.raises(RefusedError) as error:
            incremental(line((0, 2, A)), record)
        assert (error.value.code, str(error.value)) == ("Y210", "Y210")


class TestARecordOfAPSync:
    """It was extracted at the hour ten: what was over then stays, what holds and comes is told."""

    @pytest.mark.parametrize(
        ("before", "record", "after"),
        [
            # What comes is as of an I-Sync.
            ([(0, None, A)], said(B, 11), [(0, 11, A), (11, None, B)]),
            ([], said(A, 10), [(10, None, A)]),
            # The same again changes nothing, or reaches further back.
            ([(5, None, A)], said(A, 5), [(5, None, A)]),
            ([(5, None, A)], said(A, 7), [(5, None, A)]),
            ([(5, None, A)], said(A, 3), [(3, None, A)]),
            ([(5, 12, A)], said(A, 5), [(5, None, A)]),
            ([(5, 12, A), (13, None, B)], said(A, 5), [(5, 13, A), (13, None, B)]),
            ([(5, None, A)], said(A, 5, 12), [(5, 12, A)]),
            # Another value: from its start on, that before it holds up to there.
            ([(5, None, A)], said(B, 7), [(5, 7, A), (7, None, B)]),
            ([(5, None, A)], said(B, 5), [(5, None, B)]),
            ([(5, None, A)], said(B, 3), [(3, None, B)]),
            ([(5, None, A)], said(B, 7, 12), [(5, 7, A), (7, 12, B)]),
            ([(0, 2, C), (5, None, A)], said(B, 2), [(0, 2, C), (2, None, B)]),
            ([(0, 2, C), (12, None, A)], said(B, 2), [(0, 2, C), (2, 12, B), (12, None, A)]),
            ([(0, 10, C)], said(B, 10), [(0, 10, C), (10, None, B)]),
            # What begins in that instant holds then: what was open before does not come back.
            ([(0, None, B)], said(A, 10, 12), [(0, 10, B), (10, 12, A)]),
        ],
    )
    def test_leaves(self, before: list[Told], record: Statement, after: list[Told]) -> None:
        assert shown(full(line(*before), record, at(10))) == after

    @pytest.mark.parametrize(
        ("before", "record"),
        [
            ([(5, None, A)], said(A, 5, 10)),
            ([(5, None, A)], said(A, 5, 9)),
            ([(0, 2, C), (5, None, A)], said(B, 1)),
            ([(0, 2, C)], said(B, 1)),
            ([(0, 1, C), (1, 3, B), (5, None, A)], said(B, 2)),
            ([(0, 10, C)], said(B, 9)),
            ([(10, None, A)], said(A, 10, 10)),
        ],
    )
    def test_does_not_change_what_was_over(self, before: list[Told], record: Statement) -> None:
        with pytest.raises(RefusedError, match="Y201"):
            full(line(*before), record, at(10))

    def test_ends_in_the_second_after_its_extraction_at_the_earliest(self) -> None:
        after = full(line((5, None, A)), said(A, 5, 10 + 1 / 3600), at(10))
        assert shown(after) == [(5, 10 + 1 / 3600, A)]


class TestAPeriod:
    def test_since_ever_begins_with_the_first_instant_that_est_can_tell(self) -> None:
        assert datetime(1, 1, 1, tzinfo=EST) == SINCE_EVER
        assert SINCE_EVER.tzinfo is EST

    @pytest.mark.parametrize(("start", "end"), [(1, 1), (2, 1)])
    def test_ends_after_it_starts(self, start: float, end: float) -> None:
        with pytest.raises(ValueError, match="ends after it starts"):
            period(start, end)

    @pytest.mark.parametrize(
        ("hour", "inside"), [(0.5, False), (1, True), (1.5, True), (2, False), (3, False)]
    )
    def test_has_its_start_and_not_its_end(self, hour: float, *, inside: bool) -> None:
        assert (at(hour) in period(1, 2)) is inside
        assert (at(hour) in period(1)) is (hour >= 1)

    @pytest.mark.parametrize(
        ("one", "other", "shared"),
        [
            ((0, 2), (1, 3), (1, 2)),
            ((0, 2), (2, 3), None),
            ((2, 3), (0, 2), None),
            ((0, None), (1, 3), (1, 3)),
            ((0, 2), (1, None), (1, 2)),
            ((0, None), (1, None), (1, None)),
            ((0, 4), (1, 2), (1, 2)),
        ],
    )
    def test_shares_with_another(
        self,
        one: tuple[float, float | None],
        other: tuple[float, float | None],
        shared: tuple[float, float | None] | None,
    ) -> None:
        expected = None if shared is None else period(*shared)
        for first, second in ((one, other), (other, one)):
            assert period(*first).intersection(period(*second)) == expected
            assert period(*first).overlaps(period(*second)) is (shared is not None)

    @pytest.mark.parametrize(
        ("one", "other", "left"),
        [
            ((0, 4), (1, 2), [(0, 1), (2, 4)]),
            ((0, 4), (0, 2), [(2, 4)]),
            ((0, 4), (2, 4), [(0, 2)]),
            ((0, 4), (0, 4), []),
            ((0, 4), (-1, 5), []),
            ((0, 4), (2, None), [(0, 2)]),
            ((0, None), (2, None), [(0, 2)]),
            ((0, None), (0, None), []),
            ((0, None), (1, 2), [(0, 1), (2, None)]),
            ((0, 4), (4, 5), [(0, 4)]),
        ],
    )
    def test_is_cut_by_another(
        self,
        one: tuple[float, float | None],
        other: tuple[float, float | None],
        left: list[tuple[float, float | None]],
    ) -> None:
        assert list(period(*one).minus(period(*other))) == [period(*each) for each in left]
