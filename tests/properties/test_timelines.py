"""Timelines: their laws, and both kinds of synchronization held to a model of single days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.directory.applying import NO_PERIOD, PRIOR_STATE, RefusedError, Statement
from mdmr.directory.applying import full as apply_full
from mdmr.directory.applying import incremental as apply_incremental
from mdmr.directory.changes import Action, Change, changes
from mdmr.directory.timeline import Segment, Timeline

FIRST = datetime(2025, 9, 1, tzinfo=EST)
# A model holds a value, or None, for each of these days; the last stands for all that follow.
DAYS = 14
Days = list[str | None]
Apply = Callable[[Timeline, Statement], Timeline]

days = st.lists(st.sampled_from([None, "A", "B", "C"]), min_size=DAYS, max_size=DAYS)
starts = st.integers(0, DAYS - 2)
values = st.sampled_from(["A", "B", "C"])


def instant(day: int) -> datetime:
    return FIRST + timedelta(days=day)


def day_of(moment: datetime) -> int:
    return (moment - FIRST).days


def timeline_of(model: Days) -> Timeline:
    segments, day = [], 0
    for value, run in groupby(model):
        after = day + len(list(run))
        if value is not None:
            end = None if after == DAYS else instant(after)
            segments.append(Segment(Period(instant(day), end), (value,)))
        day = after
    return Timeline.of(segments)


def model_of(timeline: Timeline) -> Days:
    found = (timeline.at(instant(day)) for day in range(DAYS))
    return [each.value[0] if each else None for each in found]


def run_at(model: Days, day: int) -> tuple[int, int]:
    """The first day of the run that holds a day, and the day after its last."""
    first, after = day, day + 1
    while first > 0 and model[first - 1] == model[day]:
        first -= 1
    while after < DAYS and model[after] == model[day]:
        after += 1
    return first, after


def next_start(model: Days, day: int) -> int:
    """The day after a day on which a value begins to hold; DAYS for none."""
    return next((d for d in range(day + 1, DAYS) if model[d] and model[d] != model[d - 1]), DAYS)


def outcome(apply: Apply, model: Days, said: Statement) -> Days | str:
    """The days after a record, or the code with which it is refused."""
    try:
        return model_of(apply(timeline_of(model), said))
    except RefusedError as refused:
        return refused.code


def model_incremental(model: Days, value: str, start: int, end: int | None) -> Days | str:
    """What an I-Sync's record comes to: the days after it, or a code."""
    after = list(model)
    begins = start == 0 or model[start - 1] != model[start]
    if end == start:
        if model[start] != value or not begins:
            return NO_PERIOD
        _, stop = run_at(model, start)
        after[start:stop] = [model[start - 1] if start else None] * (stop - start)
        return after
    if end is None:
        stop = next_start(model, start)
        after[start:stop] = [value] * (stop - start)
        return after
    after[start:end] = [value] * (end - start)
    if model[start] == value:
        _, stop = run_at(model, start)
        after[end:stop] = [None] * max(0, stop - end)
    return after


def model_full(model: Days, value: str, start: int, end: int | None, extracted: int) -> Days | str:
    """What a P-Sync's record comes to: the days after it, or a code."""
    if start > extracted:
        return model_incremental(model, value, start, end)
    current = model[extracted]
    first, stop = run_at(model, extracted) if current else (extracted + 1, extracted + 1)
    over = max((d + 1 for d in range(first) if model[d] and d + 1 <= extracted), default=0)
    if (end is not None and end <= extracted) or start < over:
        return PRIOR_STATE
    after = list(model)
    if current:
        after[first:stop] = [None] * (stop - first)
        if value == current:
            start = min(start, first)
        after[first:start] = [current] * max(0, start - first)
    until = next_start(model, extracted) if end is None else end
    after[start:until] = [value] * (until - start)
    return after


@given(days)
def test_a_timeline_holds_in_each_instant_what_it_was_made_of(model: Days) -> None:
    assert model_of(timeline_of(model)) == model


@given(days, values, starts, st.integers(1, 5))
def test_what_is_put_holds_in_its_period_and_nothing_else_changes(
    model: Days, value: str, start: int, length: int
) -> None:
    end = min(start + length, DAYS - 1)
    after = timeline_of(model).put(Period(instant(start), instant(end)), (value,))
    assert model_of(after) == [*model[:start], *[value] * (end - start), *model[end:]]
    assert after == Timeline.of(after.segments)


@given(days, values, starts, st.one_of(st.none(), st.integers(0, 6)))
def test_an_incremental_record_does_what_the_model_of_days_says(
    model: Days, value: str, start: int, length: int | None
) -> None:
    end = None if length is None else min(start + length, DAYS - 1)
    said = Statement((value,), instant(start), None if end is None else instant(end))
    assert outcome(apply_incremental, model, said) == model_incremental(model, value, start, end)


@given(days, values, starts, st.one_of(st.none(), st.integers(1, 6)), starts)
def test_a_record_of_a_full_set_does_what_the_model_of_days_says(
    model: Days, value: str, start: int, length: int | None, extracted: int
) -> None:
    end = None if length is None else min(start + length, DAYS - 1)
    said = Statement((value,), instant(start), None if end is None else instant(end))
    apply = partial(apply_full, extracted=instant(extracted))
    assert outcome(apply, model, said) == model_full(model, value, start, end, extracted)


@given(days, values, starts, st.one_of(st.none(), st.integers(1, 6)), starts)
def test_a_record_sent_again_changes_nothing(
    model: Days, value: str, start: int, length: int | None, extracted: int
) -> None:
    end = None if length is None else instant(start + length)
    said = Statement((value,), instant(start), end)
    for apply in (apply_incremental, partial(apply_full, extracted=instant(extracted))):
        before = timeline_of(model)
        try:
            once = apply(before, said)
        except RefusedError:
            continue
        # A value that joined the same one behind it ends where that ends: sent again, an open
        # End opens it, an earlier one cuts it.
        if not any(each.value == said.value for each in before.segments if each.start > said.start):
            assert apply(once, said) == once


@given(days, days)
def test_the_changes_tell_how_the_one_timeline_became_the_other(one: Days, other: Days) -> None:
    before, after = timeline_of(one), timeline_of(other)
    told = changes(before, after)
    assert (not told) == (before == after)
    appeared = {each for each in after.segments if each not in before.segments}
    assert {(each.start, each.end) for each in told if each.action is not Action.CAN} == {
        (each.start, each.end) for each in appeared
    }
    for each in told:
        assert_told_rightly(each, before, after)


def assert_told_rightly(change: Change, before: Timeline, after: Timeline) -> None:
    """Each action means what the report says that it means."""
    new = after.starting(change.start)
    match change.action:
        case Action.INS | Action.UPD:
            former = before.at(change.start)
            assert new is not None
            assert change.new == new.value
            assert change.old == (former.value if former else None)
            assert (before.starting(change.start) is not None) == (change.action is Action.UPD)
        case Action.END:
            assert new is not None
            assert change.new is None
            assert change.old == new.value
        case Action.DTE:
            assert new is not None
            assert change.new == change.old == new.value
        case _:
            gone = before.starting(change.start)
            assert gone is not None
            assert (gone.value, gone.end, change.new) == (change.old, change.end, None)
