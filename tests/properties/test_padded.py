"""Blanks around a value are no part of it, in any field of any record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.exchange.files.layouts import fast, records
from mdmr.exchange.files.layouts.synchronization import INCREMENTAL, MANIFEST
from mdmr.exchange.files.layouts.tables import Need, RecordLayout
from mdmr.schedules.checking import read_row
from mdmr.synchronization.records import Place
from mdmr.synchronization.staging.examining import Rules, examine

from tests.properties.layouts import RECORDS
from tests.support.examples import examples

RULES = Rules(periodic=False, far="99991231235959")
by_record = pytest.mark.parametrize(
    "layout", RECORDS, ids=[f"{number}-{each.record}" for number, each in enumerate(RECORDS)]
)
OF_SETS = [
    pytest.param(number, simple, id=f"{number}-{simple.record}-{at}")
    for number, file in INCREMENTAL.items()
    for at, simple in enumerate(leaf for own in file.details for leaf in own.simple)
]
blanks = st.text(" ", max_size=3)


@st.composite
def right(draw: st.DrawFn, layout: RecordLayout) -> list[str]:
    """Return the fields of a record that is right and needs no normalizing."""
    fields = []
    for each in layout.fields:
        value = st.from_regex(each.type.plain, fullmatch=True)
        fields.append(draw(value if each.need is Need.MANDATORY else value | st.just("")))
    return fields


@st.composite
def padded(draw: st.DrawFn, fields: list[str]) -> list[str]:
    """Return fields with blanks around them, or without."""
    return [f"{draw(blanks)}{each}{draw(blanks)}" for each in fields]


def line_of(layout: RecordLayout, fields: list[str]) -> str:
    return "|".join((layout.record, *fields))


@by_record
@examples(10)
@given(data=st.data())
def test_a_padded_record_says_the_same(layout: RecordLayout, data: st.DataObject) -> None:
    fields = data.draw(right(layout))
    sent = data.draw(padded(fields))

    plain = records.read(layout, line_of(layout, fields))
    reading = records.read(layout, line_of(layout, sent))

    assert plain.valid
    assert reading == plain


@by_record
@examples(10)
@given(data=st.data())
def test_no_padded_record_is_vouched_for(layout: RecordLayout, data: st.DataObject) -> None:
    fields = data.draw(right(layout))
    sent = data.draw(padded(fields))

    if sent != fields:
        assert fast.line_expression(layout).fullmatch(line_of(layout, sent)) is None


@pytest.mark.parametrize(("number", "layout"), OF_SETS)
@examples(10)
@given(data=st.data())
def test_a_padded_record_of_a_set_is_told_field_by_field_and_taken(
    number: str, layout: RecordLayout, data: st.DataObject
) -> None:
    fields = data.draw(right(layout))
    sent = data.draw(padded(fields))
    place = Place(number, "01", 3)

    plain = examine(INCREMENTAL[number], RULES, place, line_of(layout, fields))
    found = examine(INCREMENTAL[number], RULES, place, line_of(layout, sent))

    assert plain.row is not None
    assert found.row is not None
    assert (found.row.texts, found.row.kind) == (plain.row.texts, plain.row.kind)
    told = [each for each in found.findings if each.code == "S104"]
    names = INCREMENTAL[number].own[layout.record].names
    changed = [name for name, one, two in zip(names, fields, sent, strict=True) if one != two]
    assert sorted(each.field for each in told) == sorted(changed)
    assert [each.code for each in found.findings if each.code != "S104"] == [
        each.code for each in plain.findings
    ]
    if number != MANIFEST and sent != fields:
        assert found.row.submitted == tuple(sent)


@pytest.mark.parametrize(("number", "layout"), OF_SETS)
def test_a_mandatory_field_of_blanks_only_is_empty(number: str, layout: RecordLayout) -> None:
    own = INCREMENTAL[number].own[layout.record]
    line = line_of(layout, ["   "] * len(layout.fields))

    found = examine(INCREMENTAL[number], RULES, Place(number, "01", 3), line)

    needs = {each.name: each.need for each in own.fields}
    assert {each.field: each.code for each in found.findings} == {
        name: "S012" if need is Need.MANDATORY else "S104" for name, need in needs.items()
    }


@given(data=st.data())
def test_a_padded_record_of_a_schedule_says_the_same(data: st.DataObject) -> None:
    sent = data.draw(padded(["BC07", "20251010", "20251110", "A"]))

    assert read_row(3, f"DTL|{'|'.join(sent)}") == read_row(3, "DTL|BC07|20251010|20251110|A")
