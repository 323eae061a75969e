"""Every record that the hub stores is read back from its item as it was written."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr.calendar.instants import to_text
from mdmr.ports.codec import SCHEMA, SCHEMAS, from_item, to_item
from mdmr.ports.state import Key
from msgspec import Struct
from msgspec.structs import fields

from tests.support.stored import instants, record_types, records

KEY = Key("A", "1")


@pytest.mark.parametrize("kind", record_types(), ids=lambda kind: kind.__name__)
class TestARecord:
    @given(st.data())
    def test_is_read_back_as_it_was_written(self, kind: type[Struct], data: st.DataObject) -> None:
        record = data.draw(records(kind))
        item = to_item(record, KEY)
        assert from_item(kind, item) == record
        assert to_item(from_item(kind, item), KEY) == item

    @given(st.data())
    def test_has_its_fields_by_their_names_and_its_version(
        self, kind: type[Struct], data: st.DataObject
    ) -> None:
        item = to_item(data.draw(records(kind)), KEY)
        names = {field.encode_name for field in fields(kind)}
        assert item.keys() == {"pk", "sk", SCHEMA, *names}
        assert item[SCHEMA] == SCHEMAS[kind].version

    def test_never_changes(self, kind: type[Struct]) -> None:
        assert kind.__struct_config__.frozen


class TestInstants:
    @given(instants, instants)
    def test_stored_sort_as_time_also_where_utc_has_none(
        self, one: datetime, other: datetime
    ) -> None:
        assert (to_text(one) < to_text(other)) is (one < other)
        assert (to_text(one) == to_text(other)) is (one == other)
