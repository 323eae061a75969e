from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from mdmr.ports.state import (
    Absent,
    Check,
    Delete,
    Equal,
    Item,
    Key,
    Put,
    StateStore,
    Update,
    Value,
)
from mdmr.stores.limits import UnfitError

from tests.contract.states import KEY, UNFIT_ITEMS, accepted, an_item


def test_many_are_read_by_key_and_those_that_miss_are_left_out(state: StateStore) -> None:
    items = [an_item(sort=f"{number:03}", number=number) for number in range(150)]
    for first in range(0, 150, 50):
        state.commit(*map(Put, items[first : first + 50]))
    keys = [Key("FILE#1", f"{number:03}") for number in range(160)]
    found = state.get_many([*keys, *keys])
    assert found == dict(zip(keys, items, strict=False))


def test_no_keys_read_nothing(state: StateStore) -> None:
    assert state.get_many([]) == {}


def test_a_partition_is_read_in_the_order_of_its_keys(state: StateStore) -> None:
    sorts = ["A", "A#1", "A#10", "A#2", "B", "a", "É", "😀"]
    state.commit(
        *(Put(an_item(sort=sort)) for sort in reversed(sorts)), Put(an_item("FILE#2", "A"))
    )
    assert [item["sk"] for item in state.query("FILE#1")] == sorts
    assert [item["sk"] for item in state.query("FILE#1", newest_first=True)] == sorts[::-1]
    assert [item["sk"] for item in state.query("FILE#1", prefix="A#")] == ["A#1", "A#10", "A#2"]
    assert list(state.query("FILE#1", prefix="C")) == []
    assert list(state.query("FILE")) == []


def test_a_partition_larger_than_a_page_is_read_whole(state: StateStore) -> None:
    for number in range(8):
        state.commit(Put(an_item(sort=str(number), text="x" * 300_000)))
    assert [item["sk"] for item in state.query("FILE#1")] == list("01234567")


def test_an_index_holds_the_items_that_have_both_its_attributes(state: StateStore) -> None:
    state.commit(
        Put(an_item(sort="1", unfinished="intake", due="2025-01-02")),
        Put(an_item(sort="2", unfinished="intake", due="2025-01-01")),
        Put(an_item(sort="3", unfinished="intake")),
        Put(an_item(sort="4", due="2025-01-01")),
        Put(an_item(sort="5", unfinished="publish", due="2025-01-01")),
        Put(
            an_item(
                sort="6", unfinished="intake", due="2025-01-03", organization="ORG1", arrived="x"
            )
        ),
    )
    assert _sorts(state, "unfinished", "intake") == ["2", "1", "6"]
    assert _sorts(state, "unfinished", "intake", newest_first=True) == ["6", "1", "2"]
    assert _sorts(state, "unfinished", "intake", up_to="2025-01-02") == ["2", "1"]
    assert _sorts(state, "by_organization", "ORG1") == ["6"]
    assert _sorts(state, "by_organization", "ORG2") == []


def test_an_index_follows_updates_and_deletes(state: StateStore) -> None:
    state.commit(
        *(Put(an_item(sort=sort, unfinished="intake", due=f"2025-01-0{sort}")) for sort in "123")
    )
    state.commit(
        Update(Key("FILE#1", "1"), remove=("unfinished", "due")),
        Update(Key("FILE#1", "2"), set={"due": "2025-01-09"}),
        Delete(Key("FILE#1", "3")),
    )
    assert _sorts(state, "unfinished", "intake") == ["2"]
    assert _sorts(state, "unfinished", "intake", up_to="2025-01-08") == []


def test_an_index_that_the_table_does_not_have_is_refused(state: StateStore) -> None:
    with pytest.raises(UnfitError):
        list(state.query_index("nowhere", "x"))


def _sorts(
    state: StateStore,
    index: str,
    partition: str,
    up_to: str | None = None,
    *,
    newest_first: bool = False,
) -> list[Value]:
    return [
        item["sk"]
        for item in state.query_index(index, partition, up_to=up_to, newest_first=newest_first)
    ]


def test_new_items_are_put_and_taken_places_are_told(state: StateStore) -> None:
    items = [
        an_item(
            f"USDP#{number}", "ID", sdp=f"it's {number}", n=Decimal("1.5"), l=[None, {"a": True}]
        )
        for number in range(60)
    ]
    items[7] = an_item("USDP#7", "ID", **{"odd 'name\" ?": 1})
    state.commit(Put(an_item("USDP#3", "ID", sdp="another")), Put(items[30]))
    found = state.put_all_new(items)
    assert found == [
        {3: an_item("USDP#3", "ID", sdp="another"), 30: items[30]}.get(number)
        for number in range(60)
    ]
    assert state.get_many(Key(f"USDP#{number}", "ID") for number in range(60)) == {
        Key(f"USDP#{number}", "ID"): found[number] or items[number] for number in range(60)
    }
    assert state.put_all_new(items) == [found[number] or items[number] for number in range(60)]


def test_of_new_items_with_one_key_the_first_is_put(state: StateStore) -> None:
    first, second, third = (an_item(owner=owner) for owner in ("A", "B", "C"))
    assert state.put_all_new([first, second, an_item("OTHER"), third]) == [None, first, None, first]
    assert state.get(KEY) == first


def test_no_new_items_are_nothing_to_do(state: StateStore) -> None:
    assert state.put_all_new([]) == []


@pytest.mark.parametrize("item", UNFIT_ITEMS)
def test_new_items_that_no_table_takes_are_refused(state: StateStore, item: Item) -> None:
    with pytest.raises(UnfitError):
        state.put_all_new([item])


def test_of_those_who_want_one_place_exactly_one_has_it(state: StateStore) -> None:
    def want(name: str) -> bool:
        return accepted(state, Put(an_item(holder=name), Absent()), Check(Key("X", "X"), Absent()))

    with ThreadPoolExecutor(8) as pool:
        had = list(pool.map(want, "ABCDEFGH"))
    assert had.count(True) == 1
    assert state.get(KEY) == an_item(holder="ABCDEFGH"[had.index(True)])


def test_counting_with_conditions_loses_nothing(state: StateStore) -> None:
    state.commit(Put(an_item(version=0)))

    def add_ten(_: int) -> None:
        for _ in range(10):
            while True:
                found: Any = state.get(KEY)
                version = found["version"]
                condition = Equal("version", version)
                if accepted(state, Update(KEY, set={"version": version + 1}, condition=condition)):
                    break

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_ten, range(4)))
    assert state.get(KEY) == an_item(version=40)
