"""Ranges: a large file is cut into ranges of bytes, so that no unit of work takes long.

A range has the lines that begin in it, whole. The first one has the head of the file as well,
whatever its size. Results of a range count its own lines: how many lines stand before it is known
once all ranges before it are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from math import ceil

from msgspec import Struct

from mdmr.ports.objects import ObjectStore

_CUT = re.compile(r"(.+)-([0-9]+)-([0-9]+)")


class Range(Struct, frozen=True, array_like=True):
    """The lines of a file (`of`) that begin from byte `start` on, before byte `end` (None: all).

    `of` is the file's name in its job, such as `04-01`. It must not end like the name of a range.
    """

    of: str
    start: int = 0
    end: int | None = None

    @property
    def name(self) -> str:
        """The name of its file, followed by `-<start>-<end>` where it is not all of it."""
        return self.of if self.whole else f"{self.of}-{self.start}-{self.end}"

    @property
    def whole(self) -> bool:
        """Whether it is all of the file."""
        return self.end is None

    @classmethod
    def named(cls, name: str) -> Range:
        """Return the range of a name: the reverse of `name`."""
        cut = _CUT.fullmatch(name)
        return cls(cut[1], int(cut[2]), int(cut[3])) if cut else cls(name)


def cut(of: str, size: int, limit: int, head: Callable[[], int] = lambda: 0) -> list[Range]:
    """Return the ranges of a file of `size` bytes, in order: one where it has at most `limit`.

    `head` returns how many bytes its head takes, and is called for a larger file only. The others
    are as many as are needed, all of one size. Raises ValueError for a name that no file can have.
    """
    if _CUT.fullmatch(of):
        message = f"{of!r} is the name of a range"
        raise ValueError(message)
    if size <= limit:
        return [Range(of)]
    begin = head()
    step = ceil((size - begin) / max(ceil((size - begin) / limit), 1)) or 1
    edges = [0, *range(begin + step, size, step), size]
    return [Range(of, start, end) for start, end in pairwise(edges)]


def by_file(ranges: Iterable[Range]) -> dict[str, list[Range]]:
    """Return the ranges of each file, in order, by its name."""
    found: dict[str, list[Range]] = {}
    for each in ranges:
        found.setdefault(each.of, []).append(each)
    return found


def lines_of(store: ObjectStore, key: str, version_id: str, part: Range) -> Iterator[bytes]:
    """Yield the lines of a range of an object version in pieces. Raises ObjectMissingError."""
    if part.end is None:
        yield from store.stream(key, version_id)
        return
    # The byte before tells whether a line begins right here.
    at = max(part.start - 1, 0)
    begun = not part.start
    for piece in store.stream(key, version_id, at):
        begin = 0 if begun else piece.find(b"\n") + 1
        begun = begun or begin > 0
        # The line that has the last byte of the range is its last one.
        last = part.end - 1 - at
        end = piece.find(b"\n", max(last, 0)) + 1 if last < len(piece) else 0
        if begun and (found := piece[begin : end or len(piece)]):
            yield found
        if end:
            return
        at += len(piece)
