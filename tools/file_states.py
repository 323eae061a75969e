"""The page of a file's states: what each means, who is told, what may follow what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mdmr.exchange.ledger.states import MOVES, STATES, FileState, StateRule

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]


def file_states(table: Table) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    states = ((each.state.value, each.meaning, each.told, _acts(each)) for each in STATES.values())
    moves = ((each.start.value, each.to.value, each.when) for each in MOVES)
    return [
        "# States of a file",
        "",
        "```mermaid",
        "flowchart TB",
        *(f"    {each.start.value} --> {each.to.value}" for each in MOVES),
        "```",
        "",
        "## What each means",
        "",
        *table(("State", "Means", "Who is told", "Who must act"), states),
        "",
        "## What may follow what",
        "",
        "A file takes no other step.",
        "",
        *table(("From", "To", "When"), moves),
    ]


def _acts(rule: StateRule) -> str:
    if rule.state is FileState.REJECTED:
        return "as its code tells"
    if rule.final:
        return "nobody: final"
    return rule.acts.value if rule.acts else "nobody"
