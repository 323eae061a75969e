from __future__ import annotations

from mdmr.stores.dynamodb.schema import HubState, MasterDirectory, indexes_of
from mdmr.stores.dynamodb.table import HUB_STATE_INDEXES


def test_the_adapter_knows_the_indexes_of_the_schema() -> None:
    assert indexes_of(HubState) == HUB_STATE_INDEXES
    assert indexes_of(MasterDirectory) == {}
