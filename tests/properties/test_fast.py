"""The quick validator and the reference validator come to the same verdict on every line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.exchange.files.layouts import fast, records
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_REQUEST
from mdmr.exchange.files.layouts.tables import FileLayout, RecordLayout
from mdmr.exchange.files.layouts.types import DATE, DATE_TIME, END, END_DATE, FieldType
from mdmr.identifiers import requests

from tests.properties.layouts import FILES, RECORDS, TYPES, lines, texts
from tests.support.examples import examples
from tests.support.market import LDC

ALL_TYPES = dict.fromkeys((*TYPES, *(f.type for r in RECORDS for f in r.fields)))
by_file = pytest.mark.parametrize("layout", FILES, ids=lambda each: each.name)
by_record = pytest.mark.parametrize(
    "layout", RECORDS, ids=[f"{number}-{each.record}" for number, each in enumerate(RECORDS)]
)


@st.composite
def files(draw: st.DrawFn, layout: FileLayout) -> bytes:
    """Return detail lines of a file: of its records or any bytes, with all sorts of line ends."""
    own = [lines(each).map(lambda line: line.encode("utf-8", "replace")) for each in layout.details]
    any_line = st.one_of(*own, *own, st.binary(max_size=40))
    ends = st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b"\r\r\n", b"\n\n"])
    content = b"".join(
        line + end for line, end in draw(st.lists(st.tuples(any_line, ends), max_size=12))
    )
    return content[: draw(st.none() | st.integers(0, len(content)))]


def refused_by_reference(layout: FileLayout, content: bytes) -> list[int]:
    """Return the numbers of the lines that the reference validator refuses."""
    every = content.removesuffix(b"\n").split(b"\n") if content else []
    texts = [line.removesuffix(b"\r").decode("ascii", "replace") for line in every]
    return [
        number
        for number, text in enumerate(texts, start=1)
        if (own := layout.own.get(text.partition("|")[0])) is None
        or not records.read(own, text).valid
    ]


@by_file
@examples(20)
@given(data=st.data(), size=st.integers(1, 60) | st.just(10_000))
def test_the_lines_of_a_file_are_refused_as_the_reference_does(
    layout: FileLayout, data: st.DataObject, size: int
) -> None:
    content = data.draw(files(layout))
    expression = fast.lines_expression(layout.details)
    pieces = (content[at : at + size] for at in range(0, len(content), size))

    refused = fast.faulty(layout, fast.doubtful(expression, pieces))

    assert [each.number for each in refused] == refused_by_reference(layout, content)


@by_record
@examples(10)
@given(data=st.data())
def test_a_line_that_is_vouched_for_is_valid_and_gives_its_texts(
    layout: RecordLayout, data: st.DataObject
) -> None:
    line = data.draw(lines(layout) | st.text(max_size=60))
    match = fast.line_expression(layout).fullmatch(line)

    if match is not None:
        reading = records.read(layout, line)
        assert reading.valid
        assert match.groups() == reading.texts


@by_record
@examples(10)
@given(data=st.data())
def test_a_line_as_the_hub_writes_it_is_vouched_for(
    layout: RecordLayout, data: st.DataObject
) -> None:
    fields = (st.from_regex(each.type.plain, fullmatch=True) for each in layout.fields)
    line = "|".join((layout.record, *data.draw(st.tuples(*fields))))

    assert fast.line_expression(layout).fullmatch(line)


@pytest.mark.parametrize("each", ALL_TYPES, ids=lambda each: each.label)
@examples(25)
@given(data=st.data())
def test_a_plain_text_is_a_value_that_folding_leaves_as_it_is(
    each: FieldType, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(each.plain, fullmatch=True))

    assert text
    assert not set(text) & set("|\r\n")
    assert each.fold(text) == text
    assert each.accepts(text)


@pytest.mark.parametrize("each", [DATE, DATE_TIME, END, END_DATE], ids=lambda each: each.label)
@given(data=st.data())
def test_only_29_february_and_odd_years_and_24_00_are_left_to_the_reference(
    each: FieldType, data: st.DataObject
) -> None:
    text = data.draw(texts(each))

    if each.accepts(text) and re.fullmatch(each.plain, text) is None:
        odd_year = text[0] == "0" or (text[0] == "9" and each in (END, END_DATE))
        assert text[4:8] == "0229" or odd_year or text[-6:] == "240000"


@given(line=lines(ASSIGNMENT_REQUEST.details[0]), ldc=st.sampled_from([LDC, "ORG00000"]))
def test_a_request_is_read_quickly_as_it_is_examined(line: str, ldc: str) -> None:
    assert requests.read_request(7, line, ldc) == requests._examined(7, line, ldc)
