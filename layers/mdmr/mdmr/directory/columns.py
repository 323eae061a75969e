"""Lines of the directory map by columns: who asks for one of them unpacks no other.

Lines are packed in groups of some thousands, in the order of Universal SDP IDs, and of a group each
column on its own: its values one after the other, or only one where all are the same.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate

from msgspec import Struct

from mdmr.jobs.batching import chunks

# Lines of a group: what one column of it has is about a megabyte in memory.
GROUP = 16_384
# The least effort of packing: a quarter of the time, for a quarter more bytes.
_EFFORT = 1
_DELIMITER, _NEXT = "|", "\n"
_ID = 0


class Group(Struct, frozen=True, array_like=True):
    """A group of lines: the first and the last id, how many lines, the bytes of each column."""

    first: str
    last: str
    rows: int
    sizes: tuple[int, ...]


class Rows:
    """The lines of a group, or those of them that are to be seen; columns as they are asked for."""

    def __init__(self, group: Group, body: bytes, begin: int) -> None:
        self.group = group
        self._body = body
        self._begins = list(accumulate(group.sizes, initial=begin))
        self._seen: list[int] | None = None
        self._columns: dict[int, list[str]] = {}

    def column(self, column: int) -> list[str]:
        """Return the values of a column; it is unpacked once."""
        if column not in self._columns:
            self._columns[column] = self._unpacked(column)
        return self._columns[column]

    def _unpacked(self, column: int) -> list[str]:
        begin, end = self._begins[column : column + 2]
        text = zlib.decompress(self._body[begin:end]).decode() if end > begin else ""
        values = text.split(_NEXT)
        if len(values) < self.group.rows:
            values *= self.group.rows
        return values if self._seen is None else [values[at] for at in self._seen]

    def lines(self) -> list[str]:
        """Return the lines."""
        columns = map(self.column, range(len(self.group.sizes)))
        return list(map(_DELIMITER.join, zip(*columns, strict=True)))

    def without(self, hidden: AbstractSet[str]) -> Rows:
        """Return the lines but those of some ids."""
        ids = self.column(_ID)
        if not hidden.isdisjoint(ids):
            self._seen = [at for at, one in enumerate(ids) if one not in hidden]
            self._columns.clear()
        return self

    def __len__(self) -> int:
        return self.group.rows if self._seen is None else len(self._seen)


class Columns:
    """Packed lines in memory; their first column is the id that they are in the order of."""

    def __init__(self, groups: Sequence[Group], body: bytes) -> None:
        self._groups, self._body = groups, body
        self._begins = list(accumulate((sum(each.sizes) for each in groups), initial=0))

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Columns:
        """Return lines that are in the order of their ids."""
        groups, bodies = packed(lines)
        return cls(groups, b"".join(bodies))

    def __iter__(self) -> Iterator[Rows]:
        """Yield the lines group by group."""
        return map(self._rows, range(len(self._groups)))

    def ids(self) -> Iterator[str]:
        """Yield the ids in their order."""
        for rows in self:
            yield from rows.column(_ID)

    def line(self, key: str) -> str | None:
        """Return the line of an id, None where there is none."""
        number = bisect_left(self._groups, key, key=_last)
        if number == len(self._groups):
            return None
        rows = self._rows(number)
        ids = rows.column(_ID)
        at = bisect_left(ids, key)
        return rows.lines()[at] if ids[at] == key else None

    def _rows(self, number: int) -> Rows:
        return Rows(self._groups[number], self._body, self._begins[number])


def packed(lines: Iterable[bytes]) -> tuple[list[Group], list[bytes]]:
    """Return lines, in the order of their ids, as groups and the bytes of each."""
    groups: list[Group] = []
    bodies: list[bytes] = []
    for piece in chunks(lines, GROUP):
        text = (line.decode().split(_DELIMITER) for line in piece)
        columns = list(zip(*text, strict=True))
        own = [_packed(column) for column in columns]
        ids, sizes = columns[_ID], tuple(map(len, own))
        groups.append(Group(ids[0], ids[-1], len(piece), sizes))
        bodies.append(b"".join(own))
    return groups, bodies


def _packed(values: Sequence[str]) -> bytes:
    first = values[0]
    if values.count(first) < len(values):
        return zlib.compress(_NEXT.join(values).encode(), _EFFORT)
    return zlib.compress(first.encode(), _EFFORT) if first else b""


def _last(group: Group) -> str:
    return group.last
