"""Items of tables: each that is set or removed is a change; those of one request are one unit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from ministack.services import dynamodb

from mdmr_local.corrections.registry import expect
from mdmr_local.durable.datafile import Change
from mdmr_local.durable.journal import Journal

KIND = "item"
Table = dict[str, Any]

_UNITS = (
    "_put_item",
    "_update_item",
    "_delete_item",
    "_batch_write_item",
    "_transact_write_items",
    "_execute_statement",
    "_batch_execute_statement",
    "_execute_transaction",
)


def follow(journal: Journal) -> None:
    """Have every change of an item noted in a journal.

    Raises:
        UpstreamChangedError: the emulator is another one.
    """
    for name in (*_UNITS, "_set_item", "_remove_item", "_items_replaced", "_create_replica"):
        expect(hasattr(dynamodb, name), f"dynamodb.{name}")
    for name in _UNITS:
        setattr(dynamodb, name, _as_unit(journal, getattr(dynamodb, name)))
    set_item, remove_item, replaced = (
        dynamodb._set_item,
        dynamodb._remove_item,
        dynamodb._items_replaced,
    )
    create_replica = dynamodb._create_replica

    def set_and_note(table: Table, partition: Any, sort: Any, item: Any) -> Any:
        with journal.unit():
            old = set_item(table, partition, sort, item)
            journal.append(_change(table, partition, sort, item))
        return old

    def remove_and_note(table: Table, partition: Any, sort: Any) -> Any:
        with journal.unit():
            old = remove_item(table, partition, sort)
            if old is not None:
                journal.append(_change(table, partition, sort, None))
        return old

    def replaced_and_note(table: Table) -> None:
        with journal.unit():
            replaced(table)
            journal.append((KIND, _owner(table), None, None), *_changes(table))

    def create_replica_and_note(name: str, table: Table, region: str) -> None:
        with journal.unit():
            create_replica(name, table, region)
            replica = dynamodb._tables.get_scoped(dynamodb.get_account_id(), region, name)
            journal.append(*_changes(replica))

    dynamodb._set_item = set_and_note
    dynamodb._remove_item = remove_and_note
    dynamodb._items_replaced = replaced_and_note
    dynamodb._create_replica = create_replica_and_note


def snapshot() -> Iterator[Change]:
    """Yield all items of all tables."""
    for table in list(dynamodb._tables._data.values()):
        yield from _changes(table)


def restore(records: Iterable[tuple[str, str, bytes]]) -> None:
    """Put items into their tables, which are there; those of no table belong to none any more."""
    tables = {_owner(table): table for table in dynamodb._tables._data.values()}
    for owner, name, value in records:
        if owner in tables:
            partition, sort = json.loads(name)
            tables[owner]["items"][partition][sort] = msgspec.json.decode(value)
    for table in tables.values():
        dynamodb._update_counts(table)


def _as_unit(journal: Journal, shipped: Any) -> Any:
    def one_unit(data: Any) -> Any:
        with journal.unit():
            return shipped(data)

    return one_unit


def _owner(table: Table) -> str:
    """Return what no other table ever is, not even one of the same name after it."""
    return f"{table['TableArn']} {table['TableId']}"


def _changes(table: Table) -> Iterator[Change]:
    for partition, items in list(table["items"].items()):
        for sort, item in list(items.items()):
            yield _change(table, partition, sort, item)


def _change(table: Table, partition: Any, sort: Any, item: Any) -> Change:
    value = None if item is None else msgspec.json.encode(item)
    return KIND, _owner(table), json.dumps([partition, sort]), value
