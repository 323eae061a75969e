"""Batches: the items of a job in so many groups as the map of a state machine runs at once.

One call for each item would fill the history of an execution, which ends at 25,000 events.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, pairwise
from typing import TypeVar

MAX_BATCHES = 40
_T = TypeVar("_T")


def batches(items: Sequence[_T]) -> list[list[_T]]:
    """Return items in their order in at most `MAX_BATCHES` lists; sizes differ by at most one."""
    count = min(MAX_BATCHES, len(items))
    edges = [number * len(items) // count for number in range(count + 1)] if count else []
    return [list(items[start:end]) for start, end in pairwise(edges)]


def chunks(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Yield items in their order in lists of `size`, the last one with what is left.

    Takes no more items than it has yielded and the list under way.
    """
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


@contextmanager
def without_collection() -> Iterator[None]:
    """Switch the search for reference cycles off for a block.

    Objects without cycles are freed as always. A search walks all objects in memory, again and
    again: with millions of records that takes longer than the work itself.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
