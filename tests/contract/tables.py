"""Tables to hold the state stores of the contract tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdmr.ports.state import StateStore
from mdmr.ports.views import Views
from mdmr.stores.dynamodb.schema import HubState, definition
from mdmr.stores.dynamodb.table import DynamoState
from mdmr.stores.dynamodb.views import DynamoViews
from mdmr.stores.patience import Patience

if TYPE_CHECKING:
    from tests.contract.conftest import Aws


def new_table(aws: Aws) -> StateStore:
    """Make a table like hub-state and return the store on it."""
    return new_lists(aws)[0]


def new_lists(aws: Aws) -> tuple[StateStore, Views]:
    """Make a table like hub-state and return the store and the views on it."""
    client, table = aws.client("dynamodb"), aws.new_name("table")
    client.create_table(TableName=table, **definition(HubState))
    patience = Patience(attempts=3, first=0.01)
    return (
        DynamoState(lambda: client, table, patience=patience),
        DynamoViews(lambda: client, table, patience=patience),
    )
