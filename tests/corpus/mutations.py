"""How a valid file is spoiled: strategies of functions from its bytes to other bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from hypothesis import strategies as st

Change: TypeAlias = Callable[[bytes], bytes]
_ODD = [
    b"\x00",
    b"|",
    b"\n",
    b"\r",
    b"\x85",
    b"\xff",
    "é".encode(),
    b"EOF|1\n",
    b"FHR|",
    b"-",
    b"9",
]
_places = st.integers(0, 2_000)


def _at(content: bytes, place: int) -> int:
    """Return a place within the content, or its end."""
    return place % (len(content) + 1)


def _truncated(place: int) -> Change:
    return lambda content: content[: _at(content, place)]


def _flipped(place: int, bit: int) -> Change:
    def change(content: bytes) -> bytes:
        at = _at(content, place)
        return (
            content[:at]
            + bytes(each ^ 1 << bit for each in content[at : at + 1])
            + content[at + 1 :]
        )

    return change


def _inserted(place: int, odd: bytes) -> Change:
    def change(content: bytes) -> bytes:
        at = _at(content, place)
        return content[:at] + odd + content[at:]

    return change


def _of_lines(one: int, other: int, how: str) -> Change:
    """Duplicate, delete or swap lines, or move one to the end."""

    def change(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        if not lines:
            return content
        first, second = one % len(lines), other % len(lines)
        match how:
            case "duplicate":
                lines.insert(second, lines[first])
            case "delete":
                del lines[first]
            case "swap":
                lines[first], lines[second] = lines[second], lines[first]
            case _:
                lines.append(lines.pop(first))
        return b"".join(lines)

    return change


def _of_fields(line: int, field: int, how: str) -> Change:
    """Repeat, drop or empty a field, or double its text."""

    def change(content: bytes) -> bytes:
        lines = content.split(b"\n")
        at = line % len(lines)
        fields = lines[at].split(b"|")
        which = field % len(fields)
        match how:
            case "repeat":
                fields.insert(which, fields[which])
            case "drop":
                del fields[which]
            case "empty":
                fields[which] = b""
            case _:
                fields[which] *= 40
        lines[at] = b"|".join(fields)
        return b"\n".join(lines)

    return change


def _without_end(content: bytes) -> bytes:
    return b"".join(line for line in content.splitlines(keepends=True) if line[:3] != b"EOF")


changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(_truncated, _places),
    st.builds(_flipped, _places, st.integers(0, 7)),
    st.builds(_inserted, _places, st.sampled_from(_ODD)),
    st.builds(
        _of_lines, _places, _places, st.sampled_from(["duplicate", "delete", "swap", "to the end"])
    ),
    st.builds(_of_fields, _places, _places, st.sampled_from(["repeat", "drop", "empty", "grow"])),
    st.just(_without_end),
    st.sampled_from([bytes.lower, bytes.upper, bytes.swapcase]),
    st.just(lambda content: content.replace(b"\n", b"\r\n")),
    st.just(lambda content: content * 2),
)
