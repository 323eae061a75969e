from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from mdmr.ports.state import (
    Absent,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Check,
    Condition,
    ConditionFailedError,
    Delete,
    Equal,
    Item,
    Key,
    Put,
    StateStore,
    Update,
    Value,
    Write,
)
from mdmr.stores.limits import UnfitError

from tests.contract.states import KEY, UNFIT_ITEMS, accepted, an_item


def test_what_was_put_is_found_under_its_key(state: StateStore) -> None:
    state.commit(Put(an_item(state="ACCEPTED")))
    assert state.get(KEY) == an_item(state="ACCEPTED")


def test_nothing_is_found_where_nothing_was_put(state: StateStore) -> None:
    assert state.get(KEY) is None


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Île-Perrot 🔌",
        0,
        -12,
        10**37,
        Decimal("0.001"),
        Decimal("-1234567890.123456789"),
        True,
        False,
        None,
        [],
        ["a", 1, [None, {"b": False}]],
        {},
        {"lines": {"1": ["a", Decimal("1.5")], "": "empty names are fine inside"}},
    ],
)
def test_every_kind_of_value_comes_back_as_it_was(state: StateStore, value: Value) -> None:
    state.commit(Put(an_item(value=value)))
    found = state.get(KEY)
    assert found is not None
    assert found["value"] == value
    assert type(found["value"]) is type(value)


@pytest.mark.parametrize(
    ("given", "kept"), [(Decimal("1.0"), 1), (Decimal("1E+3"), 1000), ((1, 2), [1, 2])]
)
def test_whole_numbers_come_back_as_int_and_tuples_as_lists(
    state: StateStore, given: Value, kept: Value
) -> None:
    state.commit(Put(an_item(value=given)))
    found = state.get(KEY)
    assert found is not None
    assert found["value"] == kept
    assert type(found["value"]) is type(kept)


def test_what_is_kept_is_not_what_the_caller_holds(state: StateStore) -> None:
    lines = ["one"]
    kept = an_item(lines=["one"], unfinished="intake", due="d")
    state.commit(Put({**kept, "lines": lines}))
    lines.append("two")
    with pytest.raises(ConditionFailedError) as failure:
        state.commit(Check(KEY, Absent()))
    handed_out: list[Any] = [
        state.get(KEY),
        state.get_many([KEY])[KEY],
        *state.query("FILE#1"),
        *state.query_index("unfinished", "intake"),
        *state.put_all_new([kept]),
        failure.value.failed[0],
    ]
    assert handed_out == [kept] * 6
    for found in handed_out:
        found["lines"].append("three")
    assert state.get(KEY) == kept


@pytest.mark.parametrize("item", UNFIT_ITEMS)
def test_what_no_table_takes_is_refused_and_nothing_is_written(
    state: StateStore, item: Item
) -> None:
    with pytest.raises(UnfitError):
        state.commit(Put(item), Put(an_item("OTHER")))
    with pytest.raises(UnfitError):
        state.commit(Put(item))
    assert state.get(Key("OTHER", "RECEIPT")) is None


@pytest.mark.parametrize(
    "writes",
    [
        (),
        (Put(an_item()), Delete(KEY)),
        tuple(Put(an_item(sort=str(number))) for number in range(101)),
        (Update(KEY),),
        (Update(KEY, set={"pk": "FILE#2"}),),
        (Update(KEY, remove=("sk",)),),
        (Update(KEY, set={"a": 1}, remove=("a",)),),
        (Update(KEY, set={"due": None}),),
        (Check(KEY, AnyOf(())),),
        (Check(KEY, AllOf(())),),
        (Delete(Key("", "")),),
        (Check(KEY, Absent("list[0]")),),
        (Delete(KEY, Equal("", 1)),),
        (Update(KEY, set={"list[0]": 1}),),
        (Update(KEY, remove=("list]",)),),
    ],
)
def test_a_commit_that_no_table_takes_is_refused(
    state: StateStore, writes: tuple[Write, ...]
) -> None:
    with pytest.raises(UnfitError):
        state.commit(*writes)


@pytest.mark.parametrize("name", ["a.b", "and", "#0", ":0", "size", "Île"])
def test_conditions_and_updates_name_whole_attributes_whatever_their_names(
    state: StateStore, name: str
) -> None:
    state.commit(Put(an_item(a={"b": "inside"}, gone=1)))
    state.commit(Update(KEY, set={name: 1}, remove=("gone",), condition=Absent(name)))
    state.commit(Check(KEY, AllOf((Equal(name, 1), Absent("gone"), Equal("a", {"b": "inside"})))))
    with pytest.raises(ConditionFailedError):
        state.commit(Update(KEY, set={name: 2}, condition=Absent(name)))


@pytest.mark.parametrize("value", [{"S": "text"}, {"N": 1}, {"NULL": True}, {"M": {}}, {"SS": []}])
def test_a_map_that_looks_like_a_value_on_the_wire_stays_a_map(
    state: StateStore, value: Value
) -> None:
    state.commit(Update(KEY, set={"value": value}))
    state.commit(Check(KEY, Equal("value", value)))
    assert (state.get(KEY) or {})["value"] == value


def test_a_hundred_writes_are_one_commit(state: StateStore) -> None:
    state.commit(*(Put(an_item(sort=f"{number:03}")) for number in range(100)))
    assert len(list(state.query("FILE#1"))) == 100


def test_an_update_may_not_let_an_item_grow_too_large(state: StateStore) -> None:
    state.commit(Put(an_item(one="x" * 300_000)))
    with pytest.raises(UnfitError):
        state.commit(Update(KEY, set={"two": "x" * 200_000}))
    assert state.get(KEY) == an_item(one="x" * 300_000)


def test_an_update_sets_and_removes_and_keeps_the_rest(state: StateStore) -> None:
    state.commit(Put(an_item(state="ACCEPTED", due="d", unfinished="intake", size=4)))
    state.commit(
        Update(KEY, set={"state": "DONE", "lines": [1]}, remove=("due", "unfinished", "never"))
    )
    assert state.get(KEY) == an_item(state="DONE", lines=[1], size=4)


def test_an_update_makes_the_item_that_is_not_there(state: StateStore) -> None:
    state.commit(Update(KEY, set={"state": "DONE"}))
    assert state.get(KEY) == an_item(state="DONE")


def test_an_update_that_only_removes_makes_an_item_of_its_key(state: StateStore) -> None:
    state.commit(Update(KEY, remove=("due",)))
    assert state.get(KEY) == an_item()


def test_a_delete_removes_an_item_or_finds_none(state: StateStore) -> None:
    state.commit(Put(an_item()))
    state.commit(Delete(KEY))
    state.commit(Delete(KEY))
    assert state.get(KEY) is None


FOUND = an_item(text="b", number=5, yes=True, nothing=None, list=[1, {"a": "b"}])


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        (Absent(), False),
        (Absent("other"), True),
        (Absent("nothing"), False),
        (Equal("text", "b"), True),
        (Equal("text", "B"), False),
        (Equal("number", 5), True),
        (Equal("number", Decimal("5.0")), True),
        (Equal("number", "5"), False),
        (Equal("yes", value=True), True),
        (Equal("yes", 1), False),
        (Equal("nothing", None), True),
        (Equal("other", None), False),
        (Equal("list", [1, {"a": "b"}]), True),
        (Equal("list", (1, {"a": "b"})), True),
        (Equal("list", [True, {"a": "b"}]), False),
        (AtMost("number", 5), True),
        (AtMost("number", 4), False),
        (AtMost("number", Decimal("5.5")), True),
        (AtMost("number", "9"), False),
        (AtMost("other", 9), False),
        (AtLeast("number", 5), True),
        (AtLeast("number", 6), False),
        (AtLeast("text", "b"), True),
        (AtLeast("text", "ba"), False),
        (AtLeast("text", 0), False),
        (AtLeast("other", 0), False),
        (AnyOf((Absent(), Equal("text", "b"))), True),
        (AnyOf((Absent(), Equal("text", "c"))), False),
        (AllOf((Equal("text", "b"), AtMost("number", 5))), True),
        (AllOf((Equal("text", "b"), AtMost("number", 4))), False),
        (AllOf((AnyOf((Equal("text", "b"), Absent("text"))), AtMost("number", 4))), False),
        (AllOf((AtMost("number", 4), AnyOf((Absent("text"), Equal("text", "b"))))), False),
        (AnyOf((Equal("text", "b"), AllOf((Absent("text"), AtMost("number", 4))))), True),
        (AllOf((AnyOf((Absent("x"), Absent("text"))), AnyOf((Equal("number", 5),)))), True),
    ],
)
def test_a_condition_is_judged_on_the_item_found(
    state: StateStore, condition: Condition, *, true: bool
) -> None:
    state.commit(Put(FOUND))
    assert accepted(state, Check(KEY, condition)) is true
    assert accepted(state, Update(KEY, set={"seen": 1}, condition=condition)) is true
    assert accepted(state, Check(KEY, condition), Put(an_item("OTHER"))) is true
    assert (state.get(Key("OTHER", "RECEIPT")) is not None) is true


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        (Absent(), True),
        (Absent("text"), True),
        (Equal("text", "b"), False),
        (Equal("nothing", None), False),
        (AtMost("number", 5), False),
        (AtLeast("number", 5), False),
        (AnyOf((Absent(), AtLeast("epoch", 3))), True),
    ],
)
def test_a_condition_is_judged_where_no_item_is(
    state: StateStore, condition: Condition, *, true: bool
) -> None:
    assert accepted(state, Check(KEY, condition)) is true
    assert accepted(state, Put(an_item(), condition)) is true


def test_a_check_writes_nothing(state: StateStore) -> None:
    state.commit(Check(KEY, Absent()))
    assert state.get(KEY) is None


@pytest.mark.parametrize(
    "write",
    [
        Put(an_item(state="NEW"), Absent()),
        Update(KEY, set={"state": "NEW"}, condition=Equal("state", "OTHER")),
        Delete(KEY, Equal("state", "OTHER")),
        Check(KEY, Equal("state", "OTHER")),
    ],
)
def test_a_failed_condition_tells_what_was_found(state: StateStore, write: Write) -> None:
    state.commit(Put(an_item(state="OLD", lines=[1])))
    with pytest.raises(ConditionFailedError) as alone:
        state.commit(write)
    assert alone.value.failed == {0: an_item(state="OLD", lines=[1])}
    with pytest.raises(ConditionFailedError) as together:
        state.commit(Put(an_item("OTHER")), write, Check(Key("NONE", "X"), Equal("a", 1)))
    assert together.value.failed == {1: an_item(state="OLD", lines=[1]), 2: None}
    assert state.get(Key("OTHER", "RECEIPT")) is None
    assert state.get(KEY) == an_item(state="OLD", lines=[1])


def test_a_failed_condition_tells_that_nothing_was_found(state: StateStore) -> None:
    with pytest.raises(ConditionFailedError) as failure:
        state.commit(Update(KEY, set={"a": 1}, condition=Equal("version", 1)))
    assert failure.value.failed == {0: None}
    assert state.get(KEY) is None


def test_conditions_are_judged_on_what_was_there_before_the_commit(state: StateStore) -> None:
    state.commit(Put(an_item(sort="A", version=1)), Put(an_item(sort="B", version=1)))
    state.commit(
        Update(Key("FILE#1", "A"), set={"version": 2}, condition=Equal("version", 1)),
        Delete(Key("FILE#1", "B"), Equal("version", 1)),
        Put(an_item(sort="C"), Absent()),
        Check(Key("FILE#2", "A"), Absent()),
    )
    assert list(state.query("FILE#1")) == [an_item(sort="A", version=2), an_item(sort="C")]
