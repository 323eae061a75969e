"""Comparing the raw lines of a file with those that were accepted before.

A P-Sync repeats nearly all lines of the one before it. What is equal byte for byte needs neither
validation nor the directory, so that only what differs costs more than one comparison. Files are
read block beside block: what one of them has earlier or later than the other is carried along
until it turns up there, which takes little memory as long as the order is roughly kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import zip_longest

from msgspec import Struct

from mdmr.exchange.files.layouts.tables import DELIMITER

# Sets of a block's lines should lie in the processor's cache: larger ones take twice as long.
BLOCK = 128 * 1024
# Beyond this many lines carried along it is another file, not a changed one.
MOST_CARRIED = 2_000_000
_FRAME = (b"FNR|", b"FHR|", b"EOF|")
# Which field names the entity that a record is about, by file number.
KEY_FIELDS = {"01": 1, "02": 1, "03": 1, "04": 2, "05": 2, "07": 1}
_DELIMITER = DELIMITER.encode("ascii")


class Difference(Struct, frozen=True):
    """What differs between two files, as lines without their line feed, and without their frames.

    `added`: only in the new one; `gone`: only in the old one; `repeated`: more than once within a
    block of the new one. `lines` counts the lines of the new file, its frame among them.
    """

    added: frozenset[bytes]
    gone: frozenset[bytes]
    repeated: frozenset[bytes]
    lines: int


class TooDifferentError(Exception):
    """The files have so little in common, or in so different an order, that comparing is no use."""


def difference(
    new: Iterable[bytes], old: Iterable[bytes], *, block: int = BLOCK, most: int = MOST_CARRIED
) -> Difference:
    """Return what differs between two files, given as pieces of bytes.

    A line that the new file has once more than the old one is added, even where both have it: in
    another block it is in `added`, in the same one in `repeated`. Memory is that of two blocks and
    of the lines that differ. Raises TooDifferentError above `most` of these.
    """
    added: set[bytes] = set()
    gone: set[bytes] = set()
    repeated: set[bytes] = set()
    lines = 0
    for ours, theirs in zip_longest(blocks(new, block), blocks(old, block), fillvalue=b""):
        present = _lines(ours)
        lines += len(present)
        once = set(present)
        if len(once) < len(present):
            repeated |= _repeated(present)
        if ours == theirs:
            continue
        before = set(_lines(theirs))
        added |= once - before
        gone |= before - once
        moved = added & gone
        added -= moved
        gone -= moved
        if len(added) + len(gone) > most:
            raise TooDifferentError
    return Difference(_details(added), _details(gone), _details(repeated), lines)


def entity_of(number: str, line: bytes) -> bytes:
    """Return the id of the entity that a detail line of a file is about, as it is written there.

    Empty where the line has too few fields.
    """
    at = KEY_FIELDS[number]
    fields = line.split(_DELIMITER, at + 1)
    return fields[at] if at < len(fields) else b""


def chosen_lines(number: str, lines: Sequence[bytes], entities: AbstractSet[bytes]) -> list[int]:
    """Return the places of the lines of a file that are about some entities.

    A line that is too short to name one is among them: nobody vouches for it.
    """
    at = KEY_FIELDS[number]
    splits = at + 1
    try:
        return [
            place
            for place, line in enumerate(lines)
            if line.split(_DELIMITER, splits)[at] in entities
        ]
    except IndexError:
        return [
            place
            for place, line in enumerate(lines)
            if line.count(_DELIMITER) < at or entity_of(number, line) in entities
        ]


def blocks(pieces: Iterable[bytes], size: int = BLOCK) -> Iterator[bytes]:
    """Yield whole lines in blocks of about a size; the last line of a file gets its line feed."""
    rest = b""
    for piece in pieces:
        whole = rest + piece
        start = 0
        while len(whole) - start >= size:
            cut = whole.rfind(b"\n", start, start + size) + 1 or whole.find(b"\n", start) + 1
            if not cut:
                break
            yield whole[start:cut]
            start = cut
        rest = whole[start:]
    if rest:
        yield rest if rest.endswith(b"\n") else rest + b"\n"


def _lines(block: bytes) -> list[bytes]:
    lines = block.split(b"\n")
    lines.pop()
    return lines


def _repeated(lines: list[bytes]) -> set[bytes]:
    return {line for line, times in Counter(lines).items() if times > 1}


def _details(lines: set[bytes]) -> frozenset[bytes]:
    return frozenset(line for line in lines if not _frames(line))


def _frames(line: bytes) -> bool:
    return line.startswith(_FRAME)
