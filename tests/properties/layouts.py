"""Layouts to draw lines of: those of the interface, and synthetic ones with every field type."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from mdmr.exchange.files.filetypes import INBOUND, OUTBOUND
from mdmr.exchange.files.layouts.synchronization import INCREMENTAL
from mdmr.exchange.files.layouts.tables import END_RECORD, Field, FileLayout, Need, RecordLayout
from mdmr.exchange.files.layouts.types import (
    BOUNDARY,
    DATE,
    DATE_TIME,
    END,
    END_DATE,
    FILE_NAME,
    ORG_ID,
    POSTAL_CODE,
    SDP_ID,
    UNIVERSAL_SDP_ID,
    FieldType,
    above_zero,
    char,
    fixed_number,
    number,
    text,
    varchar,
)

TYPES: Sequence[FieldType] = (
    char(3),
    char(2, "A[CX]|BT|IN"),
    char(8, "000000(?:05|15|30)|00000100"),
    varchar(5),
    varchar(4, "[A-Za-z0-9_-]"),
    fixed_number(4),
    number(3),
    number(3, signed=True),
    number(5, 2),
    number(2, 6, signed=True),
    DATE,
    DATE_TIME,
    END,
    END_DATE,
    FILE_NAME,
    ORG_ID,
    SDP_ID,
    UNIVERSAL_SDP_ID,
    POSTAL_CODE,
    text(7),
    above_zero(number(3, 2, signed=True)),
)


def _every_type(record: str, types: Sequence[FieldType], need: Need) -> RecordLayout:
    return RecordLayout(record, tuple(Field(f"{each.label}", each, need) for each in types))


SYNTHETIC = FileLayout(
    "9000",
    "00",
    "Every field type",
    details=(
        _every_type("MAN", TYPES, Need.MANDATORY),
        _every_type("OPT", TYPES, Need.OPTIONAL),
        _every_type("CON", TYPES[::-1], Need.CONDITIONAL),
        _every_type("DAY", (DATE, DATE_TIME, DATE), Need.MANDATORY),
        # Record types that begin alike, and one whose name means something in an expression.
        _every_type("D.D", (varchar(3),), Need.OPTIONAL),
        RecordLayout("DDD", (Field("Nothing", varchar(3), Need.OPTIONAL), Field("Day", DATE))),
        RecordLayout("NIL", ()),
    ),
)
FILES = (
    *INCREMENTAL.values(),
    *(each.layout for each in INBOUND.values() if each.layout),
    *(each.layout for each in OUTBOUND.values()),
    SYNTHETIC,
)
RECORDS = (
    *(simple for file in FILES for record in file.details for simple in record.simple),
    *dict.fromkeys(file.file_header for file in FILES),
    END_RECORD,
)
# Days at the ends of months, leap years and not, and times around midnight.
_near_dates = st.just("99991231") | st.builds(
    "{:04d}{:02d}{:02d}".format,
    st.sampled_from([0, 1, 999, 1900, 2000, 2023, 2024, 2100, 9999]) | st.integers(0, 9999),
    st.integers(0, 13),
    st.sampled_from([0, 1, 28, 29, 30, 31, 32]) | st.integers(0, 31),
)
_near_times = st.builds(
    "{:02d}{:02d}{:02d}".format, st.integers(0, 25), st.integers(0, 60), st.integers(0, 60)
)


def texts(each: FieldType) -> st.SearchStrategy[str]:
    """Return texts of a type: accepted ones, and what looks like dates."""
    matching = st.from_regex(each.pattern, fullmatch=True)
    plain = st.from_regex(each.plain, fullmatch=True)
    if each in (DATE, END_DATE):
        return _near_dates | plain | matching
    if each in (DATE_TIME, BOUNDARY, END):
        near = st.tuples(_near_dates, st.sampled_from(["", " "]), _near_times).map("".join)
        return near | plain | matching
    return matching


@st.composite
def lines(draw: st.DrawFn, layout: RecordLayout) -> str:
    """Return a line of a record: right, or with a few fields or letters that are not."""
    layout = draw(st.sampled_from([*layout.simple, *layout.simple, layout]))
    fields = [draw(_field(each)) for each in layout.fields]
    line = "|".join((layout.record, *fields))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(line)))
        put_in = draw(st.sampled_from(["", "|", " ", "a", "A", "0", "-", ".", "\r", "\x00", "é"]))
        line = line[:at] + put_in + line[at + draw(st.integers(0, 2)) :]
    return line


def _field(each: Field) -> st.SearchStrategy[str]:
    right = texts(each.type) if each.need is Need.MANDATORY else st.just("") | texts(each.type)
    return st.one_of(right, right, right, right.map(_disguised), st.sampled_from(["", " ", "x"]))


def _disguised(text: str) -> str:
    return f" {text.lower()} "
