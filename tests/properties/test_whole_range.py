"""Every date of the years 0001 to 9999 in EST goes through whatever keeps, moves or shows one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mdmr.calendar.business_days import (
    business_days_after,
    business_days_before,
    is_business_day,
)
from mdmr.calendar.instants import (
    EST,
    FIRST,
    LAST,
    end_after,
    est_date,
    est_id,
    est_minutes,
    est_seconds,
    est_shown,
    from_est_id,
    from_text,
    in_est,
    is_on_last_day,
    moved,
    read_est,
    to_text,
)
from mdmr.calendar.period import Period
from mdmr.directory.changes import changes
from mdmr.directory.compact import (
    delta_to_text,
    from_seconds,
    log_from_text,
    log_to_text,
    timelines_from_text,
    timelines_to_text,
    to_seconds,
)
from mdmr.directory.entries import Held, held_of
from mdmr.directory.entries import _text as held_text
from mdmr.directory.timeline import Segment, Timeline
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.tables import Field, RecordLayout
from mdmr.exchange.files.layouts.types import BOUNDARY, DATE, DATE_TIME
from mdmr.exchange.files.names import FileName, name_time
from mdmr.operation.faults import Reader
from mdmr.organizations import parameters, registry
from mdmr.organizations.entities import Authorization, Right
from mdmr.organizations.parameters import Setting
from mdmr.ports.codec import from_item, to_item
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets.rows import FileSet, SetState, SetStep
from mdmr_cli.times import est

from tests.properties.layouts import RECORDS

SECOND = timedelta(seconds=1)
EDGES = (
    FIRST,
    FIRST + 5 * SECOND * 3600,
    datetime(999, 12, 31, 23, 59, 59, tzinfo=EST),
    datetime(1969, 12, 31, 19, tzinfo=EST),
    datetime(9999, 12, 30, 23, 59, 59, tzinfo=EST),
    datetime(9999, 12, 31, 18, 59, 59, tzinfo=EST),
    datetime(9999, 12, 31, 19, tzinfo=EST),
    LAST.replace(microsecond=0),
)
dates = st.dates() | st.sampled_from([date.min, date(999, 12, 31), date.max])
seconds = st.sampled_from(EDGES) | st.datetimes().map(
    lambda each: each.replace(tzinfo=EST, microsecond=0)
)
# As they come from a clock, a document or a store: with fractions, in any zone that has them.
instants = (
    seconds
    | st.sampled_from([FIRST, LAST])
    | st.datetimes().map(lambda each: each.replace(tzinfo=EST))
    | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-12)), EST]))
    | st.datetimes(timezones=st.just(timezone(timedelta(hours=14))))
).filter(lambda each: FIRST <= each <= LAST)
spans = st.timedeltas()


class TestStored:
    @given(instants)
    def test_it_is_read_back_to_the_millisecond(self, instant: datetime) -> None:
        text = to_text(instant)
        assert len(text) == len("2025-08-20T15:05:00.000Z")
        assert timedelta() <= instant - from_text(text) < timedelta(milliseconds=1)

    @given(instants, instants)
    def test_it_sorts_as_text(self, one: datetime, other: datetime) -> None:
        assert (to_text(one) < to_text(other)) is (
            from_text(to_text(one)) < from_text(to_text(other))
        )

    @pytest.mark.parametrize(
        "text",
        ["", "9999-12-31T29:00:00.000Z", "9999-12-31T24:60:00.000Z", "9998-12-31T24:00:00.000Z"],
    )
    def test_another_text_is_none(self, text: str) -> None:
        with pytest.raises((ValueError, OverflowError)):
            from_text(text)

    @given(seconds)
    def test_it_is_its_number_of_seconds(self, instant: datetime) -> None:
        assert from_seconds(to_seconds(instant)) == instant
        assert from_seconds(to_seconds(instant)).tzinfo is EST

    @given(seconds, seconds)
    def test_a_timeline_is_read_as_it_was_written(self, one: datetime, other: datetime) -> None:
        start, end = min(one, other), max(one, other)
        closed = (Segment(Period(start, end), ("A",)),) if start < end else ()
        timelines = {"SA": Timeline((*closed, Segment(Period(end), ("B", ""))))}
        assert timelines_from_text(timelines_to_text(timelines)) == timelines
        log = log_from_text(log_to_text([delta_to_text(one, "set", timelines)]))
        assert log == [(one, "set", timelines)]

    @given(seconds, seconds)
    def test_the_directory_map_holds_it(self, one: datetime, other: datetime) -> None:
        held = (Held("A", None, one), Held("B", one, other), Held("C", other, None))
        assert held_of(held_text(held)) == held

    @given(instants, st.none() | instants)
    def test_the_registry_holds_it(self, one: datetime, other: datetime | None) -> None:
        start, end = (one, other) if other is None or one < other else (other, one)
        # Instants are stored in milliseconds: of a shorter period nothing would be left.
        whole = end is not None and end - start >= timedelta(milliseconds=1)
        period = Period(start, end if whole else None)
        row = Authorization("ORG11111", "ORG22222", "4000", Right.SUBMIT, period)
        again = from_item(Authorization, registry.item_of_authorization(row)).period
        assert abs(again.start - period.start) < timedelta(milliseconds=1)
        assert (again.end is None) is (period.end is None)

    @given(st.sets(seconds, max_size=4))
    def test_a_parameter_holds_it(self, times: set[datetime]) -> None:
        settings = tuple(Setting(each, "1") for each in sorted(times))
        timeline = parameters.Timeline("sync.retro_days", "*", settings)
        assert from_item(parameters.Timeline, parameters.item_of_timeline(timeline)) == timeline

    @given(seconds, seconds)
    def test_a_set_holds_it(self, extracted: datetime, at: datetime) -> None:
        steps = (SetStep(SetState.COLLECTING, at),)
        each = FileSet(
            SetId("ORG11111", "ORG22222", "4000", "tx1"),
            SetState.COLLECTING,
            at,
            1,
            sequence=1,
            extracted=extracted,
            history=steps,
        )
        found = from_item(FileSet, to_item(each, each.key))
        assert (found.extracted, found.first, found.since) == (extracted, at, at)


class TestWritten:
    @given(seconds)
    def test_it_has_all_its_digits(self, instant: datetime) -> None:
        text = est_seconds(instant)
        assert len(text) == len("20250820100500")
        assert read_est(text) == instant
        assert est_minutes(instant) == name_time(instant, 12) == text[:12]
        assert est_date(instant) == text[:8]
        assert from_est_id(est_id(instant)) == instant
        assert "".join(filter(str.isdigit, est_shown(instant))) == text
        assert est(to_text(instant)) == est_shown(instant)

    @given(instants, instants)
    def test_it_sorts_as_text(self, one: datetime, other: datetime) -> None:
        first, second = est_seconds(one), est_seconds(other)
        if first != second:
            assert (first < second) is (one < other)

    @given(seconds)
    def test_it_stands_in_a_name(self, instant: datetime) -> None:
        name = FileName.parse(f"ORG11111.ORG22222.1000.00.{est_seconds(instant)}.DAT")
        assert name is not None
        assert name.time == instant

    @pytest.mark.parametrize(
        ("layout", "at"),
        [
            pytest.param(layout, at, id=f"{number}-{layout.record}-{field.name}")
            for number, layout in enumerate(RECORDS)
            for at, field in enumerate(layout.fields)
            if field.type in (DATE_TIME, BOUNDARY, DATE)
        ],
    )
    @given(instant=seconds, day=dates)
    @example(instant=EDGES[0], day=date.min)
    @example(instant=EDGES[-1], day=date.max)
    def test_every_layout_reads_what_it_writes(
        self, layout: RecordLayout, at: int, instant: datetime, day: date
    ) -> None:
        field = layout.fields[at]
        value = day if field.type is DATE else instant
        alone = RecordLayout(layout.record, (Field(field.name, field.type),))
        line = records.write(alone, (value,))
        assert len(line) == len(layout.record) + (9 if field.type is DATE else 15)
        assert records.read(alone, line).values == (value,)


class TestMoved:
    @given(instants, spans)
    def test_it_stays_within_what_there_is(self, instant: datetime, span: timedelta) -> None:
        after = moved(instant, span)
        assert FIRST <= after <= LAST or after.tzinfo is not EST
        assert (after >= instant) is (span >= timedelta()) or after == instant

    @given(seconds)
    def test_an_event_ends_a_second_later_where_there_is_one(self, instant: datetime) -> None:
        end = end_after(instant, SECOND)
        assert end == (None if instant == EDGES[-1] else instant + SECOND)

    @given(instants)
    def test_it_is_the_same_in_est(self, instant: datetime) -> None:
        assert in_est(instant) == instant
        assert in_est(instant).tzinfo is EST

    @given(seconds)
    def test_it_is_on_the_last_day_or_not(self, instant: datetime) -> None:
        assert is_on_last_day(instant) is (est_date(instant) == "99991231")

    @given(dates, st.integers(0, 400))
    def test_business_days_are_counted_up_to_its_ends(self, day: date, count: int) -> None:
        after, before = business_days_after(day, count), business_days_before(day, count)
        assert before <= day <= after
        assert count == 0 or after == date.max or is_business_day(after)
        assert count == 0 or before == date.min or is_business_day(before)


class TestAsked:
    @given(instants)
    def test_a_document_may_say_it(self, instant: datetime) -> None:
        reader = Reader()
        assert reader.instant(instant.isoformat(), "at") == instant
        assert reader.faults == []

    @given(seconds)
    def test_what_the_hub_shows_may_be_asked_for(self, instant: datetime) -> None:
        assert Reader().instant(to_text(instant), "at") == instant

    @given(seconds)
    def test_an_end_on_the_last_day_is_none(self, instant: datetime) -> None:
        reader = Reader()
        end = reader.end(instant.isoformat(), "to")
        assert end == (None if est_date(instant) == "99991231" else instant)

    @pytest.mark.parametrize(
        "text", ["0001-01-01T04:59:59+00:00", "9999-12-31T23:59:59-06:00", "0001-01-01T00:00+14:00"]
    )
    def test_what_lies_beyond_is_a_fault(self, text: str) -> None:
        reader = Reader()
        assert reader.instant(text, "at") is None
        assert [each.text for each in reader.faults] == [
            "must lie between 0001-01-01 and 9999-12-31 in EST"
        ]


@given(seconds, seconds, seconds)
def test_changes_are_told_of_any_time(one: datetime, two: datetime, three: datetime) -> None:
    times = sorted({one, two, three})
    before = Timeline((Segment(Period(times[0]), ("A",)),))
    after = before.put(Period(times[-1]), ("B",))
    assert [each.start for each in changes(before, after)] == sorted({times[0], times[-1]})
