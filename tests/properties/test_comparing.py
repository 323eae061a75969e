"""Comparing raw lines: whatever the blocks, the answer is that of whole files."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.jobs.lines import blocks
from mdmr.synchronization.staging.choosing import Choice, chosen_lines
from mdmr.synchronization.staging.comparing import (
    TooDifferentError,
    difference,
    entity_of,
)

LINES = st.lists(st.sampled_from([f"SDP|{n}|x|{v}|".encode() for n in range(6) for v in "ab"]))
BLOCKS = st.integers(1, 200)


def pieces(lines: list[bytes], size: int) -> list[bytes]:
    """Return a file of lines in pieces of a size."""
    text = b"FNR|name\n" + b"".join(line + b"\n" for line in lines) + b"EOF|1\n"
    return [text[at : at + size] for at in range(0, len(text), size)]


@given(new=LINES, old=LINES, block=BLOCKS, size=BLOCKS)
def test_lines_of_one_file_only_are_always_found(
    new: list[bytes], old: list[bytes], block: int, size: int
) -> None:
    found = difference(pieces(new, size), pieces(old, size), block=block)
    assert set(new) - set(old) <= found.added <= set(new)
    assert set(old) - set(new) <= found.gone <= set(old)


@given(new=LINES, old=LINES, block=BLOCKS)
def test_a_line_that_comes_twice_never_passes_for_one_that_came_before(
    new: list[bytes], old: list[bytes], block: int
) -> None:
    once = list(dict.fromkeys(old))
    found = difference(pieces(new, 50), pieces(once, 50), block=block)
    twice = {line for line, times in Counter(new).items() if times > 1}
    assert twice <= found.added | found.repeated


@given(lines=LINES.map(lambda each: list(dict.fromkeys(each))), order=st.randoms())
def test_the_order_of_lines_makes_no_difference(lines: list[bytes], order: object) -> None:
    mixed = sorted(lines, key=lambda _: order.random())  # type: ignore[attr-defined]
    found = difference(pieces(mixed, 30), pieces(lines, 30), block=40)
    assert (found.added, found.gone, found.repeated) == (frozenset(), frozenset(), frozenset())


@given(lines=LINES, size=BLOCKS, block=BLOCKS)
def test_lines_about_an_entity_are_found_where_they_stand(
    lines: list[bytes], size: int, block: int
) -> None:
    whole = b"".join(blocks(pieces(lines, size), block)).split(b"\n")[:-1]
    assert whole == [b"FNR|name", *lines, b"EOF|1"]
    found = [lines[at] for at in chosen_lines("01", lines, {b"1", b"4"})]
    assert found == [line for line in lines if entity_of("01", line) in {b"1", b"4"}]


TEXT = st.sampled_from(["", "1", "12345678", "12345679", "1234567890", "1234567891", "S", " 1"])
BEGIN = st.sampled_from(["SDP", "PAR|S", "PAR|M", "REL|SM", "REL|S", "REL", "", "PAR|S\r"])
ANY_LINE = st.builds(lambda *fields: "|".join(fields).encode(), BEGIN, TEXT, TEXT)
IDS = st.frozensets(TEXT.map(str.encode))


@pytest.mark.parametrize("number", ["01", "04", "05"])
@given(
    lines=st.one_of(
        st.lists(ANY_LINE),
        *(
            st.lists(st.builds(f"{begin}|{{}}|x".format, TEXT).map(str.encode))
            for begin in ("SDP", "PAR|S", "REL|SM")
        ),
    ),
    ids=IDS,
)
def test_lines_are_chosen_by_their_begin_as_they_are_by_their_fields(
    number: str, lines: list[bytes], ids: frozenset[bytes]
) -> None:
    block = b"".join(line + b"\n" for line in lines)
    choice = Choice(number, ids)
    assert choice.of(lines, even=choice.even(block)) == chosen_lines(number, lines, ids)


def test_a_line_that_names_nothing_is_about_everything() -> None:
    assert chosen_lines("04", [b"PAR|S", b"PAR|S|1|x"], frozenset()) == [0]


def test_files_that_have_little_in_common_are_not_compared() -> None:
    lines = [f"SDP|{number}|".encode() for number in range(50)]
    with pytest.raises(TooDifferentError):
        difference(pieces(lines, 99), pieces([], 99), most=40)
