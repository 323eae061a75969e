"""Unfinished business: items that must be looked at again unless they are finished in time.

Such an item carries two attributes that put it into the index `unfinished`, and loses them when
it is finished. In the index each kind of item has partitions of its own, so that whoever looks
reads what concerns it; a kind of which there may be many has eight, as one partition of an index
takes a thousand writes a second. Incidents, which people work, lie in another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from typing import Final
from zlib import crc32

from mdmr.calendar.instants import from_text, to_text
from mdmr.ports.state import Item, Key, StateStore, Value

_INDEX = "unfinished"
_FOR_PEOPLE = "INCIDENT"
# What a write removes when the item is finished.
MARKS = ("unfinished", "due")
SHARDS: Final = {
    "RECEIPT": 8,
    "DELIVERY": 8,
    "SET": 8,
    "HELD": 8,
    "SLOT": 1,
    "NOTICE": 1,
    "GATE": 1,
}
"""The kinds of items that the sweep looks after, and how many partitions each has."""


def until(key: Key, due: datetime) -> dict[str, Value]:
    """Return the attributes of an item at a key that the sweep takes up if unfinished by then."""
    kind = _kind(key.partition)
    shard = crc32("#".join(key).encode()) % SHARDS[kind]
    return {"unfinished": _place(kind, shard), "due": to_text(due)}


def for_people(since: datetime) -> dict[str, Value]:
    """Return the attributes of an item that waits for a person since an instant."""
    return {"unfinished": _FOR_PEOPLE, "due": to_text(since)}


def overdue(state: StateStore, now: datetime, kinds: tuple[str, ...] = ()) -> Iterator[Item]:
    """Yield the items of these kinds (none named: of all) that should be finished by now.

    The longest overdue first.
    """
    places = [_place(kind, shard) for kind in kinds or SHARDS for shard in range(SHARDS[kind])]
    found = (state.query_index(_INDEX, place, up_to=to_text(now)) for place in places)
    return merge(*found, key=lambda item: str(item["due"]))


def due_of(item: Item) -> datetime:
    """Return when an item that is unfinished should be finished."""
    return from_text(str(item["due"]))


def kind_of(item: Item) -> str:
    """Return the first word of an item's partition: RECEIPT, DELIVERY, SLOT."""
    return _kind(str(item["pk"]))


def _kind(partition: str) -> str:
    return partition.partition("#")[0]


def _place(kind: str, shard: int) -> str:
    return f"OPEN#{kind}#{shard}"
