"""Any record that the hub stores, drawn by the types of its fields."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from importlib import import_module
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import mdmr
from hypothesis import strategies as st
from mdmr.calendar.instants import EST, FIRST, LAST
from mdmr.calendar.period import Period
from mdmr.ports.codec import SCHEMAS
from msgspec import Struct

# As they are read back: to the millisecond, in UTC where UTC has them.
_MILLISECONDS = (LAST - FIRST) // timedelta(milliseconds=1)
instants = st.one_of(
    st.integers(0, _MILLISECONDS),
    st.integers(0, 10_000),
    st.integers(_MILLISECONDS - 10_000, _MILLISECONDS),
).map(lambda milliseconds: FIRST + timedelta(milliseconds=milliseconds))
texts = st.text(st.characters(codec="utf-8"), max_size=12)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
whole = st.integers(-(10**12), 10**12)
exact = st.decimals(-(10**9), 10**9, allow_nan=False, places=6)
periods = st.builds(
    lambda start, length: Period(start, None if length is None else start + length),
    st.datetimes(datetime(1900, 1, 1), datetime(2900, 1, 1)).map(  # noqa: DTZ001 - its zone follows
        lambda each: each.replace(microsecond=0, tzinfo=EST)
    ),
    st.none() | st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
)

_INDEX_KEYS = ("organization", "unfinished")
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: whole,
    bool: st.booleans(),
    Decimal: exact,
    datetime: instants,
    date: st.dates(),
    type(None): st.none(),
    Period: periods,
    Any: st.none() | texts | whole,
}


def record_types() -> list[type[Struct]]:
    """Return every record type of the hub."""
    for module in pkgutil.walk_packages(mdmr.__path__, "mdmr."):
        import_module(module.name)
    ours = (kind for kind in SCHEMAS if kind.__module__.startswith("mdmr."))
    return sorted(ours, key=lambda kind: (kind.__module__, kind.__name__))


def records(kind: type[Struct]) -> st.SearchStrategy[Struct]:
    """Return a strategy for records of a type."""
    return values(kind)


def values(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - any annotation of a field
    """Return a strategy for what an annotation allows."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin in _SEVERAL:
        return _SEVERAL[origin](*inner)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    return _built(kind)


def _row(*inner: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - as above
    if inner[-1] is ...:
        return st.lists(values(inner[0]), max_size=3).map(tuple)
    return st.tuples(*map(values, inner))


_SEVERAL: dict[Any, Callable[..., st.SearchStrategy[Any]]] = {
    Union: lambda *inner: st.one_of(*map(values, inner)),
    UnionType: lambda *inner: st.one_of(*map(values, inner)),
    tuple: _row,
    frozenset: lambda inner: st.frozensets(values(inner), max_size=3),
    dict: lambda _, inner: st.dictionaries(names, values(inner), max_size=3),
    Mapping: lambda _, inner: st.dictionaries(names, values(inner), max_size=3),
    Sequence: lambda inner: st.lists(values(inner), max_size=3),
}


def _built(kind: Callable[..., Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    fields = getattr(kind, "__struct_fields__", None) or kind._fields  # type: ignore[attr-defined]
    # A table refuses an empty text in an attribute that is the key of an index.
    drawn = {name: names if name in _INDEX_KEYS else values(hints[name]) for name in fields}
    return st.builds(kind, **drawn)
