"""The page of a delivery's states: what each means, who is told, what may follow what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mdmr.exchange.ledger.lifecycle import StateRule
from mdmr.exchange.outbound.states import MOVES, STATES

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]


def delivery_states(table: Table) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    states = ((each.state, each.meaning, each.told, _acts(each)) for each in STATES.values())
    moves = ((each.start, each.to, each.when) for each in MOVES)
    return [
        "# States of a delivery",
        "",
        "A delivery starts as INTENDED or WITHHELD. If the hub sends a file again, the delivery is",
        "a new one.",
        "",
        *table(("State", "Meaning", "Who is notified", "Who must act"), states),
        "",
        *table(("From", "To", "When"), moves),
    ]


def _acts(rule: StateRule[str]) -> str:
    acts = rule.acts.value if rule.acts else "nobody"
    return f"{acts}: final" if rule.final else acts
