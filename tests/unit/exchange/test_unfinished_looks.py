"""Each look at unfinished business reads what concerns it: counted, request by request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from mdmr.exchange.ledger import unfinished
from mdmr.exchange.ledger.unfinished import SHARDS
from mdmr.ports.state import Item, Key, Put
from mdmr.stores.memory.state import MemoryState

from tests.support.market import NOON

EACH = 20
HOUR = timedelta(hours=1)


class Counting(MemoryState):
    """A table that counts the queries of its indexes, and the items that they read."""

    def __init__(self) -> None:
        super().__init__()
        self.queries = self.read = 0

    def query_index(
        self, index: str, partition: str, *, up_to: str | None = None, newest_first: bool = False
    ) -> Iterator[Item]:
        self.queries += 1
        for item in super().query_index(index, partition, up_to=up_to, newest_first=newest_first):
            self.read += 1
            yield item


def put(state: MemoryState, kind: str, number: int) -> Key:
    key = Key(f"{kind}#{number}", "X")
    due = unfinished.until(key, NOON + number * HOUR)
    state.commit(Put({"pk": key.partition, "sk": key.sort, **due}))
    return key


@pytest.fixture
def state() -> Counting:
    state = Counting()
    for kind in SHARDS:
        for number in range(EACH):
            put(state, kind, number)
    return state


@pytest.mark.parametrize(
    ("kinds", "queries", "read"),
    [
        (("SLOT",), 1, EACH),
        (("SET",), 8, EACH),
        (("GATE", "SLOT"), 2, 2 * EACH),
        ((), 35, 7 * EACH),
    ],
)
def test_a_look_reads_the_kinds_that_it_asks_for(
    state: Counting, kinds: tuple[str, ...], queries: int, read: int
) -> None:
    found = list(unfinished.overdue(state, NOON + EACH * HOUR, kinds))
    assert {unfinished.kind_of(item) for item in found} == set(kinds or SHARDS)
    assert (state.queries, state.read) == (queries, read)


def test_what_is_overdue_longest_comes_first_whatever_partition_it_lies_in(state: Counting) -> None:
    found = list(unfinished.overdue(state, NOON + 4 * HOUR))
    assert [unfinished.due_of(item) for item in found] == [
        NOON + number * HOUR for number in range(5) for _ in SHARDS
    ]


@pytest.mark.parametrize("kind", [kind for kind in SHARDS if SHARDS[kind] > 1])
def test_a_kind_of_which_there_are_many_is_spread_over_all_its_partitions(kind: str) -> None:
    keys = [Key(f"{kind}#{number:032x}", kind) for number in range(400)]
    places = [str(unfinished.until(key, NOON)["unfinished"]) for key in keys]
    assert set(places) == {f"OPEN#{kind}#{shard}" for shard in range(8)}
    assert max(places.count(place) for place in places) < 2 * len(keys) / 8


def test_an_item_keeps_its_partition() -> None:
    key = Key("SET#a", "SET")
    assert (
        unfinished.until(key, NOON)["unfinished"]
        == unfinished.until(key, NOON + HOUR)["unfinished"]
    )
