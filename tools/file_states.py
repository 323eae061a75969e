"""The page of a file's states: what each means, who is told, what may follow what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mdmr.exchange.files.codes import Acts
from mdmr.exchange.ledger.lifecycle import Phase, StateRule
from mdmr.exchange.ledger.states import MOVES, STATES, FileState
from mdmr.processes.lifecycle import LIFECYCLE

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
        "## Meaning of each state",
        "",
        *table(("State", "Meaning", "Who is notified", "Who must act"), states),
        "",
        "## Which state can follow which",
        "",
        "No other change of state is possible.",
        "",
        *table(("From", "To", "When"), moves),
    ]


def lifecycle(table: Table) -> list[str]:
    """Return the lines of the five phases, and of all states by phase."""
    rows = (
        (phase.value, what, f"`{_name(rule)}`", rule.meaning, _acts(rule))
        for phase in Phase
        for what, rules in LIFECYCLE.items()
        for rule in rules
        if rule.phase is phase
    )
    return [
        "## The five phases",
        "",
        "Each state belongs to one of five phases. `mdmr status --json` and `mdmr explain --json`",
        "give the phase and who must act. What the gateway keeps is waiting, whatever its state.",
        "",
        *table(("Phase", "Of", "State", "Meaning", "Who must act"), rows),
    ]


def _name(rule: StateRule[Any]) -> str:
    return rule.state if isinstance(rule.state, str) else str(rule.state.value)


def _acts(rule: StateRule[Any]) -> str:
    if rule.state is FileState.REJECTED:
        return "as its code says"
    acts: Acts | None = rule.acts
    if acts is None and rule.final:
        return "nobody: final"
    return acts.value if acts else "nobody"
