"""Lists on a DynamoDB table, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mdmr.ports.state import PARTITION, SORT
from mdmr.stores.dynamodb.expressions import list_query
from mdmr.stores.dynamodb.faults import answer
from mdmr.stores.dynamodb.table import HUB_STATE_INDEXES
from mdmr.stores.dynamodb.wire import item_from_wire
from mdmr.stores.limits import Indexes, UnfitError
from mdmr.stores.paging import PagedViews, Position, Read, Selection
from mdmr.stores.patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoViews(PagedViews):
    """The Views on a DynamoDB table; `client` gives the boto3 client, made on first use."""

    def __init__(
        self,
        client: Callable[[], DynamoDBClient],
        table: str,
        indexes: Indexes = HUB_STATE_INDEXES,
        *,
        patience: Patience | None = None,
    ) -> None:
        self._make_client = client
        self._table = table
        self._indexes = indexes
        self._patience = patience or Patience()

    @cached_property
    def _client(self) -> DynamoDBClient:
        return self._make_client()

    def _read(self, selection: Selection, start: Position | None, at_most: int) -> Read:
        partitioned_by, ordered_by = self._key_of(selection.index)
        asked: dict[str, Any] = {
            "TableName": self._table,
            "Limit": at_most,
            "ScanIndexForward": not selection.newest_first,
            **list_query(
                partitioned_by,
                ordered_by,
                selection.partition,
                prefix=selection.prefix,
                since=selection.since,
                condition=selection.condition,
            ),
        }
        if selection.index:
            asked["IndexName"] = selection.index
        else:
            asked["ConsistentRead"] = True
        if start is not None:
            # The partition is that of the selection, whatever a cursor says.
            key = {PARTITION: start.partition, SORT: start.sort}
            key |= {ordered_by: start.order} if selection.index else {}
            key[partitioned_by] = selection.partition
            asked["ExclusiveStartKey"] = {name: {"S": value} for name, value in key.items()}
        found = answer(self._patience, self._client.query, **asked)
        last = found.get("LastEvaluatedKey")
        return Read(
            list(map(item_from_wire, found["Items"])),
            int(found["ScannedCount"]),
            self._place(selection, item_from_wire(last)) if last else None,
        )

    def _ordered_by(self, index: str) -> str:
        return self._key_of(index)[1]

    def _key_of(self, index: str) -> tuple[str, str]:
        if not index:
            return PARTITION, SORT
        if index not in self._indexes:
            raise UnfitError(f"the table has no index {index}")
        return self._indexes[index]
