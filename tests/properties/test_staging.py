"""Staging comes to the same, however quickly it reads and however a set is cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.calendar.instants import EST
from mdmr.exchange.files.layouts.fast import lines_expression
from mdmr.exchange.files.layouts.synchronization import INCREMENTAL, MANIFEST
from mdmr.synchronization.records import Place
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows
from mdmr.synchronization.staging import objects, parts
from mdmr.synchronization.staging.examining import Rules, examine
from mdmr.synchronization.staging.findings import Finding, Summary
from mdmr.synchronization.staging.frame import Expected
from mdmr.synchronization.staging.linking import Links, Size
from mdmr.synchronization.staging.quick import quick_row
from mdmr.synchronization.staging.rows import decode, encode, entities
from mdmr.synchronization.staging.segment import Segment
from msgspec.structs import replace

from tests.properties.layouts import lines
from tests.support.examples import examples
from tests.support.staging_sets import (
    OTHER,
    SDP,
    SINCE,
    a_hub,
    a_set,
    bring,
    delivered,
    findings,
    stage,
    whole,
)

ALL = {number: layout for number, layout in INCREMENTAL.items() if number != MANIFEST}
by_file = pytest.mark.parametrize("number", ALL)
FAR = "20301231000000"
SET = SetId("ORG11111", "ORG22222", "4000", "tx0001")


def any_line(number: str) -> st.SearchStrategy[str]:
    """Return a line of a record of a file, right or nearly right."""
    return st.one_of([lines(each) for each in ALL[number].details]).map(
        lambda line: "".join(each for each in line if " " <= each <= "~") or "?"
    )


@by_file
@examples(30)
@given(data=st.data(), periodic=st.booleans())
def test_a_row_that_is_made_quickly_is_that_of_the_examination(
    number: str, data: st.DataObject, *, periodic: bool
) -> None:
    line = data.draw(any_line(number))
    examined = examine(ALL[number], Rules(periodic, FAR), Place(number, "01", 7), line)
    if lines_expression(ALL[number].details).fullmatch(f"{line}\n".encode()):
        quick = quick_row(7, line, FAR, periodic=periodic)
        assert quick is None or examined.findings == ()
        assert examined.row is not None
        assert quick in (None, encode(examined.row))
    if examined.row is not None:
        assert decode(encode(examined.row)[:-1], number, "01") == examined.row


@by_file
@examples(15)
@given(data=st.data(), size=st.integers(1, 80))
def test_a_file_is_read_as_its_lines_are_examined(
    number: str, data: st.DataObject, size: int
) -> None:
    told = data.draw(st.lists(any_line(number), max_size=8))
    name = f"{SET.ldc}.{SET.submitter}.4000.00.20250820120000.{SET.tx_id}.{number}.01.DAT"
    content = "".join(f"{line}\n" for line in (f"FNR|{name}", "FHR|x", *told)).encode()
    expected = Expected(SET, number, "01", name, datetime(2025, 9, 1, tzinfo=EST))
    rules = Rules(periodic=False, far=FAR)
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    segment = Segment(expected, rules, pieces)
    read = list(segment.read())
    assert _rows(read) == [row for row, _ in _reference(number, rules, told) if row]
    assert [each for each in read if isinstance(each, Finding)] == [
        finding for _, found in _reference(number, rules, told) for finding in found
    ]
    ends = [at for at, line in enumerate(told) if line == "EOF" or line.startswith("EOF|")]
    assert segment.details == (ends[0] if ends else len(told))


def _rows(read: Sequence[str | Finding]) -> list[str]:
    return "".join(each for each in read if isinstance(each, str)).splitlines(keepends=True)


def _reference(
    number: str, rules: Rules, told: Sequence[str]
) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    for at, line in enumerate(told, start=3):
        if line == "EOF" or line.startswith("EOF|"):
            return
        examined = examine(ALL[number], rules, Place(number, "01", at), line)
        row = examined.row
        yield encode(row) if row and entities(row) else "", examined.findings


ODD = (
    f"PAR|S|{SDP}|VEES|05|{SINCE}|",
    f"PAR|S|{SDP}|VEES|03|{SINCE}|",
    f"PAR|S|{SDP}|vees|03|{SINCE}|",
    f"PAR|S|{SDP}|BCID|bc01|20251001|20251101",
    f"PAR|S|{SDP}|BCID|BC02|20251015|20251201",
    f"PAR|S|{SDP}|BCID|BC01|20251001000000|20251101000000",
    f"PAR|S|{OTHER}|BCID|BC01|{SINCE}|",
    "PAR|S|10000000|BCID|BC01|20200101|",
    f"PAR|M|M-1|MMUL|1.50|{SINCE}|",
    f"PAR|M|M-9|RDEC|1|{SINCE}|",
    f"PAR|M|M-1|DIAL|0|{SINCE}|20240101",
    f"REL|SM|{SDP}|M-1|{SINCE}|",
    "PAR|S",
)


@st.composite
def cuts(draw: st.DrawFn) -> tuple[list[str], list[int]]:
    """Return records of file 04, and after how many of them a new segment begins."""
    told = draw(st.permutations([*whole()["04"], *draw(st.lists(st.sampled_from(ODD)))]))
    inner = st.integers(0, len(told))
    return told, sorted({0, *draw(st.sets(inner, max_size=4))})


def _stage(told: Sequence[str], begins: Sequence[int], size: Size) -> list[tuple[object, ...]]:
    """Stage a set with file 04 cut in segments; return findings without places but their order."""
    hub, made = a_hub(), a_set()
    del made.lines["04", "01"]
    for segment, (begin, end) in enumerate(
        zip(begins, [*begins[1:], len(told)], strict=True), start=1
    ):
        made.put("04", told[begin:end], f"{segment:02d}")
    made.list_files()
    bring(hub, made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mdmr.synchronization.staging.steps._SIZE", size)
        outcome = stage(hub, made.set_id)
    found: list[tuple[object, ...]] = [(outcome,)]
    for each in findings(hub):
        number, own, line = each.place
        at = line + begins[int(own) - 1] if number == "04" else line
        found.append((number, at, each.code, each.usdp, each.entity, each.field, each.value))
    return found


@examples(40)
@given(drawn=cuts(), size=st.integers(1, 6))
def test_a_file_is_found_the_same_however_it_is_cut_into_segments_and_parts(
    drawn: tuple[list[str], list[int]], size: int
) -> None:
    told, begins = drawn
    whole_file = _stage(told, [0], Size())
    assert _stage(told, begins, Size()) == whole_file
    assert _stage(told, begins, Size(entities=size, rows=size)) == whole_file


ENDS = st.sampled_from([f"EOF|{number}" for number in (0, 3, 10)] + ["EOF", "", "?", "EOFS|1"])


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """Return file 04 as bytes: with faulty lines, without some of its frame, or a line end."""
    told = [*a_set().lines["04", "01"], *draw(st.lists(st.sampled_from(ODD)))]
    for _ in range(draw(st.integers(0, 2))):
        told.insert(draw(st.integers(0, len(told))), draw(ENDS))
    told = told[draw(st.sampled_from([0, 0, 0, 1, 2, len(told)])) :]
    text = "".join(line + draw(st.sampled_from(["\n", "\n", "\r\n"])) for line in told)
    return text.removesuffix(draw(st.sampled_from(["", "\n"]))).encode()


def _staged(body: bytes, size: int, most: Size) -> tuple[dict[str, object], Summary]:
    """Stage a set with these bytes as file 04, in ranges of a size.

    Return all that is told, and the summary of the file.
    """
    hub, made = a_hub(), a_set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mdmr.synchronization.staging.limits.RANGE", size)
        patch.setattr("mdmr.synchronization.staging.steps._SIZE", most)
        bring(hub, made, {("04", "01"): body})
        outcome = stage(hub, made.set_id)
        each = rows.find(hub.state, made.set_id)
    assert each is not None
    told = [list(parts.rows(hub.data, parts.find(hub, each.id, part))) for part in each.parts]
    joined = [key for key in hub.data.keys() if key.endswith("/04-01.findings")]  # noqa: SIM118
    assert len(joined) == 1
    everything = {
        "outcome": outcome,
        "reports": delivered(hub),
        "read": each.records_read,
        "findings": list(objects.findings_of(hub.data, joined[0])),
        "records": told,
    }
    return everything, objects.summary_of(hub.data, joined[0])


@examples(50)
@given(body=spoiled(), size=st.integers(10, 600), most=st.integers(1, 6))
def test_a_segment_is_staged_the_same_however_it_is_cut_into_ranges(
    body: bytes, size: int, most: int
) -> None:
    parts_of = Size(entities=most, rows=most)
    at_once, total = _staged(body, 1 << 40, parts_of)
    in_ranges, joined = _staged(body, size, parts_of)
    assert in_ranges == at_once
    # A row of a range counts its lines from another begin, perhaps with fewer digits.
    assert replace(joined, size=0) == replace(total, size=0)


ENTITIES = [f"{letter}{number}" for letter in "SMA" for number in range(8)]
NAMED = st.lists(st.sampled_from(ENTITIES), min_size=1, max_size=2, unique=True)


def _groups(named: Sequence[Sequence[str]]) -> list[set[str]]:
    """Return what hangs together, in the order of the first entity of each group."""
    groups: list[set[str]] = []
    for each in named:
        touched = [group for group in groups if group & set(each)]
        merged = set(each).union(*touched)
        at = groups.index(touched[0]) if touched else len(groups)
        groups = [group for group in groups if group not in touched]
        groups.insert(at, merged)
    return groups


@given(named=st.lists(NAMED), entities=st.integers(1, 6), rows=st.integers(1, 6))
def test_parts_have_whole_groups_in_their_order_and_are_filled(
    named: list[list[str]], entities: int, rows: int
) -> None:
    links = Links()
    links.add_rows(f"{' '.join(each)}\t3\tREL|" for each in named)
    part_of = links.parts(Size(entities, rows))
    expected: dict[str, int] = {}
    part = held = held_rows = 0
    for group in _groups(list(dict.fromkeys(map(tuple, named)))):
        own = sum(1 for each in named if each[0] in group)
        if held and (held + len(group) > entities or held_rows + own > rows):
            part, held, held_rows = part + 1, 0, 0
        held, held_rows = held + len(group), held_rows + own
        expected |= dict.fromkeys(group, part)
    assert dict(part_of) == expected
