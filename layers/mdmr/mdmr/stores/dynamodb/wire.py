"""Items as DynamoDB's API writes them: each value under the letter of its type.

An own pair of functions instead of boto3's: those take every type there is and check each value
several times. These take the types of the port, whole numbers as int, and know no binary, no set.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from mdmr.ports.state import Item, Key, Value
from mdmr.stores.limits import fit_number, fit_text, is_list, unfit

WireValue: TypeAlias = dict[str, Any]
WireItem: TypeAlias = dict[str, WireValue]


def to_wire(value: Value) -> WireValue:
    """Return a value as the API takes it. Raises UnfitError for a type no table takes."""
    if isinstance(value, str):
        return {"S": fit_text(value)}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | Decimal):
        return {"N": str(fit_number(value))}
    if value is None:
        return {"NULL": True}
    if isinstance(value, Mapping):
        return {"M": item_to_wire(value)}
    if is_list(value):
        return {"L": [to_wire(each) for each in value]}
    raise unfit(value)


def item_to_wire(item: Item) -> WireItem:
    """Return an item as the API takes it. Raises UnfitError for what no table takes."""
    wire = {}
    for name, value in item.items():
        if not isinstance(name, str):
            raise unfit(name)
        wire[fit_text(name)] = to_wire(value)
    return wire


def key_to_wire(key: Key) -> WireItem:
    """Return a key as the API takes it."""
    return {"pk": {"S": key.partition}, "sk": {"S": key.sort}}


def from_wire(wire: Mapping[str, Any]) -> Value:
    """Return the value that the API gave."""
    for kind, content in wire.items():
        if kind == "S":
            return str(content)
        if kind == "N":
            return _number(content)
        if kind == "M":
            return item_from_wire(content)
        if kind == "L":
            return [from_wire(each) for each in content]
        if kind == "BOOL":
            return bool(content)
        if kind == "NULL":
            return None
    raise TypeError(f"a value of an unknown type: {list(wire)}")


def item_from_wire(wire: Mapping[str, Any]) -> Item:
    """Return the item that the API gave."""
    return {name: from_wire(value) for name, value in wire.items()}


def _number(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        return fit_number(Decimal(text))
