"""What a table, a queue and a conductor take: kept alike by the memory twins and the AWS adapters.

A fault of the caller, never of the moment: it raises UnfitError (a ValueError) in both, before
anything is written, so that a test in memory fails where AWS would refuse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, Underflow
from math import ceil
from typing import TypeAlias, TypeGuard, cast

from mdmr.ports.outside import Grouped
from mdmr.ports.state import (
    PARTITION,
    SORT,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    Item,
    Key,
    Put,
    Update,
    Value,
    Write,
)

MOST_WRITES = 100
MOST_ITEM_BYTES = 400 * 1024
MOST_PARTITION_BYTES = 2048
MOST_SORT_BYTES = 1024
MOST_MESSAGE_BYTES = 256 * 1024
MOST_OBJECT_KEY_BYTES = 1024
MOST_DELAY_SECONDS = 900
MOST_HIDDEN_SECONDS = 43_200
MOST_TOKEN = 2048

Indexes: TypeAlias = Mapping[str, tuple[str, str]]
"""Index name to the attributes that are its partition and its order."""

_BEYOND_INTEGERS = 10**38
_NUMBERS = Context(
    prec=38, Emin=-130, Emax=125, traps=[Inexact, InvalidOperation, Overflow, Underflow]
)
_ORDERED_ID = re.compile(r"[!-~]{1,128}")
_EXECUTION_NAME = re.compile(r"[0-9A-Za-z_.-]{1,80}")


class UnfitError(ValueError):
    """Something that no table, queue or conductor would take, at any time."""


def fit_number(number: int | Decimal) -> int | Decimal:
    """Return a number as a table gives it back: whole ones as int, others as Decimal.

    Raises UnfitError beyond 38 digits.
    """
    if isinstance(number, Decimal):
        try:
            number = _NUMBERS.normalize(number)
        except ArithmeticError as fault:
            raise UnfitError("a number has at most 38 digits and is finite") from fault
        if not number.is_finite():
            raise UnfitError("a number is finite")
        if number != number.to_integral_value():
            return number
    whole = int(number)
    if not -_BEYOND_INTEGERS < whole < _BEYOND_INTEGERS:
        raise UnfitError("a number has at most 38 digits")
    return whole


def fit_text(text: str) -> str:
    """Return a plain string. Raises UnfitError when it cannot be written as UTF-8."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as fault:
            raise UnfitError("a text is not UTF-8") from fault
    return text if type(text) is str else str.__str__(text)


def is_list(value: object) -> TypeGuard[Sequence[Value]]:
    """Return whether a value that is no text is written as a list (bytes are not)."""
    return isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview)


def unfit(value: object) -> UnfitError:
    """Return the error for a value of a type that no table takes (float, bytes, set...)."""
    return UnfitError(f"a {type(value).__name__} is no value of an item")


def check_keys(key: Key) -> None:
    """Raise UnfitError unless both parts of a key are texts of a fit length."""
    partition, sort = key
    if not _is_text_within(partition, MOST_PARTITION_BYTES):
        raise UnfitError(f"a partition is a text of 1 to {MOST_PARTITION_BYTES} bytes")
    if not _is_text_within(sort, MOST_SORT_BYTES):
        raise UnfitError(f"a sort key is a text of 1 to {MOST_SORT_BYTES} bytes")


def _is_text_within(part: object, most: int) -> bool:
    # A Put takes it from its item, where it may be anything. No character takes more than four
    # bytes.
    if not isinstance(part, str):
        return False
    return 0 < 4 * len(part) <= most or 0 < len(part.encode()) <= most


def check_index_keys(item: Item, indexes: Indexes) -> None:
    """Raise UnfitError when an attribute that orders an index is not a text or is empty."""
    for attributes in indexes.values():
        for attribute in attributes:
            value = item.get(attribute, "-")
            if not isinstance(value, str) or not value:
                raise UnfitError(f"{attribute} is the key of an index and must be a text")


def key_written(write: Write) -> Key:
    """Return the key that a write is about. Raises UnfitError when a Put's item has none."""
    if not isinstance(write, Put):
        return write.key
    try:
        # That both are texts, `check_keys` asks.
        return Key(cast(str, write.item[PARTITION]), cast(str, write.item[SORT]))
    except KeyError as fault:
        raise UnfitError("an item carries its key in pk and sk") from fault


def check_items(items: Sequence[Item], indexes: Indexes) -> list[Key]:
    """Return the keys of items to put. Raises UnfitError where no table would take them."""
    keys = [key_written(Put(item)) for item in items]
    for key, item in zip(keys, items, strict=True):
        check_keys(key)
        check_index_keys(item, indexes)
    return keys


def check_writes(writes: Sequence[Write], indexes: Indexes) -> list[Key]:
    """Return the keys of a commit's writes. Raises UnfitError where no table would take them."""
    if not 1 <= len(writes) <= MOST_WRITES:
        raise UnfitError(f"a commit has 1 to {MOST_WRITES} writes, not {len(writes)}")
    return _checked(writes, indexes)


def check_puts(puts: Sequence[Put], indexes: Indexes) -> list[Key]:
    """Return the keys of any number of puts. Raises UnfitError where no table would take them."""
    return _checked(puts, indexes)


def _checked(writes: Sequence[Write], indexes: Indexes) -> list[Key]:
    keys = [key_written(write) for write in writes]
    if len(set(keys)) != len(keys):
        raise UnfitError("one key is written twice at once")
    for key, write in zip(keys, writes, strict=True):
        check_keys(key)
        if write.condition is not None:
            check_condition(write.condition)
        if isinstance(write, Put):
            check_index_keys(write.item, indexes)
        elif isinstance(write, Update):
            _check_update(write)
            check_index_keys(write.set, indexes)
    return keys


def check_condition(condition: Condition) -> None:
    """Raise UnfitError for a condition that no table takes."""
    if isinstance(condition, AnyOf | AllOf):
        if not condition.conditions:
            raise UnfitError("a condition of conditions has at least one")
        for each in condition.conditions:
            check_condition(each)
        return
    _check_name(condition.attribute)
    if isinstance(condition, AtMost | AtLeast) and isinstance(condition.value, bool):
        raise UnfitError("a boolean has no order")


def _check_update(update: Update) -> None:
    touched = [*update.set, *update.remove]
    if not touched:
        raise UnfitError("an update sets or removes something")
    if PARTITION in touched or SORT in touched:
        raise UnfitError("an update cannot touch pk or sk")
    if len(set(touched)) != len(touched):
        raise UnfitError("an update touches one attribute twice")
    for name in touched:
        _check_name(name)


def _check_name(attribute: object) -> None:
    """Raise UnfitError unless an expression means this attribute, and no element of a list."""
    if not isinstance(attribute, str) or not attribute or "[" in attribute or "]" in attribute:
        raise UnfitError("an expression names an attribute by a text without brackets")


def message_text(message: Mapping[str, Value]) -> str:
    """Return a message as JSON. Raises UnfitError when it is no JSON object or above 256 KiB."""
    try:
        text = _MESSAGES.encode(message)
    except (TypeError, ValueError) as fault:
        raise UnfitError(
            "a message is made of texts, whole numbers, booleans, lists, objects"
        ) from fault
    if len(text) > MOST_MESSAGE_BYTES:
        raise UnfitError(f"a message has at most {MOST_MESSAGE_BYTES} bytes")
    return text


def delay_seconds(delay: timedelta) -> int:
    """Return the whole seconds that a queue hides a message for. Raises UnfitError beyond 900."""
    seconds = ceil(delay.total_seconds())
    if not 0 <= seconds <= MOST_DELAY_SECONDS:
        raise UnfitError("a message is delayed by at most 15 minutes")
    return seconds


def hidden_seconds(after: timedelta) -> int:
    """Return the whole seconds for which a received message is hidden. Raises UnfitError."""
    seconds = ceil(after.total_seconds())
    if not 0 <= seconds <= MOST_HIDDEN_SECONDS:
        raise UnfitError("a message is hidden for at most 12 hours")
    return seconds


def check_grouped(grouped: Grouped) -> None:
    """Raise UnfitError unless an ordered queue takes the id and the group of a message."""
    if not _ORDERED_ID.fullmatch(grouped.id) or not _ORDERED_ID.fullmatch(grouped.group):
        raise UnfitError("id and group have 1 to 128 letters, digits or punctuation marks")


def check_object_key(key: str) -> None:
    """Raise UnfitError unless a bucket takes this as the key of an object."""
    if not 0 < len(key.encode()) <= MOST_OBJECT_KEY_BYTES:
        raise UnfitError(f"an object key has 1 to {MOST_OBJECT_KEY_BYTES} bytes")


def check_execution_name(name: str) -> None:
    """Raise UnfitError unless the conductor takes this as the name of an execution."""
    if not _EXECUTION_NAME.fullmatch(name):
        raise UnfitError("the name of an execution has 1 to 80 letters, digits, '_', '-' or '.'")


def check_token(token: str) -> str:
    """Return the token of a task that waits. Raises UnfitError when the conductor gave no such."""
    if not 0 < len(token) <= MOST_TOKEN:
        raise UnfitError(f"the token of a task has 1 to {MOST_TOKEN} characters")
    return token


def _as_json(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


_MESSAGES = json.JSONEncoder(default=_as_json, separators=(",", ":"), allow_nan=False)
