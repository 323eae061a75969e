"""Many puts at once: each on its own condition, alike in memory and on DynamoDB."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mdmr.ports.state import (
    Absent,
    AllOf,
    AtMost,
    Condition,
    Equal,
    Item,
    Key,
    Put,
    StateStore,
    key_of,
)
from mdmr.stores.limits import UnfitError
from mdmr.stores.memory.state import MemoryState

from tests.contract.conftest import Aws
from tests.contract.states import UNFIT_ITEMS, an_item
from tests.contract.tables import new_table

_HISTORIES = itertools.count(1)


def version(number: int, at: int, **attributes: str) -> Item:
    return an_item(f"SDP#{number}", "DOCUMENT", version=at, epoch=1, **attributes)


def following(item: Item, before: int) -> Put:
    return Put(item, AllOf((Equal("version", before), AtMost("epoch", 1))))


def test_each_put_is_done_by_itself(state: StateStore) -> None:
    state.commit(Put(version(2, 1)), Put(version(3, 7)))
    puts = [
        Put(version(1, 1), Absent()),
        following(version(2, 2), 1),
        following(version(3, 2), 1),
        following(version(4, 2), 1),
        Put(version(5, 1)),
    ]
    assert state.put_all(puts) == [None, None, version(3, 7), {}, None]
    found = state.get_many([Key(f"SDP#{number}", "DOCUMENT") for number in range(6)])
    assert sorted(found.values(), key=str) == [
        version(1, 1),
        version(2, 2),
        version(3, 7),
        version(5, 1),
    ]


def test_a_put_takes_the_place_of_the_whole_item(state: StateStore) -> None:
    state.commit(Put(version(1, 1, pages="some")))
    assert state.put_all([following(version(1, 2), 1)]) == [None]
    assert state.get(Key("SDP#1", "DOCUMENT")) == version(1, 2)


def test_the_same_puts_may_be_done_again(state: StateStore) -> None:
    state.commit(Put(version(2, 1)))
    item = an_item("SDP#9", "DOCUMENT", share=Decimal("2.0"), pages=("one", "two"))
    puts = [Put(version(1, 1), Absent()), following(version(2, 2), 1), Put(item, Absent())]
    assert state.put_all(puts[:1]) == [None]
    assert state.put_all(puts) == [None, None, None]
    assert state.put_all(puts) == [None, None, None]


def test_hundreds_of_puts_keep_their_order(state: StateStore) -> None:
    state.put_all([Put(version(number, number % 3), Absent()) for number in range(100)])
    found = state.put_all([following(version(number, 9), 1) for number in range(150)])
    assert found == [
        (None if number % 3 == 1 else version(number, number % 3)) if number < 100 else {}
        for number in range(150)
    ]


def test_no_puts_are_nothing_to_do(state: StateStore) -> None:
    assert state.put_all([]) == []


@pytest.mark.parametrize("item", UNFIT_ITEMS)
@pytest.mark.parametrize("condition", [Absent(), Equal("version", 1), None])
def test_what_no_table_takes_is_not_put(
    state: StateStore, item: Item, condition: Condition | None
) -> None:
    with pytest.raises(UnfitError):
        state.put_all([Put(item, condition)])


def test_two_puts_of_one_key_are_refused(state: StateStore) -> None:
    with pytest.raises(UnfitError):
        state.put_all([Put(version(1, 1)), Put(version(1, 2))])
    assert state.get(Key("SDP#1", "DOCUMENT")) is None


conditions = st.one_of(
    st.none(),
    st.just(Absent()),
    st.builds(Equal, st.just("version"), st.integers(0, 3)),
    st.builds(AtMost, st.just("version"), st.integers(0, 3)),
)
puts = st.lists(
    st.builds(
        lambda number, at, condition: Put(version(number, at), condition),
        st.integers(1, 5),
        st.integers(0, 3),
        conditions,
    ),
    max_size=5,
    unique_by=lambda put: key_of(put.item),
)


@pytest.fixture(scope="module")
def table(embedded: Aws) -> StateStore:
    return new_table(embedded)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.lists(puts, max_size=5))
def test_any_puts_end_alike(table: StateStore, history: list[list[Put]]) -> None:
    number, memory = next(_HISTORIES), MemoryState()

    def own(put: Put) -> Put:
        return Put({**put.item, "pk": f"{number}/{put.item['pk']}"}, put.condition)

    for each in history:
        ours = [own(put) for put in each]
        assert table.put_all(ours) == memory.put_all(ours)
    keys = [key_of(item) for item in memory.items()]
    assert table.get_many(keys) == memory.get_many(keys)
