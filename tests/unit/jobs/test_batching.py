"""Items of a job in batches, and memory while they are worked."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from mdmr.jobs.batching import MAX_BATCHES, batches, chunks, without_collection


@pytest.mark.parametrize("count", [0, 1, MAX_BATCHES, MAX_BATCHES + 1, 700])
def test_items_come_in_their_order_in_few_equal_batches(count: int) -> None:
    items = [f"{number:04d}" for number in range(count)]
    found = batches(items)
    assert [item for batch in found for item in batch] == items
    assert len(found) == min(count, MAX_BATCHES)
    assert {len(batch) for batch in found} <= {count // MAX_BATCHES, count // MAX_BATCHES + 1}


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6])
def test_chunks_are_full_but_for_the_last_one(count: int) -> None:
    found = list(chunks(range(count), 3))
    assert [item for chunk in found for item in chunk] == list(range(count))
    assert all(len(chunk) == 3 for chunk in found[:-1])
    assert all(found)


def test_chunks_take_no_item_before_it_is_due() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            taken.append(number)
            yield number

    next(chunks(items(), 4))
    assert taken == [0, 1, 2, 3]


@pytest.mark.parametrize("enabled", [True, False])
def test_no_cycle_is_searched_for_in_a_block_even_where_it_fails(*, enabled: bool) -> None:
    seen: list[bool] = []

    def work() -> None:
        with without_collection():
            seen.append(gc.isenabled())
            raise LookupError

    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with pytest.raises(LookupError):
            work()
        assert (seen, gc.isenabled()) == ([False], enabled)
    finally:
        (gc.enable if before else gc.disable)()
