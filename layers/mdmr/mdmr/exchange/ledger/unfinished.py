"""Unfinished business: items that must be looked at again unless they are finished in time.

Such an item carries two attributes that put it into the index `unfinished`, and loses them when
it is finished. What the sweep picks up lies in one partition, so that it asks once; incidents,
which people work, lie in another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mdmr.calendar.instants import from_text, to_text
from mdmr.ports.state import Item, StateStore, Value

_INDEX = "unfinished"
_FOR_SWEEP, _FOR_PEOPLE = "OPEN", "INCIDENT"
# What a write removes when the item is finished.
MARKS = ("unfinished", "due")


def until(due: datetime) -> dict[str, Value]:
    """Return the attributes of an item that the sweep takes up when it is not finished by then."""
    return {"unfinished": _FOR_SWEEP, "due": to_text(due)}


def for_people(since: datetime) -> dict[str, Value]:
    """Return the attributes of an item that waits for a person since an instant."""
    return {"unfinished": _FOR_PEOPLE, "due": to_text(since)}


def overdue(state: StateStore, now: datetime) -> Iterator[Item]:
    """Yield the items that should have been finished by now, the longest overdue first."""
    return state.query_index(_INDEX, _FOR_SWEEP, up_to=to_text(now))


def due_of(item: Item) -> datetime:
    """Return when an item that is unfinished should be finished."""
    return from_text(str(item["due"]))


def kind_of(item: Item) -> str:
    """Return the first word of an item's partition: RECEIPT, DELIVERY, SLOT."""
    return str(item["pk"]).partition("#")[0]
