"""Laws of names, records and frames."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.exchange.files.filetypes import INBOUND, OUTBOUND, Form
from mdmr.exchange.files.frame import scan
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.tables import END_RECORD, Field, Need, RecordLayout
from mdmr.exchange.files.layouts.types import DATE, DATE_TIME, FieldType, char, number, varchar
from mdmr.exchange.files.names import FileName, name_time, next_free
from mdmr.exchange.inbound.case import Case
from mdmr.exchange.inbound.checks import CHECKS, Facts, Limits, verdict
from mdmr.exchange.inbound.reading import details
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.outside import FixedClock

from tests.properties import strategies as own
from tests.support.examples import examples
from tests.support.market import AGENT, NOON, ORGANIZATIONS

LAYOUTS = [
    *(layout for kind in OUTBOUND.values() for layout in kind.layout.details),
    *(kind.layout.file_header for kind in OUTBOUND.values()),
    *(layout for kind in INBOUND.values() if kind.layout for layout in kind.layout.details),
    END_RECORD,
    RecordLayout(
        "TST",
        (
            Field("Day", DATE),
            Field("Time", DATE_TIME, Need.OPTIONAL),
            Field("Amount", number(3, 2, signed=True), Need.OPTIONAL),
            Field("Text", varchar(5)),
            Field("Two", char(2), Need.CONDITIONAL),
        ),
    ),
]
DATES = {DATE.label, DATE_TIME.label}


def value_of(kind: FieldType) -> st.SearchStrategy[str]:
    """Draw texts that the type accepts, also once they are read."""
    texts = st.from_regex(kind.pattern, fullmatch=True)
    return texts.filter(lambda each: kind.accepts(each) and kind.accepts(kind.fold(each)))


def times_of(kind: FieldType) -> st.SearchStrategy[Any]:
    return own.times.map(lambda each: each.date() if kind.label == DATE.label else each)


@st.composite
def values(draw: st.DrawFn, layout: RecordLayout) -> list[Any]:
    """Draw values that a record of the layout can hold."""
    drawn: list[Any] = []
    for each in layout.fields:
        if each.need is not Need.MANDATORY and draw(st.booleans()):
            drawn.append(None)
        elif each.type.label in DATES:
            drawn.append(draw(times_of(each.type)))
        else:
            drawn.append(each.type.read(draw(value_of(each.type))))
    return drawn


class TestFileNames:
    @given(own.names)
    def test_are_written_as_they_are_read(self, name: FileName) -> None:
        assert FileName.parse(str(name)) == name

    @given(own.any_names)
    def test_of_any_text_are_read_whole_or_not_at_all(self, text: str) -> None:
        name = FileName.parse(text)
        assert name is None or str(name) == text

    @given(own.times, st.lists(st.integers(-5, 5), min_size=1), st.sampled_from([12, 14]))
    def test_given_one_after_the_other_rise(
        self, start: datetime, moves: Sequence[int], digits: int
    ) -> None:
        """Whatever the clock does in between: no name is given twice, none out of order."""
        last, given_names, now = None, [], start
        for move in moves:
            now += timedelta(seconds=move)
            last = next_free(now, last, digits)
            assert last >= now.replace(microsecond=0, second=0)
            given_names.append(name_time(last, digits))
        assert given_names == sorted(set(given_names))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda each: f"{each.record}{each.width}")
class TestRecords:
    @examples(20)
    @given(data=st.data())
    def test_that_are_written_are_read_back_trimmed(
        self, layout: RecordLayout, data: st.DataObject
    ) -> None:
        wanted = data.draw(values(layout))
        line = records.write(layout, wanted)
        reading = records.read(layout, line)
        assert reading.valid
        again = records.write(layout, reading.values)
        assert again == "|".join(each.strip(" ") for each in line.split("|"))

    @examples(20)
    @given(line=own.lines)
    def test_of_any_line_are_read_without_failing(self, layout: RecordLayout, line: str) -> None:
        reading = records.read(layout, f"{layout.record}{line}")
        assert len(reading.values) == (len(layout.fields) if reading.counted else 0)


@st.composite
def cut(draw: st.DrawFn, content: bytes) -> list[bytes]:
    """Cut a content into pieces anywhere."""
    places = sorted(draw(st.lists(st.integers(0, len(content)))))
    return [content[a:b] for a, b in zip([0, *places], [*places, len(content)], strict=True)]


class TestScans:
    @given(data=st.data(), form=st.sampled_from([*Form, None]))
    def test_do_not_depend_on_the_pieces(self, data: st.DataObject, form: Form | None) -> None:
        content = data.draw(own.frames("ORG11111.ORG22222.1000.00.20250820120000.DAT"))
        assert scan(data.draw(cut(content)), form) == scan([content], form)

    @given(data=st.data())
    def test_agree_with_the_reading_of_details(self, data: st.DataObject) -> None:
        content = data.draw(own.frames("ORG11111.ORG22222.1000.00.20250820120000.DAT"))
        found = scan([content], Form.FRAME)
        if not found.clean:
            return
        inbound = MemoryObjects(FixedClock(NOON))
        arrival = Arrival.of(inbound.upload("ORG22222/x", content))
        lines = list(details(inbound, arrival))
        assert len(lines) == found.details
        for done, line in enumerate(lines, start=1):
            assert list(details(inbound, arrival, line.after)) == lines[done:]

    @given(st.binary(max_size=80))
    def test_call_clean_what_a_reader_of_lines_would(self, content: bytes) -> None:
        lines = content.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        ended = content.endswith(b"\n")
        lines = [
            line.removesuffix(b"\r") if ended or place + 1 < len(lines) else line
            for place, line in enumerate(lines)
        ]
        clean = all(line and all(0x20 <= byte <= 0x7E for byte in line) for line in lines)
        assert scan([content], Form.FRAME).clean is clean


class TestTheVerdict:
    @given(data=st.data(), name=own.any_names, prefix=st.sampled_from([AGENT, "", "é"]))
    def test_of_any_file_is_a_code_or_none(
        self, data: st.DataObject, name: str, prefix: str
    ) -> None:
        body = data.draw(own.frames(name))
        parsed = FileName.parse(name)
        kind = INBOUND.get(parsed.file_id) if parsed else None
        case = Case(
            Arrival(f"{prefix}/{name}", "v1", len(body), NOON),
            parsed,
            kind,
            scan(data.draw(cut(body)), kind.form if kind else None),
        )
        ldc, submitter = data.draw(st.sampled_from([None, *ORGANIZATIONS])), ORGANIZATIONS[2]
        facts = Facts(
            case,
            Limits(500, timedelta(hours=24)),
            refused=False,
            ldc=ldc,
            submitter=submitter,
            authorized=data.draw(st.booleans()),
        )
        assert verdict(facts) in {None, *(code for code, _ in CHECKS)}
