"""A table of items in memory."""

from __future__ import annotations

import threading
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from mdmr.ports.state import (
    PARTITION,
    SORT,
    Absent,
    Check,
    ConditionFailedError,
    Delete,
    Item,
    Key,
    Put,
    Update,
    Value,
    Write,
)
from mdmr.stores.dynamodb.schema import HubState, indexes_of
from mdmr.stores.limits import (
    Indexes,
    UnfitError,
    check_keys,
    check_puts,
    check_writes,
)
from mdmr.stores.memory.conditions import holds
from mdmr.stores.memory.values import Kept, check_size, copied_item, same

HUB_STATE_INDEXES = indexes_of(HubState)


class MemoryState:
    """The StateStore in memory: safe for threads, all or nothing, its items never shared.

    `indexes` maps the name of an index to its partition and order attributes. Raises UnfitError
    for what DynamoDB would refuse.
    """

    def __init__(self, indexes: Indexes = HUB_STATE_INDEXES) -> None:
        self._lock = threading.RLock()
        self._indexes = indexes
        self._items: dict[Key, Kept] = {}
        self._partitions: defaultdict[str, list[str]] = defaultdict(list)
        self._indexed: defaultdict[tuple[str, str], list[tuple[str, Key]]] = defaultdict(list)

    def get(self, key: Key) -> Item | None:
        """Return the item with this key, or None."""
        check_keys(key)
        with self._lock:
            kept = self._items.get(key)
        return None if kept is None else kept.again()

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return those of the items with these keys that exist."""
        found = {key: self.get(key) for key in dict.fromkeys(keys)}
        return {key: item for key, item in found.items() if item is not None}

    def query(
        self, partition: str, *, prefix: str = "", newest_first: bool = False
    ) -> Iterator[Item]:
        """Yield the items of a partition whose sort key begins with `prefix`, in key order."""
        with self._lock:
            sorts = self._partitions.get(partition, [])
            keys = [Key(partition, sort) for sort in sorts if sort.startswith(prefix)]
            found = [self._items[key] for key in keys]
        yield from map(Kept.again, reversed(found) if newest_first else found)

    def query_index(
        self, index: str, partition: str, *, up_to: str | None = None, newest_first: bool = False
    ) -> Iterator[Item]:
        """Yield the items of an index partition in its order, `up_to` inclusive."""
        if index not in self._indexes:
            raise UnfitError(f"the table has no index {index}")
        with self._lock:
            entries = self._indexed.get((index, partition), [])
            found = [self._items[key] for at, key in entries if up_to is None or at <= up_to]
        yield from map(Kept.again, reversed(found) if newest_first else found)

    def commit(self, *writes: Write) -> None:
        """Do all writes or none. Raises ConditionFailedError, UnfitError."""
        keys = check_writes(writes, self._indexes)
        items = [copied_item(_content(write)) for write in writes]
        with self._lock:
            found = [self._items.get(key) for key in keys]
            failed = {
                at: None if kept is None else kept.again()
                for at, (write, kept) in enumerate(zip(writes, found, strict=True))
                if write.condition is not None and not holds(write.condition, kept and kept.item)
            }
            if failed:
                raise ConditionFailedError(failed)
            after = {
                key: _after(write, key, item, lies and lies.item)
                for write, key, item, lies in zip(writes, keys, items, found, strict=True)
                if not isinstance(write, Check)
            }
            for item in after.values():
                if item is not None:
                    check_size(item)
            for key, item in after.items():
                self._keep(key, item)

    def put_all_new(self, items: Sequence[Item]) -> list[Item | None]:
        """Put each item whose key is free; return for each None, or the item that was found."""
        return [self._put_new(item) for item in items]

    def put_all(self, puts: Sequence[Put]) -> list[Item | None]:
        """Do each put by itself; return for each None, or the item that was found."""
        check_puts(puts, self._indexes)
        for each in puts:
            check_size(copied_item(each.item))
        return [self._put(each) for each in puts]

    def items(self) -> list[Item]:
        """Return every item in key order, for tests that compare whole tables."""
        with self._lock:
            return [self._items[key].again() for key in sorted(self._items)]

    def _put(self, put: Put) -> Item | None:
        try:
            self.commit(put)
        except ConditionFailedError as failure:
            found = failure.failed[0] or {}
            return None if same(found, copied_item(put.item)) else found
        return None

    def _put_new(self, item: Item) -> Item | None:
        try:
            self.commit(Put(item, Absent()))
        except ConditionFailedError as failure:
            return failure.failed[0]
        return None

    def _keep(self, key: Key, item: Item | None) -> None:
        kept = self._items.get(key)
        before = kept and kept.item
        if before is None and item is not None:
            insort(self._partitions[key.partition], key.sort)
        elif before is not None and item is None:
            self._partitions[key.partition].remove(key.sort)
            del self._items[key]
        if item is not None:
            self._items[key] = Kept.of(item)
        old, new = self._places(before), self._places(item)
        if old != new:
            for place, at in old:
                self._indexed[place].remove((at, key))
            for place, at in new:
                insort(self._indexed[place], (at, key))

    def _places(self, item: Item | None) -> list[tuple[tuple[str, str], str]]:
        """Return ((index, its partition), place in its order) for each index that has the item."""
        return [
            ((index, str(item[partition])), str(item[order]))
            for index, (partition, order) in self._indexes.items()
            if item is not None and partition in item and order in item
        ]


def _content(write: Write) -> Item:
    if isinstance(write, Put):
        return write.item
    return {} if isinstance(write, Delete | Check) else write.set


def _after(
    write: Put | Update | Delete, key: Key, content: dict[str, Value], found: Item | None
) -> Item | None:
    """Return the item that lies under the key once the write is done."""
    if isinstance(write, Put):
        return content
    if isinstance(write, Delete):
        return None
    kept = {PARTITION: key.partition, SORT: key.sort} if found is None else found
    return {name: kept[name] for name in kept if name not in write.remove} | content
