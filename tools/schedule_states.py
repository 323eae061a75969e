"""The catalogue of the states of a Billing Cycle Schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from mdmr.schedules.files import FOLLOWING

Table: TypeAlias = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]


def schedule_states(table: Table) -> list[str]:
    """Return the lines of the states of a schedule file under work."""
    rows = (
        (f"`{state}`", ", ".join(f"`{each}`" for each in sorted(after)) or "final")
        for state, after in FOLLOWING.items()
    )
    return [
        "## Of a Billing Cycle Schedule",
        "",
        "The states of an 8000 in the state `PROCESSING`. With a final state the file is `DONE`.",
        "",
        *table(("State", "Can become"), rows),
    ]
