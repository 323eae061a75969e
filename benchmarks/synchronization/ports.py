"""Ports of a hub for sets that memory does not hold: objects as files, a directory that is derived.

The directory has, of every SDP, what the first set said: its items are made when they are asked
for, instead of millions of them being kept. What is written lies over that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from mdmr.calendar.instants import read_est
from mdmr.calendar.period import Period
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.timeline import Segment, Timeline
from mdmr.directory.writing import puts
from mdmr.ports.objects import (
    Content,
    ObjectMissingError,
    ObjectTakenError,
    ObjectVersion,
    pieces_of,
)
from mdmr.ports.state import Item, Key, Put, key_of
from mdmr.stores.memory.state import MemoryState
from mdmr.synchronization.records import Place, Record

from benchmarks.synchronization.sets import EXTRACTED, LDC, lines, usdp

_PIECE = 1 << 20
_BEFORE = datetime(2025, 9, 1, tzinfo=UTC)


class FolderObjects:
    """An ObjectStore of one version an object, each a file in a folder. Counts what is asked."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name, self._folder = name, folder
        self.calls: Counter[str] = Counter()

    def path(self, key: str) -> Path:
        """Return where the object of a key lies."""
        return self._folder / key.replace("/", "+")

    def describe(self, key: str, version_id: str | None = None) -> ObjectVersion:
        """Return what is known of an object. Raises ObjectMissingError."""
        self.calls["describe"] += 1
        path = self.path(key)
        if not path.exists():
            raise ObjectMissingError(key)
        return ObjectVersion(key, version_id or "1", path.stat().st_size, EXTRACTED)

    def stream(self, key: str, version_id: str | None = None, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes of an object from an offset. Raises ObjectMissingError."""
        self.describe(key, version_id)
        self.calls["stream"] += 1
        with self.path(key).open("rb") as file:
            file.seek(start)
            while piece := file.read(_PIECE):
                yield piece

    def read(self, key: str) -> bytes:
        """Return all bytes of an object. Raises ObjectMissingError."""
        return b"".join(self.stream(key))

    def put_new(self, key: str, content: Content) -> None:
        """Write an object whose key is free. Raises ObjectTakenError when it has other bytes."""
        self.calls["put_new"] += 1
        path, new = self.path(key), self.path(f"{key}~")
        with new.open("wb") as file:
            file.writelines(pieces_of(content))
        if path.exists() and _hash(path) != _hash(new):
            raise ObjectTakenError(key)
        new.rename(path)

    def put_again(self, key: str, content: Content, mark: str) -> None:
        """Nothing that is measured sends a file again."""
        raise NotImplementedError(key, content, mark)

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Nothing that is measured lists a bucket."""
        raise NotImplementedError(prefix)


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


class DerivedDirectory(MemoryState):
    """A directory that has all SDPs of the first set, made when they are asked for."""

    def __init__(self, sdps: int) -> None:
        super().__init__()
        self._sdps = sdps
        self.calls: Counter[str] = Counter()

    def make(self, indexes: Iterable[int]) -> None:
        """Make the items of some SDPs, with their meters and modules."""
        for index in indexes:
            sdp, number = usdp(index), f"{index:07d}"
            keys = (
                Key(f"USDP#{sdp}", "NUMBER"),
                Entity(Kind.SDP, LDC, sdp).key,
                Entity(Kind.METER, LDC, f"M-{number}").key,
                Entity(Kind.AMCD, LDC, f"A-{number}").key,
            )
            made = (self._derived(key) for key in keys)
            super().put_all([Put(item) for item in made if item is not None])

    def get(self, key: Key) -> Item | None:
        """Return the item with a key, or None."""
        self.calls["get"] += 1
        return super().get(key) or self._derived(key)

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return those of the items with these keys that exist."""
        asked = list(keys)
        self.calls["items read"] += len(asked)
        found = super().get_many(asked)
        for key in asked:
            if key not in found and (item := self._derived(key)) is not None:
                found[key] = item
        return found

    def put_all(self, puts: Sequence[Put]) -> list[Item | None]:
        """Put each item on its own condition."""
        self.calls["items written"] += len(puts)
        for each in puts:
            key = key_of(each.item)
            if super().get(key) is None and (item := self._derived(key)) is not None:
                super().put_all([Put(item)])
        return super().put_all(puts)

    def _derived(self, key: Key) -> Item | None:
        kind, _, rest = key.partition.partition("#")
        name = rest.rpartition("#")[2]
        index = int(name[2:]) if name[1:2] == "-" else int(name) - 10_000_000
        if not 0 <= index < self._sdps:
            return None
        if kind == "USDP":
            return {"pk": key.partition, "sk": key.sort, "ldc": LDC, "sdp_id": f"SP-{index:07d}",
                    "request": "before", "epoch": 0}  # fmt: skip
        if key.sort != "DOCUMENT":
            return None
        _, made = puts(document(Entity(Kind(kind), LDC, name), index), 0)
        return made.item


def document(entity: Entity, index: int) -> Document:
    """Return the document of an entity of an SDP as the first set left it."""
    timelines = {}
    for number, line in lines(index, None):
        record, *fields, start, _ = line.split("|")
        said = Record(Place(number, "01", 1), record, tuple(fields), _instant(start)).subject
        if said.of(LDC) == entity:
            timelines[said.timeline] = _from(start, said.value)
        if said.type == "SM" and entity == Entity(Kind.METER, LDC, said.to):
            timelines["SM"] = _from(start, (said.id,))
        if said.type == "MC" and entity == Entity(Kind.AMCD, LDC, said.to):
            timelines["MC"] = _from(start, (said.id,))
    return Document(entity).changed(timelines, _BEFORE, "first")


def _from(start: str, value: tuple[str, ...]) -> Timeline:
    return Timeline((Segment(Period(_instant(start)), value),))


def _instant(text: str) -> datetime:
    found = read_est(text)
    assert found is not None
    return found
