"""Tables to hold the state stores of the contract tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdmr.ports.state import StateStore
from mdmr.stores.dynamodb.schema import HubState, definition
from mdmr.stores.dynamodb.table import DynamoState
from mdmr.stores.patience import Patience

if TYPE_CHECKING:
    from tests.contract.conftest import Aws


def new_table(aws: Aws) -> StateStore:
    """Make a table like hub-state and return the store on it."""
    client, table = aws.client("dynamodb"), aws.new_name("table")
    client.create_table(TableName=table, **definition(HubState))
    return DynamoState(lambda: client, table, patience=Patience(attempts=3, first=0.01))
