"""Values as a table would give them back, and the bytes that they count for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import msgspec

from mdmr.ports.state import Item, Value
from mdmr.stores.limits import MOST_ITEM_BYTES, UnfitError, fit_number, fit_text, is_list, unfit

# Values that cannot be changed, as a table gives them back.
_PLAIN = frozenset({str, int, bool, Decimal, type(None)})


def copied(value: Value) -> Value:
    """Return a deep copy in the types a table gives back. Raises UnfitError for others."""
    # The usual types first, by what they are and not by what they could stand for: most of the
    # time of a test that writes much is spent here.
    exact = type(value)
    if exact is str:
        return fit_text(value)  # type: ignore[arg-type] # its type is seen
    if exact is bool or value is None:
        return value
    if exact is dict:
        return copied_item(value)  # type: ignore[arg-type] # as above
    if exact is list:
        return [copied(each) for each in value]  # type: ignore[union-attr] # as above
    return _copied_of_any_kind(value)


def _copied_of_any_kind(value: Value) -> Value:
    if isinstance(value, str):
        return fit_text(value)
    if isinstance(value, int | Decimal):
        return fit_number(value)
    if isinstance(value, Mapping):
        return copied_item(value)
    if is_list(value):
        return [copied(each) for each in value]
    raise unfit(value)


def copied_item(item: Item) -> dict[str, Value]:
    """Return a deep copy of an item. Raises UnfitError for what no table takes."""
    # Plain texts, which most of it is, are seen to be so without a call.
    return {
        name if type(name) is str and name.isascii() else _name(name): value
        if type(value) is str and value.isascii()
        else copied(value)
        for name, value in item.items()
    }


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise UnfitError("attributes have names")
    return fit_text(name)


class Kept(NamedTuple):
    """An item that was copied, and which of its attributes have values inside them."""

    item: Item
    deep: tuple[str, ...]

    @classmethod
    def of(cls, item: Item) -> Kept:
        """Return a copied item as it is kept."""
        return cls(item, tuple(name for name, value in item.items() if type(value) not in _PLAIN))

    def again(self) -> dict[str, Value]:
        """Return a deep copy: nothing in it is asked about again."""
        item = dict(self.item)
        for name in self.deep:
            item[name] = _again(item[name])
        return item


def _again(value: Value) -> Value:
    # Its exact type: it was copied before.
    if type(value) is dict:
        return {
            name: each if type(each) in _PLAIN else _again(each) for name, each in value.items()
        }
    if type(value) is list:
        return [each if type(each) in _PLAIN else _again(each) for each in value]
    return value


def same(one: Value, other: Value) -> bool:
    """Return whether two copied values are equal in kind and content (True is not 1)."""
    if type(one) is type(other) is str:
        return one == other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return kind(one) == kind(other) and one == other


def kind(value: Value) -> str:
    """Return a table's type letter of a copied value."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "BOOL"
    if isinstance(value, str):
        return "S"
    if isinstance(value, int | Decimal):
        return "N"
    return "M" if isinstance(value, Mapping) else "L"


def check_size(item: Item) -> None:
    """Raise UnfitError when a copied item is larger than a table takes (400 KB)."""
    # A short text of it tells enough: it has all bytes of texts, and a digit takes a byte at most.
    if 4 * len(msgspec.json.encode(item)) > MOST_ITEM_BYTES and _size(item) - 3 > MOST_ITEM_BYTES:
        raise UnfitError(f"an item has at most {MOST_ITEM_BYTES} bytes")


def _size(value: Value) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode())
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, int | Decimal):
        digits = len(Decimal(value).normalize().as_tuple().digits)
        return digits // 2 + 2
    if isinstance(value, Mapping):
        return 3 + sum(_size(name) + _size(each) for name, each in value.items())
    return 3 + sum(map(_size, value))
