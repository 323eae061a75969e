"""Records as items of a table and back: the one codec for whatever the hub keeps.

A record is a frozen Struct that is declared with `record_type`. Its item has an attribute for each
field, named as the field, beside its key, its schema version and what a room adds (attributes of
an index, the epoch of the decision). Nested Structs are maps, enums their values, instants texts in
UTC with milliseconds, which sort as time. Numbers are kept exactly.

The schema version of a record type is one more than the number of its upgrades: functions that
each take the attributes of one version and return those of the next. A change of a record that an
older item does not fit needs a new upgrade. An update of some attributes leaves the version of the
item as it is. Therefore an attribute never changes its meaning under its name, and an upgrade
leaves attributes alone that have the new names already.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from mdmr.calendar.instants import from_text, to_text
from mdmr.ports.plain_data import Visitor, visitors_of
from mdmr.ports.state import PARTITION, SORT, Item, Key, Value

SCHEMA: Final = "schema"
"""The attribute with the schema version of an item."""

Attributes: TypeAlias = dict[str, Value]
Upgrade: TypeAlias = Callable[[Attributes], Attributes]
Record = TypeVar("Record", bound=Struct)

_UNCHANGED = (datetime, Decimal)


class UnreadableItemError(ValueError):
    """An item does not hold the record that is read from it."""


class Schema:
    """How a record type is stored: its version, and the upgrades that lead to it."""

    def __init__(self, kind: type[Struct], upgrades: tuple[Upgrade, ...]) -> None:
        self.kind = kind
        self.upgrades = upgrades
        self.version = 1 + len(upgrades)

    @cached_property
    def visitors(self) -> dict[str, Visitor]:
        """The fields to visit; found at the first use, as annotations may look ahead."""
        return visitors_of(self.kind)

    def upgraded(self, item: Item) -> Item:
        """Return the attributes of an item as this version has them. Raises UnreadableItemError."""
        version = item.get(SCHEMA)
        name = self.kind.__name__
        if not isinstance(version, int) or version < 1:
            raise UnreadableItemError(f"an item read as {name} has no schema version")
        if version > self.version:
            raise UnreadableItemError(
                f"an item has schema version {version} of {name}; this release reads versions up "
                f"to {self.version}: install the release that wrote it, or a newer one"
            )
        attributes = dict(item)
        for upgrade in self.upgrades[version - 1 :]:
            attributes = upgrade(attributes)
        return attributes


SCHEMAS: Final[dict[type[Struct], Schema]] = {}
"""Every record type that is stored."""


def record_type(*upgrades: Upgrade) -> Callable[[type[Record]], type[Record]]:
    """Declare a frozen Struct as a record; `upgrades` lead from version 1 to the present one."""

    def declare(kind: type[Record]) -> type[Record]:
        SCHEMAS[kind] = Schema(kind, upgrades)
        return kind

    return declare


def to_item(record: Struct, key: Key, *beside: Item) -> Attributes:
    """Return the item of a record at a key, with more attributes beside those of the record.

    Raises ValueError when one of them has the name of a field.
    """
    item = attributes_of(record)
    for more in beside:
        if not more.keys().isdisjoint(item):
            message = f"{type(record).__name__} has a field of the name of {sorted(more)}"
            raise ValueError(message)
        item.update(more)
    item[PARTITION], item[SORT] = key
    return item


def attributes_of(record: Struct) -> Attributes:
    """Return the attributes of a whole record with its schema version, without a key."""
    schema = SCHEMAS[type(record)]
    values: Attributes = msgspec.to_builtins(record, builtin_types=_UNCHANGED)
    for name, visit in schema.visitors.items():
        values[name] = visit(values[name], to_text)
    values[SCHEMA] = schema.version
    return values


def some_of(record: Struct, *names: str) -> Attributes:
    """Return the attributes of some fields of a record, for an update of its item."""
    visitors = SCHEMAS[type(record)].visitors
    values: Attributes = msgspec.to_builtins(
        {name: getattr(record, name) for name in names}, builtin_types=_UNCHANGED
    )
    for name in visitors.keys() & values.keys():
        values[name] = visitors[name](values[name], to_text)
    return values


def from_item(kind: type[Record], item: Item) -> Record:
    """Return the record of an item; attributes that are no fields are left out of account.

    Raises UnreadableItemError when the item was written by a newer release, or holds something
    else.
    """
    schema = SCHEMAS[kind]
    if item.get(SCHEMA) != schema.version:
        item = schema.upgraded(item)
    try:
        return msgspec.convert(item, kind)
    except msgspec.ValidationError:
        # The last hours of EST lie beyond what msgspec reads: only then are the instants looked at.
        return _from_beyond_utc(kind, schema, item)


def _from_beyond_utc(kind: type[Record], schema: Schema, item: Item) -> Record:
    values: dict[str, Any] = deepcopy(dict(item))
    try:
        for name in schema.visitors.keys() & values.keys():
            values[name] = schema.visitors[name](values[name], from_text)
        return msgspec.convert(values, kind)
    except (ValueError, TypeError, LookupError) as fault:
        message = f"an item does not hold a {kind.__name__}: {fault}"
        raise UnreadableItemError(message) from fault
