"""A plan as a person reads it: like a diff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ADDED, _REMOVED, _CHANGED, _PLAIN = "green", "red", "yellow", "default"


def lines(changes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the lines of a plan, each with its style; what stays the same is only counted."""
    same = 0
    for change in changes:
        if change["action"] == "same":
            same += 1
        elif change["action"] == "add":
            yield f"+ {change['what']}", _ADDED
            yield f"+     {change['after']}", _ADDED
        else:
            yield f"~ {change['what']}", _CHANGED
            yield f"-     {change['before']}", _REMOVED
            yield f"+     {change['after']}", _ADDED
    counted = [change["action"] for change in changes]
    added, changed = counted.count("add"), counted.count("change")
    yield f"{added} to add, {changed} to change, {same} the same", _PLAIN
