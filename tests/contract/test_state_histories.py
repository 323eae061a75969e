"""Any history of commits ends alike in memory and on DynamoDB."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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
    Write,
    key_of,
)
from mdmr.stores.limits import UnfitError, key_written
from mdmr.stores.memory.state import MemoryState
from msgspec.structs import replace

from tests.contract.conftest import Aws
from tests.contract.tables import new_table

_HISTORIES = itertools.count(1)

KEYS = [Key(partition, sort) for partition in "AB" for sort in ("1", "2", "21")]
ATTRIBUTES = ["number", "text", "any", "unfinished", "due"]

numbers = st.one_of(st.integers(-3, 3), st.decimals(-2, 2, allow_nan=False, places=1))
texts = st.sampled_from(["", "a", "b", "ab", "É"])
values = st.recursive(
    st.one_of(numbers, texts, st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("xy"), inner, max_size=2)
    ),
    max_leaves=4,
)
attributes = st.fixed_dictionaries(
    {},
    optional={
        "number": numbers,
        "text": texts,
        "any": values,
        "unfinished": st.sampled_from("ab"),
        "due": st.sampled_from("123"),
    },
)
comparable = st.one_of(numbers, texts)
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(
        st.builds(Absent, st.sampled_from(["pk", *ATTRIBUTES])),
        st.builds(Equal, st.sampled_from(ATTRIBUTES), values),
        st.builds(AtMost, st.sampled_from(ATTRIBUTES), comparable),
        st.builds(AtLeast, st.sampled_from(ATTRIBUTES), comparable),
    ),
    lambda inner: st.one_of(
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)
keys = st.sampled_from(KEYS)
maybe = st.one_of(st.none(), conditions)
removed = st.lists(st.sampled_from(ATTRIBUTES), max_size=2).map(tuple)


def _put(key: Key, content: Item, condition: Condition | None) -> Put:
    return Put({"pk": key.partition, "sk": key.sort, **content}, condition)


writes: st.SearchStrategy[Write] = st.one_of(
    st.builds(_put, keys, attributes, maybe),
    st.builds(Update, keys, attributes, removed, maybe),
    st.builds(Delete, keys, maybe),
    st.builds(Check, keys, conditions),
)
histories = st.lists(
    st.lists(writes, min_size=1, max_size=3, unique_by=key_written), min_size=1, max_size=8
)


@pytest.fixture(scope="module")
def table(embedded: Aws) -> StateStore:
    return new_table(embedded)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories)
def test_any_history_of_commits_ends_alike(table: StateStore, history: list[list[Write]]) -> None:
    memory = MemoryState()
    home = f"{next(_HISTORIES)}-"
    moved = [[_moved(write, home) for write in commit] for commit in history]
    for commit in moved:
        assert _outcome(memory, commit) == _outcome(table, commit)
    for partition in ("A", "B"):
        kept, expected = table.query(home + partition), memory.query(home + partition)
        assert _typed(list(kept)) == _typed(list(expected))
    for kind in ("a", "b"):
        assert _indexed(table, kind, home) == _indexed(memory, kind, home)


def _moved(write: Write, home: str) -> Write:
    """Return the write in a partition that only its history has."""
    if isinstance(write, Put):
        return Put({**write.item, "pk": f"{home}{write.item['pk']}"}, write.condition)
    return replace(write, key=Key(home + write.key.partition, write.key.sort))


def _indexed(state: StateStore, kind: str, home: str) -> list[object]:
    """Return the items of a history in an index partition; items due alike have no order."""
    found = state.query_index("unfinished", kind, up_to="2")
    ours = [item for item in found if str(item["pk"]).startswith(home)]
    assert ours == sorted(ours, key=lambda item: str(item["due"]))
    return [_typed(item) for item in sorted(ours, key=lambda item: (item["due"], key_of(item)))]


def _outcome(state: StateStore, commit: list[Write]) -> object:
    try:
        state.commit(*commit)
    except ConditionFailedError as failure:
        return _typed(failure.failed)
    except UnfitError:
        return "unfit"
    return "done"


def _typed(value: object) -> object:
    """Return a value whose equality tells True from 1 and 1 from Decimal(1)."""
    if isinstance(value, dict):
        return {name: _typed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return (type(value).__name__, str(value) if isinstance(value, Decimal) else value)
