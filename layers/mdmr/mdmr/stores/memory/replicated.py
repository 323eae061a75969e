"""A table and a bucket of one region that tell another region of what is written in them.

As global tables and bucket replication do: item by item, without regard to what was committed
together; the last writer of an item wins; a version of an object keeps its id and its time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeAlias

from mdmr.ports.objects import ObjectVersion
from mdmr.ports.outside import Clock
from mdmr.ports.state import Check, Item, Key, Write
from mdmr.stores.limits import Indexes, key_written
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.state import HUB_STATE_INDEXES, MemoryState


class Stamp(NamedTuple):
    """When an item was written, by the writing region's clock; the greater one wins."""

    at: datetime
    number: int
    region: str


SendItem: TypeAlias = Callable[[Key, "Item | None", Stamp], None]
SendVersion: TypeAlias = Callable[[ObjectVersion], None]


class ReplicatedState(MemoryState):
    """A region's copy of a global table. `stamp` gives each write its stamp, `send` hands it on."""

    def __init__(
        self, stamp: Callable[[], Stamp], send: SendItem, indexes: Indexes = HUB_STATE_INDEXES
    ) -> None:
        super().__init__(indexes)
        self._stamp, self._send = stamp, send
        self._stamps: dict[Key, Stamp] = {}

    def commit(self, *writes: Write) -> None:
        """Do all writes or none, and hand each written item on, for itself."""
        with self._lock:
            super().commit(*writes)
            for write in writes:
                if not isinstance(write, Check):
                    key = key_written(write)
                    self._stamps[key] = self._stamp()
                    self._send(key, self.get(key), self._stamps[key])

    def arrive(self, key: Key, item: Item | None, stamp: Stamp) -> bool:
        """Take an item that another region wrote (None: removed it); return whether it won."""
        with self._lock:
            own = self._stamps.get(key)
            if own is not None and own > stamp:
                return False
            self._stamps[key] = stamp
            self._keep(key, item)
            return True


class ReplicatedObjects(MemoryObjects):
    """A region's bucket of a pair that replicates both ways; `send` hands each version on."""

    def __init__(self, clock: Clock, name: str, region: str, send: SendVersion) -> None:
        super().__init__(clock, name)
        self._region, self._send = region, send

    def upload(self, key: str, content: bytes) -> ObjectVersion:
        """Write a new version, hand it on, and return what is known of it."""
        version = super().upload(key, content)
        self._send(version)
        return version

    def arrive(self, version: ObjectVersion, source: ReplicatedObjects) -> None:
        """Take a version that lies in another region's bucket, with its id, time and mark."""
        content = b"".join(source.stream(version.key, version.version_id))
        with self._lock:
            versions = self._versions.setdefault(version.key, [])
            versions.append((version, content))
            versions.sort(key=lambda each: (each[0].arrived, each[0].version_id))
            if version.version_id in source._marks:
                self._marks[version.version_id] = source._marks[version.version_id]

    def _new_version_id(self) -> str:
        return f"{super()._new_version_id()}-{self._region}"
