"""When the slot of large P-Syncs is open, and how many steps a set's maps take."""

from __future__ import annotations

import gc
from datetime import datetime
from typing import Any

import pytest
from mdmr.calendar.instants import EST
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets.batching import MOST, batches, for_each
from mdmr.synchronization.sets.psync_slot import opening


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 8, day, hour, minute, tzinfo=EST)


@pytest.mark.parametrize(
    ("now", "span", "opens"),
    [
        (at(20, 18, 59), "19:00-05:00", at(20, 19)),
        (at(20, 19), "19:00-05:00", at(20, 19)),
        (at(21, 0), "19:00-05:00", at(21, 0)),
        (at(21, 4, 59), "19:00-05:00", at(21, 4, 59)),
        (at(21, 5), "19:00-05:00", at(21, 19)),
        (at(20, 8), "09:00-17:00", at(20, 9)),
        (at(20, 17), "09:00-17:00", at(21, 9)),
        (at(20, 3), "00:00-00:00", at(20, 3)),
    ],
)
def test_a_slot_opens_once_a_day(now: datetime, span: str, opens: datetime) -> None:
    assert opening(now, span) == opens


@pytest.mark.parametrize("count", [0, 1, MOST, MOST + 1, 700])
def test_items_come_in_their_order_in_few_equal_batches(count: int) -> None:
    items = [f"{number:04d}" for number in range(count)]
    found = batches(items)
    assert [item for batch in found for item in batch] == items
    assert len(found) == min(count, MOST)
    assert {len(batch) for batch in found} <= {count // MOST, count // MOST + 1}


def test_a_step_is_done_for_each_item_of_a_batch() -> None:
    given: list[dict[str, object]] = []
    batch = {"set": "a", "step": "plan", "each": "part", "items": ["0000", "0001"]}
    assert for_each(given.append, batch) == {}
    assert given == [
        {"set": "a", "step": "plan", "part": "0000"},
        {"set": "a", "step": "plan", "part": "0001"},
    ]


def test_what_a_step_lists_is_returned_in_batches() -> None:
    found = for_each(lambda _: {"parts": ["0000", "0001"], "outcome": "LOADED"}, {"step": "load"})
    assert found == {"parts": [["0000"], ["0001"]], "outcome": "LOADED"}


@pytest.mark.parametrize("collected", [True, False])
def test_no_garbage_is_looked_for_while_a_batch_is_worked(*, collected: bool) -> None:
    seen = []

    def step(_: dict[str, Any]) -> None:
        seen.append(gc.isenabled())
        raise LookupError

    before = gc.isenabled()
    try:
        (gc.enable if collected else gc.disable)()
        with pytest.raises(LookupError):
            for_each(step, {"step": "load"})
        assert (seen, gc.isenabled()) == ([False], collected)
    finally:
        (gc.enable if before else gc.disable)()


def test_the_name_of_a_set_is_read_back_whatever_its_tx_id() -> None:
    name = SetId("ORG11111", "ORG22222", "4000", "a-b_c-1")
    assert SetId.of(str(name)) == name
    assert len(name.tag) == 32
    with pytest.raises(ValueError, match="names no file set"):
        SetId.of("ORG11111-ORG22222")
