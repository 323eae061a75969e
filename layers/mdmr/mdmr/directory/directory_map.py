"""The directory map of an LDC: every SDP in short, as of the synchronization set that wrote it.

Some questions are about all SDPs at once: which are active, which meters are bound to what, whose
billing cycle is this. They read one map of an LDC instead of a document of each of its SDPs.

| What | Key in the data bucket |
|---|---|
| the map that a set left | `directory/<ldc>/<set>` |

An object is a line that says what it is, and then lines of entries by Universal SDP ID, packed by
columns. A base has all entries. Any other has those that changed, and names the objects that it is
laid over; when these have become many, the next one is a base. No object is ever changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from heapq import merge

import msgspec
from msgspec import Struct

from mdmr.directory.columns import Columns, Group, Rows, packed
from mdmr.directory.entries import (
    VIRTUAL,
    Column,
    Entry,
    entry_from_line,
    held_of,
    is_active,
    line_of,
)
from mdmr.directory.outlines import OUTLINE, Outline, Repeated, Sought, beyond, ids_of
from mdmr.jobs.lines import first_line
from mdmr.jobs.objects import put_if_absent
from mdmr.ports.objects import ObjectStore
from mdmr.ports.state import Key, StateStore

# A map is written as a base again when so many objects, or such a part of the base, lie over it.
MOST_CHANGES, MOST_PART, SMALL = 16, 8, 4096
# The columns that name entities, and of which kind.
_NAMING = (
    (Column.USDP, "S"),
    (Column.METERS, "M"),
    (Column.AMCDS, "A"),
    (Column.COMPONENTS, "S"),
)


class _Head(Struct, frozen=True):
    """What an object is: `over`, the key of each object that it is laid over, base first.

    `lines` is how many lines each of them has, and its own last; `groups` are those of its own.
    """

    over: tuple[str, ...]
    lines: tuple[int, ...]
    groups: tuple[Group, ...]


class DirectoryMap:
    """A map in memory: about 20 bytes an SDP; a column, and an entry, is made when it is asked for.

    It consists of layers, each with entries that are newer than those below it.
    """

    def __init__(self, layers: Sequence[Columns]) -> None:
        self._layers = layers

    def get(self, usdp: str) -> Entry | None:
        """Return the entry of an SDP, None when the LDC has no such SDP."""
        lines = (layer.line(usdp) for layer in reversed(self._layers))
        line = next(filter(None, lines), None)
        return entry_from_line(line.encode()) if line else None

    def entries(self) -> Iterator[Entry]:
        """Yield every entry in the order of Universal SDP IDs."""
        return map(entry_from_line, self.lines())

    def lines(self) -> Iterator[bytes]:
        """Yield the line of every entry in the order of Universal SDP IDs."""
        return merge(*(_lines(rows) for rows in self._by_layer()))

    def active(self, instant: datetime) -> int:
        """Return how many SDPs are active at an instant."""
        counted = Counter[str]()
        for rows in self._rows():
            counted.update(rows.column(Column.STATUS))
        return sum(times for status, times in counted.items() if is_active(status, instant))

    def has_virtual(self, instant: datetime) -> bool:
        """Return whether any virtual SDP is active at an instant."""
        return any(
            is_active(status, instant)
            for rows in self._rows()
            if VIRTUAL in (types := rows.column(Column.TYPE))
            for kind, status in zip(types, rows.column(Column.STATUS), strict=True)
            if kind == VIRTUAL
        )

    def cycles(self) -> frozenset[str]:
        """Return the Billing Cycle IDs that any SDP has or is to have."""
        texts = {text for rows in self._rows() for text in rows.column(Column.BCID)}
        return frozenset(each.value for text in texts for each in held_of(text))

    def outlines(self) -> Iterator[Outline]:
        """Yield every SDP."""
        for rows in self._rows():
            yield from map(Outline, *map(rows.column, OUTLINE))

    def around(self, wanted: Iterable[str]) -> Iterator[Outline]:
        """Yield every SDP that hangs together with any of some entities, over others too.

        Goes through the map once, and once more where SDPs share anything.
        """
        sought = Sought(wanted)
        components: set[str] = set()
        meters, modules = Repeated(), Repeated()
        for rows in self._rows():
            meters.add(rows.column(Column.METERS))
            modules.add(rows.column(Column.AMCDS))
            components.update(ids_of(rows.column(Column.COMPONENTS)))
            yield from _naming(rows, sought)
        ids = {"S": components, "M": meters.found, "A": modules.found}
        shared = {letter + each for letter, own in ids.items() for each in own}
        if shared:
            linking = Sought(shared)
            found = (each for rows in self._rows() for each in _naming(rows, linking))
            yield from beyond(found, sought, shared)

    def __len__(self) -> int:
        """Return how many entries there are."""
        return sum(map(len, self._rows()))

    def over(self, lines: Iterable[bytes]) -> DirectoryMap:
        """Return the map with other lines for some SDPs, or for new ones, in their order."""
        return DirectoryMap((*self._layers, Columns.of(lines)))

    def _rows(self) -> Iterator[Rows]:
        for layer in self._by_layer():
            yield from layer

    def _by_layer(self) -> Iterator[Iterator[Rows]]:
        """Yield of each layer the rows that no other one hides."""
        hidden: set[str] = set()
        for layer in reversed(self._layers):
            yield _seen(layer, frozenset(hidden))
            if layer is not self._layers[0]:
                hidden.update(layer.ids())


def read(data: ObjectStore, key: str | None) -> DirectoryMap:
    """Return the map under a key; an empty one for None.

    Raises ObjectMissingError.
    """
    if key is None:
        return DirectoryMap(())
    head, own = _read(data, key)
    return DirectoryMap((*(_read(data, each)[1] for each in head.over), own))


def newest(state: StateStore, ldc: str) -> str | None:
    """Return the key of an LDC's newest map, None when there is none yet.

    The row of its synchronization sequence names it.
    """
    row = state.get(Key(f"SEQUENCE#{ldc}", "SEQUENCE")) or {}
    return str(row.get("directory") or "") or None


def write(
    data: ObjectStore, ldc: str, name: str, before: str | None, changed: Iterable[Entry]
) -> str:
    """Write the map that a set left and return its key.

    `name` is the set's, `before` the key of the map before it (None: there was none), `changed` the
    entries that are new or other than there, each once, in any order. The same call may be made
    again: what was written first stays. Raises ObjectMissingError.
    """
    return write_lines(data, ldc, name, before, map(line_of, changed))


def write_lines(
    data: ObjectStore, ldc: str, name: str, before: str | None, changed: Iterable[bytes]
) -> str:
    """Write the map that a set left, given the lines of entries; otherwise as `write`."""
    key = f"directory/{ldc}/{name}"
    lines = sorted(changed)
    if before is None:
        content = _content((), (), lines)
    else:
        head = _head(data, before)
        over, counts = (*head.over, before), (*head.lines, len(lines))
        if _is_whole(counts):
            content = _content((), (), read(data, before).over(lines).lines())
        else:
            content = _content(over, head.lines, lines)
    # What lies there is perhaps another packing of the same: the entries of a set follow from its
    # plans, which are fixed.
    put_if_absent(data, key, content)
    return key


def _is_whole(counts: tuple[int, ...]) -> bool:
    """Return whether a map is written as a base, by the lines of the objects it is made of."""
    base, *others = counts
    return sum(counts) <= SMALL or len(others) > MOST_CHANGES or sum(others) * MOST_PART > base


def _content(
    over: tuple[str, ...], counts: tuple[int, ...], lines: Iterable[bytes]
) -> Iterator[bytes]:
    groups, bodies = packed(lines)
    head = _Head(over, (*counts, sum(each.rows for each in groups)), tuple(groups))
    yield msgspec.json.encode(head) + b"\n"
    yield from bodies


def _head(data: ObjectStore, key: str) -> _Head:
    """Return what an object is, from its first bytes."""
    return msgspec.json.decode(first_line(data.stream(key)), type=_Head)


def _read(data: ObjectStore, key: str) -> tuple[_Head, Columns]:
    """Return what an object is, and its lines."""
    line, _, body = data.read(key).partition(b"\n")
    head = msgspec.json.decode(line, type=_Head)
    return head, Columns(head.groups, body)


def _naming(rows: Rows, sought: Sought) -> Iterator[Outline]:
    """Yield the SDPs of some rows that tell of any entity that is sought."""
    found = {at for column, letter in _NAMING for at in sought.places(letter, rows.column(column))}
    if found:
        columns = [rows.column(column) for column in OUTLINE]
        for at in sorted(found):
            yield Outline(*(values[at] for values in columns))


def _seen(layer: Columns, hidden: frozenset[str]) -> Iterator[Rows]:
    for rows in layer:
        yield rows.without(hidden) if hidden else rows


def _lines(groups: Iterator[Rows]) -> Iterator[bytes]:
    for rows in groups:
        for line in rows.lines():
            yield line.encode()
