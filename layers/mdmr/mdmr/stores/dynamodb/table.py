"""A table of items in DynamoDB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mdmr.ports.state import Item, Key, Put, Write
from mdmr.stores.dynamodb.bulk import Bulk
from mdmr.stores.dynamodb.commits import commit
from mdmr.stores.dynamodb.expressions import index_query, partition_query
from mdmr.stores.dynamodb.faults import answer
from mdmr.stores.dynamodb.wire import item_from_wire, key_to_wire
from mdmr.stores.limits import (
    Indexes,
    UnfitError,
    check_items,
    check_keys,
    check_puts,
    check_writes,
)
from mdmr.stores.patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECTIONS = 32
# As the schema has them, which no handler imports.
HUB_STATE_INDEXES: Indexes = {
    "unfinished": ("unfinished", "due"),
    "by_organization": ("organization", "arrived"),
}


class DynamoState:
    """The StateStore on a DynamoDB table with keys `pk` and `sk`.

    `client` gives the boto3 client, made on first use; it should allow as many connections as
    `connections`, the most requests that run at once. `indexes` maps the name of each index to
    its partition and order attributes.
    """

    def __init__(
        self,
        client: Callable[[], DynamoDBClient],
        table: str,
        indexes: Indexes = HUB_STATE_INDEXES,
        *,
        connections: int = CONNECTIONS,
        patience: Patience | None = None,
    ) -> None:
        self._make_client = client
        self._table = table
        self._indexes = indexes
        self._connections = connections
        self._patience = patience or Patience()

    @cached_property
    def _client(self) -> DynamoDBClient:
        return self._make_client()

    @cached_property
    def _bulk(self) -> Bulk:
        return Bulk(self._client, self._table, self._patience, self._connections)

    def get(self, key: Key) -> Item | None:
        """Return the item with this key, or None."""
        check_keys(key)
        asked = {"TableName": self._table, "Key": key_to_wire(key), "ConsistentRead": True}
        found = answer(self._patience, self._client.get_item, **asked).get("Item")
        return item_from_wire(found) if found else None

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return those of the items with these keys that exist."""
        asked = list(keys)
        for key in asked:
            check_keys(key)
        return self._bulk.get_many(asked)

    def query(
        self, partition: str, *, prefix: str = "", newest_first: bool = False
    ) -> Iterator[Item]:
        """Yield the items of a partition whose sort key begins with `prefix`, in key order."""
        yield from self._pages(
            **partition_query(partition, prefix),
            ConsistentRead=True,
            ScanIndexForward=not newest_first,
        )

    def query_index(
        self, index: str, partition: str, *, up_to: str | None = None, newest_first: bool = False
    ) -> Iterator[Item]:
        """Yield the items of an index partition in its order, `up_to` inclusive."""
        if index not in self._indexes:
            raise UnfitError(f"the table has no index {index}")
        yield from self._pages(
            **index_query(*self._indexes[index], partition, up_to),
            IndexName=index,
            ScanIndexForward=not newest_first,
        )

    def commit(self, *writes: Write) -> None:
        """Do all writes or none.

        Raises ConditionFailedError, StateBusyError, UnfitError. A condition may fail because an
        earlier sending of the same update was done and its answer was lost: compare what was
        found with what was wanted. A put that meets its like in this way has succeeded.
        """
        check_writes(writes, self._indexes)
        commit(self._client, self._table, self._patience, writes)

    def put_all_new(self, items: Sequence[Item]) -> list[Item | None]:
        """Put each item whose key is free; return for each None, or the item that was found."""
        return self._bulk.put_all_new(check_items(items, self._indexes), items)

    def put_all(self, puts: Sequence[Put]) -> list[Item | None]:
        """Do each put by itself; return for each None, or the item that was found."""
        return self._bulk.put_all(check_puts(puts, self._indexes), puts)

    def _pages(self, **asked: object) -> Iterator[Item]:
        following: dict[str, Any] = {}
        while True:
            page = answer(
                self._patience, self._client.query, TableName=self._table, **asked, **following
            )
            yield from map(item_from_wire, page["Items"])
            if not page.get("LastEvaluatedKey"):
                return
            following = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
