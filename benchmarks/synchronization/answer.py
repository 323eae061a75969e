"""What a P-Sync comes to, in a form in which contenders can be held to the same answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple


class Row(NamedTuple):
    """A line of IR06 (`what` is the action) or IR07 (the code; nothing but `new` and `start`)."""

    file: str
    entity: str
    attribute: str
    what: str
    old: str
    new: str
    start: str
    end: str


def digest(rows: Iterable[Row]) -> str:
    """Return a text that is equal for equal rows in any order: how many, and their hash."""
    lines = sorted("|".join(each) for each in rows)
    whole = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return f"{len(lines)} {whole[:16]}"
