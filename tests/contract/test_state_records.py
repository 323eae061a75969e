"""Every record type goes through both stores and comes back as it was."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mdmr.ports.codec import from_item, to_item
from mdmr.ports.state import Key, Put, StateStore

from tests.support.stored import record_types, records


class TestARecord:
    @settings(
        deadline=None,
        max_examples=10,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.data())
    def test_comes_back_as_it_was_written(self, state: StateStore, data: st.DataObject) -> None:
        kinds = record_types()
        written = {Key(kind.__name__, "1"): data.draw(records(kind)) for kind in kinds}
        assert len(written) == len(kinds)
        state.commit(*(Put(to_item(record, key)) for key, record in written.items()))
        found = state.get_many(written)
        read = {key: from_item(type(record), found[key]) for key, record in written.items()}
        assert read == written
