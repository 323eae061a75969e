from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st
from mdmr.ports.state import Value
from mdmr.stores.dynamodb.wire import from_wire, item_from_wire, item_to_wire, to_wire
from mdmr.stores.limits import UnfitError

values = st.recursive(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.integers(-(10**37), 10**37),
        st.decimals(-(10**20), 10**20, allow_nan=False, places=6),
        st.booleans(),
        st.none(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text("ab'é"), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values)
def test_values_are_written_so_that_boto3_reads_the_same(value: Value) -> None:
    written: Any = to_wire(value)
    read: Any = TypeDeserializer().deserialize(written)
    assert read == value


@given(values)
def test_values_that_boto3_wrote_are_read_as_they_were(value: Any) -> None:  # noqa: ANN401 - any value
    assert from_wire(TypeSerializer().serialize(value)) == value


@given(st.dictionaries(st.text("abc", min_size=1), values))
def test_an_item_comes_back_as_it_was_written(item: dict[str, Value]) -> None:
    assert item_from_wire(item_to_wire(item)) == item


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("-0", 0),
        ("1.0", 1),
        ("1E+2", 100),
        ("1.50", Decimal("1.5")),
        ("1E-7", Decimal("0.0000001")),
    ],
)
def test_whole_numbers_are_read_as_int_and_others_as_decimal(
    text: str, number: int | Decimal
) -> None:
    read = from_wire({"N": text})
    assert read == number
    assert type(read) is type(number)


@pytest.mark.parametrize("value", [0.5, b"raw", {"a"}, object(), bytearray(b"raw")])
def test_types_that_no_item_has_are_refused(value: Any) -> None:  # noqa: ANN401 - any type
    for unfit in (value, [value], {"inner": {"list": [value]}}):
        with pytest.raises(UnfitError):
            to_wire(unfit)


@pytest.mark.parametrize("wire", [{"B": b"raw"}, {"SS": ["a"]}, {}])
def test_types_that_no_item_of_ours_has_are_not_read(wire: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        from_wire(wire)
