"""Long work in ranges, pieces and parts: the answer is that of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.calendar.instants import EST
from mdmr.jobs import sections
from mdmr.jobs.lines import blocks, end_of_line, first_line, joined, lines, up_to
from mdmr.jobs.merging import merged
from mdmr.jobs.partitions import rows_of, write_by_part
from mdmr.jobs.ranges import Range, by_file, cut, lines_of
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.outside import FixedClock
from msgspec import Struct

NOW = datetime(2025, 9, 1, tzinfo=EST)
BODY = st.lists(st.sampled_from([b"a", b"bb", b"\n", b"\r\n"]), max_size=40).map(b"".join)
PIECE = st.integers(1, 7)
NAME = st.sampled_from(["04-01", "reads", "a-1", "9"])


class Counts(Struct):
    """A summary."""

    rows: int


class _InPieces(MemoryObjects):
    """A bucket with one object, which it gives in pieces of a size."""

    def __init__(self, body: bytes, piece: int) -> None:
        super().__init__(FixedClock(NOW))
        self._body, self._piece = body, piece

    def stream(self, key: str, version_id: str | None = None, start: int = 0) -> Iterator[bytes]:  # noqa: ARG002 - there is one object
        for at in range(start, len(self._body), self._piece):
            yield self._body[at : at + self._piece]


def _pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


@given(body=BODY, size=st.integers(1, 9), piece=PIECE)
def test_ranges_have_whole_lines_and_every_byte_once(body: bytes, size: int, piece: int) -> None:
    edges = [*range(0, len(body), size), len(body)]
    found = [
        b"".join(lines_of(_InPieces(body, piece), "", "", Range("04-01", start, end)))
        for start, end in pairwise(edges)
    ]
    assert b"".join(found) == body
    for (start, end), own in zip(pairwise(edges), found, strict=True):
        begun = [at for at in range(start, end) if at == 0 or body[at - 1 : at] == b"\n"]
        assert own.count(b"\n") + (own != b"" and not own.endswith(b"\n")) == len(begun)


@given(of=NAME, size=st.integers(0, 500), limit=st.integers(1, 100), head=st.integers(0, 20))
def test_a_file_is_cut_into_ranges_without_gap_and_the_first_has_its_head(
    of: str, size: int, limit: int, head: int
) -> None:
    head = min(head, size)
    found = cut(of, size, limit, lambda: head)
    assert [Range.named(each.name) for each in found] == found
    assert by_file(found) == {of: found}
    if size <= limit:
        assert found == [Range(of)]
        return
    edges = [(each.start, each.end or 0) for each in found]
    assert (edges[0][0], edges[-1][1]) == (0, size)
    assert all(one[1] == other[0] for one, other in pairwise(edges))
    assert head <= edges[0][1] <= head + limit
    assert all(end - start <= limit for start, end in edges[1:])


@given(of=NAME, start=st.integers(0, 9), end=st.integers(0, 9))
def test_no_file_has_the_name_of_a_range(of: str, start: int, end: int) -> None:
    with pytest.raises(ValueError, match="name of a range"):
        cut(Range(of, start, end).name, 1, 1)


@given(body=BODY, piece=PIECE, size=st.integers(1, 20))
def test_lines_are_the_same_however_an_object_comes(body: bytes, piece: int, size: int) -> None:
    whole = body.split(b"\n")
    assert list(lines(_pieces(body, piece))) == whole[:-1]
    assert first_line(_pieces(body, piece)) == whole[0]
    cut_in_blocks = list(blocks(_pieces(body, piece), size))
    ended = body if body.endswith(b"\n") or not body else body + b"\n"
    assert b"".join(cut_in_blocks) == ended
    assert all(each.endswith(b"\n") for each in cut_in_blocks)
    assert all(len(each) <= max(size, piece) or each.count(b"\n") == 1 for each in cut_in_blocks)
    taken = b"".join(up_to(_pieces(body, piece), size))
    assert taken == body[:size]
    in_pieces = list(joined(whole[:-1], size))
    assert b"".join(in_pieces) == body[: body.rfind(b"\n") + 1]
    assert all(len(each) >= size for each in in_pieces[:-1])


@given(body=BODY, piece=PIECE, number=st.integers(1, 5))
def test_the_head_of_a_file_ends_with_its_last_line(body: bytes, piece: int, number: int) -> None:
    head = b"".join(line + b"\n" for line in body.split(b"\n")[:-1][:number])
    expected = len(head) if head.count(b"\n") == number else len(body)
    assert end_of_line(_pieces(body, piece), number) == expected


@given(stretches=st.lists(st.lists(st.integers(0, 99)), max_size=4), parts=st.integers(1, 5))
def test_each_part_gets_its_rows_in_their_order(stretches: list[list[int]], parts: int) -> None:
    data = MemoryObjects(FixedClock(NOW))
    found: dict[int, list[str]] = {}
    for _ in range(2):
        found = {}
        for number, stretch in enumerate(stretches):
            rows = map(str, stretch)
            slices = write_by_part(data, f"rows.{number}", rows, lambda row: int(row) % parts)
            for part, own in slices.items():
                found.setdefault(part, []).extend(rows_of(data, own))
    every = [row for stretch in stretches for row in stretch]
    assert found == {
        part: [str(row) for row in every if row % parts == part]
        for part in {row % parts for row in every}
    }


@given(
    results=st.lists(st.lists(st.integers(0, 99)).map(sorted), max_size=12),
    max_sources=st.integers(2, 5),
)
def test_sorted_results_come_in_one_order_however_few_are_merged_at_once(
    results: list[list[int]], max_sources: int
) -> None:
    data = MemoryObjects(FixedClock(NOW))
    keys = [f"result.{number}" for number in range(len(results))]
    for key, rows in zip(keys, results, strict=True):
        sections.write(
            data, key, Counts(len(rows)), {"x": [b"-"], "rows": (b"%02d" % n for n in rows)}
        )
    expected = sorted(b"%02d" % number for rows in results for number in rows)
    for _ in range(2):
        assert list(merged(data, keys, "rows", "merged", max_sources)) == expected
