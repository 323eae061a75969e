"""Comparing the raw lines of a file with those that were accepted before.

A P-Sync repeats nearly all lines of the one before it. What is equal byte for byte needs neither
validation nor the directory, so that only what differs costs more than one comparison. Files are
read side by side: as long as they go on alike no line of them is looked at, and where they do not,
the lines up to where they meet again are held against each other. What one of them has earlier or
later than the other is carried along until it turns up there, which takes little memory as long as
the order is roughly kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from mdmr.exchange.files.layouts.tables import DELIMITER
from mdmr.synchronization.staging import limits
from mdmr.synchronization.staging.aligning import Ahead, alike, meeting

# Sets of a block's lines should lie in the processor's cache: larger ones take twice as long.
BLOCK = 128 * 1024
# A change is a line or a few of them: so much of a block is looked at first.
_SHARE = 128
# How far is looked ahead for where two files meet again, in blocks.
_FAR = 32
_FRAME = (b"FNR|", b"FHR|", b"EOF|")
# Which field names the entity that a record is about, by file number.
KEY_FIELDS = {"01": 1, "02": 1, "03": 1, "04": 2, "05": 2, "07": 1}
_DELIMITER = DELIMITER.encode("ascii")


class Difference(Struct, frozen=True):
    """What differs between two files, as lines without their line feed, and without their frames.

    `added`: only in the new one; `gone`: only in the old one; `repeated`: more than once among the
    lines of the new one that were looked at.
    """

    added: frozenset[bytes]
    gone: frozenset[bytes]
    repeated: frozenset[bytes]


class TooDifferentError(Exception):
    """The files have so little in common, or in so different an order, that comparing is no use."""


def difference(
    new: Iterable[bytes], old: Iterable[bytes], *, block: int = BLOCK, most: int | None = None
) -> Difference:
    """Return what differs between two files, given as pieces of bytes.

    A line that the new file has once more than the old one is added, even where both have it: it
    is in `added` or in `repeated`. Memory is that of some blocks and of the lines that differ.
    Raises TooDifferentError above `most` of these, `limits.MOST_CARRIED` where it is not given.
    """
    ours, theirs = Ahead(new, block * _FAR), Ahead(old, block * _FAR)
    carried = _Carried(limits.MOST_CARRIED if most is None else most)
    least = max(block // _SHARE, 1)
    size = least
    # Both are to be filled, whatever is left of the first.
    while ours.fill() | theirs.fill():
        same = alike(ours, theirs)
        if same >= size:
            size = least
        one, other = b"", b""
        if not same:
            one, other = meeting(ours, theirs, size, far=size >= block)
            carried.add(_lines(one), _lines(other))
            size = min(2 * size, block)
        ours.at += same + len(one)
        theirs.at += same + len(other)
    return carried.difference


class _Carried:
    """The lines that only one of two files had so far."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._added: set[bytes] = set()
        self._gone: set[bytes] = set()
        self._repeated: set[bytes] = set()

    def add(self, ours: list[bytes], theirs: list[bytes]) -> None:
        """Hold lines of the new file against lines of the old one. Raises TooDifferentError."""
        once, before = set(ours), set(theirs)
        if len(once) < len(ours):
            self._repeated |= _repeated(ours)
        fresh, lost = once - before, before - once
        moved, back = fresh & self._gone, lost & self._added
        self._gone -= moved
        self._added -= back
        fresh -= moved
        self._repeated |= fresh & self._added
        self._added |= fresh
        self._gone |= lost - back
        if len(self._added) + len(self._gone) > self._most:
            raise TooDifferentError

    @property
    def difference(self) -> Difference:
        """What differs once both files are read."""
        return Difference(_details(self._added), _details(self._gone), _details(self._repeated))


def entity_of(number: str, line: bytes) -> bytes:
    """Return the id of the entity that a detail line of a file is about, trimmed.

    It is in upper or lower case as it is written there, empty where the line has too few fields.
    """
    at = KEY_FIELDS[number]
    fields = line.split(_DELIMITER, at + 1)
    return fields[at].strip(b" ") if at < len(fields) else b""


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
