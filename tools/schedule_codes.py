"""The catalogue of what is found in Billing Cycle Schedules, and of the states of their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from mdmr.schedules.codes import MEANINGS
from mdmr.schedules.files import FOLLOWING

Table: TypeAlias = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]


def schedule_codes(table: Table) -> list[str]:
    """Return the lines of the codes of IR03; `table` makes those of a Markdown table."""
    rows = (
        (code.value, code.severity, each.text, each.condition, each.remedy)
        for code, each in MEANINGS.items()
    )
    return [
        "## Billing Cycle Schedules (IR03)",
        "",
        "A record has its first error (`E`, which refuses the file) and every warning (`W`).",
        "",
        *table(("Code", "Severity", "Text", "When", "What you do"), rows),
    ]


def schedule_states(table: Table) -> list[str]:
    """Return the lines of the states of a schedule file under work."""
    rows = (
        (f"`{state}`", ", ".join(f"`{each}`" for each in sorted(after)) or "final")
        for state, after in FOLLOWING.items()
    )
    return [
        "## Of a Billing Cycle Schedule",
        "",
        "How an 8000 is worked while the file is `PROCESSING`; it is `DONE` when this is final.",
        "",
        *table(("State", "May become"), rows),
    ]
