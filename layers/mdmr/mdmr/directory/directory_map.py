"""The directory map of an LDC: every SDP in short, as of the synchronization set that wrote it.

Some questions are about all SDPs at once: which are active, which meters are bound to what, whose
billing cycle is this. They read one map of an LDC instead of a document of each of its SDPs.

| What | Key in the data bucket |
|---|---|
| the map that a set left | `directory/<ldc>/<set>` |

An object is a line that says what it is, and then lines of entries by Universal SDP ID, compressed.
A base has all entries. Any other has those that changed, and names the objects that it is laid
over; when these have become many, the next one is a base. No object is ever changed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import merge
from itertools import islice

import msgspec
from msgspec import Struct

from mdmr.directory.entries import (
    CYCLE_COLUMN,
    STATUS_COLUMN,
    Entry,
    Links,
    entry_from_line,
    line_of,
    links_from_line,
    values_of,
)
from mdmr.ports.objects import ObjectStore, ObjectTakenError
from mdmr.ports.state import Key, StateStore

# A map is written as a base again when so many objects, or such a part of the base, lie over it.
MOST_CHANGES, MOST_PART, SMALL = 16, 8, 4096
_ID = 8
_PIECE_LINES, _PIECE_BYTES = 4096, 1 << 20
# The least effort of packing: a quarter of the time, for a quarter more bytes.
_EFFORT = 1


class _Head(Struct, frozen=True):
    """What an object is: `over`, the key of each object that it is laid over, base first.

    `lines` is how many lines each of them has, and its own last.
    """

    over: tuple[str, ...]
    lines: tuple[int, ...]


class DirectoryMap:
    """A map in memory: about 100 bytes an SDP, entries are made when they are asked for."""

    def __init__(self, size: int, base: bytes, changed: dict[bytes, bytes]) -> None:
        self._size, self._base, self._changed = size, base, changed

    def get(self, usdp: str) -> Entry | None:
        """Return the entry of an SDP, None when the LDC has no such SDP."""
        line = self.line(usdp.encode())
        return entry_from_line(line) if line else None

    def line(self, usdp: bytes) -> bytes | None:
        """Return the line of an SDP's entry, None when the LDC has no such SDP."""
        return self._changed.get(usdp) or _found(self._base, usdp)

    def entries(self) -> Iterator[Entry]:
        """Yield every entry in the order of Universal SDP IDs."""
        return map(entry_from_line, self.lines())

    def active(self, instant: datetime) -> Iterator[str]:
        """Yield the Universal SDP ID of every SDP that is active at an instant."""
        # A quarter of the time that whole entries take.
        known: dict[bytes, bool] = {}
        for line in self.lines():
            status = line.split(b"|", STATUS_COLUMN + 1)[STATUS_COLUMN]
            if status not in known:
                known[status] = entry_from_line(line).active(instant)
            if known[status]:
                yield line[:_ID].decode()

    def links(self) -> Iterator[Links]:
        """Yield what every SDP is linked with that is linked with anything."""
        for line in self.lines():
            if not line.endswith(b"|||"):
                yield links_from_line(line)

    def cycles(self) -> frozenset[str]:
        """Return the Billing Cycle IDs that any SDP has or is to have."""
        texts = {line.split(b"|", CYCLE_COLUMN + 1)[CYCLE_COLUMN] for line in self.lines()}
        return frozenset(each for text in texts for each in values_of(text.decode()))

    def lines(self) -> Iterator[bytes]:
        """Yield the line of every entry in the order of Universal SDP IDs."""
        if not self._changed:
            return _lines_of(self._base)
        base = (line for line in _lines_of(self._base) if line[:_ID] not in self._changed)
        return merge(base, sorted(self._changed.values()))

    def __len__(self) -> int:
        """Return how many entries there are."""
        added = sum(_found(self._base, key) is None for key in self._changed)
        return self._size + added

    def changed(self, lines: Iterable[bytes]) -> DirectoryMap:
        """Return the map with other lines for some SDPs, or for new ones."""
        return DirectoryMap(self._size, self._base, {**self._changed, **_by_id(lines)})


def read(data: ObjectStore, key: str | None) -> DirectoryMap:
    """Return the map under a key; an empty one for None.

    Raises ObjectMissingError.
    """
    if key is None:
        return DirectoryMap(0, b"", {})
    head, own = _read(data, key)
    base, *changes = [*(_read(data, each)[1] for each in head.over), own]
    changed: dict[bytes, bytes] = {}
    for body in changes:
        changed |= _by_id(_lines_of(body))
    return DirectoryMap(head.lines[0], base, changed)


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
    key = f"directory/{ldc}/{name}"
    lines = sorted(map(line_of, changed))
    if before is None:
        content = _content(_Head((), (len(lines),)), lines)
    else:
        head = _head(data, before)
        over, counts = (*head.over, before), (*head.lines, len(lines))
        if _is_whole(counts):
            whole = read(data, before).changed(lines)
            content = _content(_Head((), (len(whole),)), whole.lines())
        else:
            content = _content(_Head(over, counts), lines)
    try:
        data.put_new(key, content)
    except ObjectTakenError:
        # Another packing of the same: the entries of a set follow from its plans, which are fixed.
        return key
    return key


def _is_whole(counts: tuple[int, ...]) -> bool:
    """Return whether a map is written as a base, by the lines of the objects it is made of."""
    base, *others = counts
    return sum(counts) <= SMALL or len(others) > MOST_CHANGES or sum(others) * MOST_PART > base


def _content(head: _Head, lines: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(_EFFORT)
    yield packer.compress(msgspec.json.encode(head) + b"\n")
    rest = iter(lines)
    while piece := list(islice(rest, _PIECE_LINES)):
        yield packer.compress(b"\n".join(piece) + b"\n")
    yield packer.flush()


def _head(data: ObjectStore, key: str) -> _Head:
    """Return what an object is, from its first bytes."""
    unpacker, begin = zlib.decompressobj(), b""
    for piece in data.stream(key):
        begin += unpacker.decompress(piece)
        if b"\n" in begin:
            break
    return msgspec.json.decode(begin.partition(b"\n")[0], type=_Head)


def _read(data: ObjectStore, key: str) -> tuple[_Head, bytes]:
    """Return what an object is, and its lines."""
    unpacker = zlib.decompressobj()
    unpacked = bytearray()
    for piece in data.stream(key):
        unpacked += unpacker.decompress(piece)
    unpacked += unpacker.flush()
    end = unpacked.index(b"\n")
    head = msgspec.json.decode(unpacked[:end], type=_Head)
    del unpacked[: end + 1]
    return head, bytes(unpacked)


def _lines_of(body: bytes) -> Iterator[bytes]:
    """Yield the lines of a body, without ever holding all of them apart."""
    at = 0
    while at < len(body):
        end = body.rfind(b"\n", at, at + _PIECE_BYTES)
        yield from body[at:end].split(b"\n")
        at = end + 1


def _by_id(lines: Iterable[bytes]) -> dict[bytes, bytes]:
    return {line[:_ID]: line for line in lines}


def _found(body: bytes, key: bytes) -> bytes | None:
    """Return the line of an SDP from a body by bisection."""
    low, high = 0, len(body)
    while low < high:
        begin = body.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = body.index(b"\n", begin)
        found = body[begin : begin + _ID]
        if found == key:
            return body[begin:end]
        low, high = (end + 1, high) if found < key else (low, begin)
    return None
