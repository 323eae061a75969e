"""Conditions judged in memory as a table judges them."""

from __future__ import annotations

from decimal import Decimal

from mdmr.ports.state import (
    Absent,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    Equal,
    Item,
)
from mdmr.stores.memory.values import copied, kind, same


def holds(condition: Condition, item: Item | None) -> bool:
    """Return whether a condition is true of the item that was found (None: no item)."""
    found = {} if item is None else item
    match condition:
        case Absent(attribute):
            return attribute not in found
        case Equal(attribute, value):
            return attribute in found and same(found[attribute], copied(value))
        case AtMost(attribute, value):
            return _order(found, attribute, value) in (-1, 0)
        case AtLeast(attribute, value):
            return _order(found, attribute, value) in (0, 1)
        case AnyOf(conditions):
            return any(holds(each, item) for each in conditions)
        case AllOf(conditions):
            return all(holds(each, item) for each in conditions)


def _order(item: Item, attribute: str, value: str | int | Decimal) -> int | None:
    """Return -1, 0 or 1 as the attribute is below, at or above; None when not comparable."""
    if attribute not in item:
        return None
    found = item[attribute]
    if kind(found) != kind(value):
        return None
    return (found > value) - (found < value)  # type: ignore[operator]
