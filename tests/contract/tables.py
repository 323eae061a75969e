"""Tables to hold the state stores of the contract tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdmr.ports.state import StateStore
from mdmr.stores.dynamodb.table import DynamoState
from mdmr.stores.limits import HUB_STATE_INDEXES
from mdmr.stores.patience import Patience

if TYPE_CHECKING:
    from tests.contract.conftest import Aws


def new_table(aws: Aws) -> StateStore:
    """Make a table like hub-state and return the store on it."""
    client, table = aws.client("dynamodb"), aws.new_name("table")
    indexes = [
        {
            "IndexName": index,
            "KeySchema": _schema(*attributes),
            "Projection": {"ProjectionType": "ALL"},
        }
        for index, attributes in HUB_STATE_INDEXES.items()
    ]
    names = ["pk", "sk", *(name for pair in HUB_STATE_INDEXES.values() for name in pair)]
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_schema("pk", "sk"),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        GlobalSecondaryIndexes=indexes,
    )
    return DynamoState(lambda: client, table, patience=Patience(attempts=3, first=0.01))


def _schema(partition: str, order: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": order, "KeyType": "RANGE"},
    ]
