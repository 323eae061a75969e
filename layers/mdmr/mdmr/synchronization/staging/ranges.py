"""Ranges: a large segment is cut, so that no unit of work takes long.

A range has the lines that begin between two bytes of a file; the first one has lines 1 and 2 as
well, whatever its size. How a set is cut is laid down once. What is read of a range counts its own
lines; where the first of them stands in the file is known when all ranges before it are read.

| What | Key under `synchronization/<set>/` |
|---|---|
| the ranges in which the files of a set are read | `ranges` |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import ceil

import msgspec
from msgspec import Struct

from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectStore
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.staging import limits, objects
from mdmr.synchronization.staging.parts import folder

_HEAD = 2


class Range(Struct, frozen=True, array_like=True):
    """The lines of a segment that begin from byte `start` on, before byte `end` (None: all)."""

    number: str
    segment: str
    start: int = 0
    end: int | None = None

    @property
    def of(self) -> str:
        """The name of its segment: file number and segment number."""
        return f"{self.number}-{self.segment}"

    @property
    def name(self) -> str:
        """Its name: that of its segment, and its bytes where it is not all of it."""
        return self.of if self.whole else f"{self.of}-{self.start}-{self.end}"

    @property
    def whole(self) -> bool:
        """Whether it is all of the segment."""
        return self.end is None

    @classmethod
    def named(cls, name: str) -> Range:
        """Return the range of a name. Raises ValueError for a text that names none."""
        number, segment, *cut = name.split("-")
        if not cut:
            return cls(number, segment)
        start, end = map(int, cut)
        return cls(number, segment, start, end)


def ranges_of(hub: Hub, each: FileSet, files: Iterable[SetFile]) -> list[Range]:
    """Return the ranges in which the files of a set are read, in order; the first answer stays."""
    key = f"{folder(each.id)}/ranges"
    found = objects.read_if_there(hub.data, key)
    if found is None:
        cut = [one for file in files for one in _cut(hub, file)]
        objects.put_first(hub.data, key, msgspec.json.encode(cut))
        found = hub.data.read(key)
    return msgspec.json.decode(found, type=list[Range])


def by_segment(ranges: Iterable[Range]) -> dict[str, list[Range]]:
    """Return the ranges of each segment, in order, by its name."""
    found: dict[str, list[Range]] = {}
    for each in ranges:
        found.setdefault(each.of, []).append(each)
    return found


def lines_of(store: ObjectStore, key: str, version_id: str, cut: Range) -> Iterator[bytes]:
    """Yield the lines of a range of an object version in pieces. Raises ObjectMissingError."""
    if cut.end is None:
        yield from store.stream(key, version_id)
        return
    # The byte before tells whether a line begins right here.
    at = max(cut.start - 1, 0)
    begun = not cut.start
    for piece in store.stream(key, version_id, at):
        begin = 0 if begun else piece.find(b"\n") + 1
        begun = begun or begin > 0
        # The line that has the last byte of the range is its last one.
        last = cut.end - 1 - at
        end = piece.find(b"\n", max(last, 0)) + 1 if last < len(piece) else 0
        if begun and (found := piece[begin : end or len(piece)]):
            yield found
        if end:
            return
        at += len(piece)


def _cut(hub: Hub, file: SetFile) -> Iterator[Range]:
    size = hub.inbound.describe(file.key, file.version_id).size
    whole = Range(file.number, file.segment)
    if size <= limits.RANGE:
        yield whole
        return
    head = _end_of_head(hub.inbound.stream(file.key, file.version_id))
    # As many as are needed, all of one size.
    step = ceil((size - head) / max(ceil((size - head) / limits.RANGE), 1)) or 1
    edges = [0, *range(head + step, size, step), size]
    for start, end in pairwise(edges):
        yield Range(file.number, file.segment, start, end)


def _end_of_head(pieces: Iterable[bytes]) -> int:
    """Return how many bytes lines 1 and 2 take."""
    at = lines = 0
    for piece in pieces:
        end = 0
        while lines < _HEAD and (found := piece.find(b"\n", end) + 1):
            lines, end = lines + 1, found
        if lines == _HEAD:
            return at + end
        at += len(piece)
    return at
