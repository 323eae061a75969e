"""Objects that are written once: of two runs that do the same work, the first one's result stays.

A step can be repeated at any time, and two functions can run it at once. So a result has a key
that follows from its input, is written only where the key is free, and is read back from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from mdmr.ports.objects import Content, ObjectMissingError, ObjectStore, ObjectTakenError

_T = TypeVar("_T")


def put_if_absent(data: ObjectStore, key: str, content: Content) -> bool:
    """Write an object unless its key is taken; return whether it has these bytes now."""
    try:
        data.put_new(key, content)
    except ObjectTakenError:
        return False
    return True


def exists(data: ObjectStore, key: str) -> bool:
    """Return whether there is an object under a key."""
    try:
        data.describe(key)
    except ObjectMissingError:
        return False
    return True


def find(data: ObjectStore, key: str) -> bytes | None:
    """Return the bytes of an object, None where there is none."""
    try:
        return data.read(key)
    except ObjectMissingError:
        return None


def get_or_create(data: ObjectStore, key: str, make: Callable[[], bytes]) -> bytes:
    """Return the bytes of an object; where there is none, make and write them first.

    Of two that make it at once, both return the bytes of the one that was written first.
    """
    found = find(data, key)
    if found is None:
        made = make()
        found = made if put_if_absent(data, key, made) else data.read(key)
    return found


def put_value(data: ObjectStore, key: str, value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Write a value as JSON unless the key is taken; return whether it is this value now."""
    return put_if_absent(data, key, msgspec.json.encode(value))


def read_value(data: ObjectStore, key: str, kind: type[_T]) -> _T:
    """Return the value of an object. Raises ObjectMissingError, msgspec.ValidationError."""
    return msgspec.json.decode(data.read(key), type=kind)


def get_or_create_value(data: ObjectStore, key: str, kind: type[_T], make: Callable[[], _T]) -> _T:
    """Return the value of an object; where there is none, make and write it first."""
    found = get_or_create(data, key, lambda: msgspec.json.encode(make()))
    return msgspec.json.decode(found, type=kind)
