"""A call that is put back is the call as it was prepared, whatever was done on its platform."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest
from mdmr.stores.memory.outside import Waiting

from tests.faults.test_crash_matrix import ALL_CALLS
from tests.support import story
from tests.support.snapshots import Prepared, Snapshot, state_of

PLAIN = (str, bytes, int, tuple, set, Waiting)


@pytest.mark.parametrize("prepared", ALL_CALLS.values(), ids=ALL_CALLS.keys())
def test_what_is_restored_is_what_was_prepared(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Message ids go on through a process: each preparation counts them from 0 here."""
    monkeypatch.setattr(story, "_numbers", count())
    fresh = comparable(state_of(prepared()))
    monkeypatch.setattr(story, "_numbers", count())
    snapshot = Snapshot(prepared)
    for _ in range(2):
        call = snapshot.restore()
        assert comparable(state_of(call)) == fresh
        call.on(call.platform.worker)
        call.end()
        assert comparable(state_of(call)) != fresh


def comparable(value: Any) -> Any:  # noqa: ANN401 - any part of a state
    """Return what can be compared of a state: of what is no data only the type."""
    if isinstance(value, Mapping):
        return {key: comparable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [comparable(each) for each in value]
    return value if isinstance(value, PLAIN) or value is None else type(value)
