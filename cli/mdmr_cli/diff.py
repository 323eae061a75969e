"""A plan as a person reads it: like a diff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ADDED, _REMOVED, _CHANGED, _PLAIN = "green", "red", "yellow", "default"
_NUMBER = "number "
_MAX_NUMBERS = 20


def lines(changes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the lines of a plan, each with its style; what stays the same is only counted.

    Of more than `_MAX_NUMBERS` numbers from before the first and the last are told.
    """
    due = [each for each in changes if each["action"] != "same"]
    numbers = [each for each in due if str(each["what"]).startswith(_NUMBER)]
    if len(numbers) > _MAX_NUMBERS:
        due = [each for each in due if not str(each["what"]).startswith(_NUMBER)]
    for change in due:
        if change["action"] == "add":
            yield f"+ {change['what']}", _ADDED
            yield f"+     {change['after']}", _ADDED
        else:
            yield f"~ {change['what']}", _CHANGED
            yield f"-     {change['before']}", _REMOVED
            yield f"+     {change['after']}", _ADDED
    if len(numbers) > _MAX_NUMBERS:
        yield f"+ {len(numbers)} numbers, from {numbers[0]['what']}", _ADDED
        yield f"+     to {numbers[-1]['what']}", _ADDED
    counted = [change["action"] for change in changes]
    added, changed, same = (counted.count(each) for each in ("add", "change", "same"))
    yield f"{added} to add, {changed} to change, {same} the same", _PLAIN
