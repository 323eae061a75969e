"""State: items with a key, read consistently and written together or not at all.

One port for every record of the hub, so that each write is the same kind of effect: to a crash
test, to the simulation and to the reader. Rooms keep their own key design beside their records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeAlias

from msgspec import Struct, field

Value: TypeAlias = "str | int | Decimal | bool | Sequence[Value] | Mapping[str, Value] | None"
Item: TypeAlias = Mapping[str, Value]

PARTITION, SORT = "pk", "sk"


class Key(NamedTuple):
    """Where an item lies: its partition, and its place in the order of the partition."""

    partition: str
    sort: str


def key_of(item: Item) -> Key:
    """Return the key that an item carries in its attributes `pk` and `sk`."""
    return Key(str(item[PARTITION]), str(item[SORT]))


class Absent(Struct, frozen=True):
    """True when the item has no such attribute; for the partition key: when there is no item."""

    attribute: str = PARTITION


class Equal(Struct, frozen=True):
    """True when the attribute exists and has this value."""

    attribute: str
    value: Value


class AtMost(Struct, frozen=True):
    """True when the attribute exists and is not greater than this value of the same kind."""

    attribute: str
    value: str | int | Decimal


class AtLeast(Struct, frozen=True):
    """True when the attribute exists and is not smaller than this value of the same kind."""

    attribute: str
    value: str | int | Decimal


class AnyOf(Struct, frozen=True):
    """True when at least one of the conditions is."""

    conditions: tuple[Condition, ...]


class AllOf(Struct, frozen=True):
    """True when every one of the conditions is."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = "Absent | Equal | AtMost | AtLeast | AnyOf | AllOf"


class Put(Struct, frozen=True):
    """Write a whole item in place of whatever has its key."""

    item: Item
    condition: Condition | None = None


class Update(Struct, frozen=True):
    """Set and remove attributes of the item with this key, making it if there is none."""

    key: Key
    set: Item = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    condition: Condition | None = None


class Delete(Struct, frozen=True):
    """Remove the item with this key; no item is no fault."""

    key: Key
    condition: Condition | None = None


class Check(Struct, frozen=True):
    """Write nothing, but let the commit fail unless the item with this key fulfils this."""

    key: Key
    condition: Condition


Write: TypeAlias = Put | Update | Delete | Check


class ConditionFailedError(Exception):
    """A commit wrote nothing, because a condition did not hold.

    `failed` maps the position of each write whose condition failed to the item found there
    (None: no item).
    """

    def __init__(self, failed: Mapping[int, Item | None]) -> None:
        super().__init__(f"conditions failed at {sorted(failed)}")
        self.failed = dict(failed)


class StateBusyError(Exception):
    """A read or commit could not be done now (throttled, in conflict); trying again is right."""


class StateStore(Protocol):
    """A table of items. Reads by key and partition see every earlier write."""

    def get(self, key: Key) -> Item | None:
        """Return the item with this key, or None."""
        ...

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return those of the items with these keys that exist."""
        ...

    def query(
        self, partition: str, *, prefix: str = "", newest_first: bool = False
    ) -> Iterator[Item]:
        """Yield the items of a partition whose sort key begins with `prefix`, in key order."""
        ...

    def query_index(
        self, index: str, partition: str, *, up_to: str | None = None, newest_first: bool = False
    ) -> Iterator[Item]:
        """Yield the items of an index partition in its order, `up_to` inclusive.

        An index may lag behind the writes; what is found there is a hint.
        """
        ...

    def commit(self, *writes: Write) -> None:
        """Do all writes (1 to 100, each with a key of its own) or none.

        Raises ConditionFailedError when a condition does not hold, StateBusyError when it could
        not be decided now.
        """
        ...

    def put_all_new(self, items: Sequence[Item]) -> list[Item | None]:
        """Put each item whose key is free, each on its own, in no particular order.

        Returns for each item, in order, None where it was put, else the item that was found.
        A crash may leave some of them put.
        """
        ...

    def put_all(self, puts: Sequence[Put]) -> list[Item | None]:
        """Do each put (each with a key of its own) by itself, in no particular order.

        Returns for each, in order, None where it was put, else the item that was found (empty: no
        item). An item that lies there already exactly as it is to be put counts as put: the same
        puts may be done again. A crash may leave some of them done. Raises StateBusyError.
        """
        ...
