"""Lists of a table in memory, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mdmr.ports.state import Item, StateStore
from mdmr.stores.limits import Indexes
from mdmr.stores.memory.conditions import holds
from mdmr.stores.memory.state import HUB_STATE_INDEXES
from mdmr.stores.paging import PagedViews, Position, Read, Selection


class MemoryViews(PagedViews):
    """The Views on a table in memory."""

    def __init__(self, state: StateStore, indexes: Indexes = HUB_STATE_INDEXES) -> None:
        self._state = state
        self._indexes = indexes

    def _read(self, selection: Selection, start: Position | None, at_most: int) -> Read:
        looked_at = list(islice(self._after(selection, start), at_most))
        condition = selection.condition
        # A table, too, does not look whether there is more.
        return Read(
            [item for item in looked_at if condition is None or holds(condition, item)],
            len(looked_at),
            self._place(selection, looked_at[-1]) if len(looked_at) == at_most else None,
        )

    def _after(self, selection: Selection, start: Position | None) -> Iterator[Item]:
        newest_first = selection.newest_first
        if selection.index:
            items = self._state.query_index(
                selection.index, selection.partition, newest_first=newest_first
            )
        else:
            items = self._state.query(
                selection.partition, prefix=selection.prefix, newest_first=newest_first
            )
        for item in items:
            place = self._place(selection, item)
            passed = start is None or _order(place, start, newest_first=newest_first)
            if passed and place.order >= selection.since:
                yield item

    def _ordered_by(self, index: str) -> str:
        return self._indexes[index][1]


def _order(place: Position, start: Position, *, newest_first: bool) -> bool:
    """Return whether a place comes after a start."""
    one, other = ((each.order, each.partition, each.sort) for each in (place, start))
    return one < other if newest_first else one > other
