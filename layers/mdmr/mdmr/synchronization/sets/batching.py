"""Batches: what the steps of a set are called with, so many at once as a machine's map runs.

A step for each item would fill the history of an execution, which ends at 25,000 events.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

MOST = 40


def batches(items: Sequence[str]) -> list[list[str]]:
    """Return items in their order in at most `MOST` batches that differ by one item at most."""
    count = min(MOST, len(items))
    edges = [number * len(items) // count for number in range(count + 1)] if count else []
    return [list(items[a:b]) for a, b in pairwise(edges)]


def for_each(step: Callable[[dict[str, Any]], Any], event: dict[str, Any]) -> dict[str, Any]:
    """Do a step for each item of a batch in its order, or once where the event has no batch.

    `event["items"]` are the items and `event["each"]` is the name under which the step is given
    one. Lists that a step returns are returned in batches. No garbage is looked for meanwhile: what
    a step makes is freed when nobody refers to it, and millions of records would be walked again
    and again.
    """
    with _uncollected():
        return _done(step, event)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no cycle of references be looked for, if any would be."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def _done(step: Callable[[dict[str, Any]], Any], event: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in event.items() if name not in ("items", "each")}
    for item in event.get("items", ()):
        step({**given, event["each"]: item})
    if "items" in event:
        return {}
    found = step(given)
    return {name: batches(one) if isinstance(one, list) else one for name, one in found.items()}
