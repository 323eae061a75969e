"""The page of codes of single files: intake, Universal SDP IDs, Billing Cycle Schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.identifiers.requests import MEANINGS
from mdmr.schedules.codes import MEANINGS as SCHEDULE_MEANINGS

from tools.code_sections import Section, lines, linked

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]
_SEVERITY = {
    "E": "IR03, an error: the hub rejects the whole schedule.",
    "W": "IR03, a warning: the hub loads the schedule.",
}


def intake() -> Iterator[Section]:
    """Yield the sections of the F codes."""
    for each in INTAKE_CODES.values():
        where = f"FR01. The hub rejects the whole file. Who can fix it: {each.acts.value}."
        yield Section(each.code, f"{each.code} {each.text}", each.condition, each.remedy, where)


def statuses() -> Iterator[Section]:
    """Yield the sections of the statuses of 2000."""
    for status, each in MEANINGS.items():
        title = f"Transaction Status {status.value} {status.name.replace('_', ' ')}"
        yield Section(f"2000-{status.value}", title, each.condition, each.remedy, "2000.")


def schedule() -> Iterator[Section]:
    """Yield the sections of the C codes."""
    for code, each in SCHEDULE_MEANINGS.items():
        title, where = f"{code.value} {each.text}", _SEVERITY[code.severity]
        yield Section(code.value, title, each.condition, each.remedy, where)


def sections() -> list[Section]:
    """Return all sections of the page."""
    return [*intake(), *statuses(), *schedule()]


def intake_codes(table: Table) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    about = {each.key: each for each in sections()}
    rejected = (
        (linked(about[each.code], each.code), each.text, each.condition, each.acts.value)
        for each in INTAKE_CODES.values()
    )
    answered = (
        (linked(about[f"2000-{status.value}"], status.value), each.condition)
        for status, each in MEANINGS.items()
    )
    scheduled = (
        (linked(about[code.value], code.value), code.severity, each.text, each.condition)
        for code, each in SCHEDULE_MEANINGS.items()
    )
    return [
        "# Codes",
        "",
        "Each code below leads to its own section: its meaning, what you must do, and an example.",
        "The [codes of synchronization](synchronization-codes.md) (IR10, IR14, IR07) have their",
        "own page.",
        "",
        "## Intake (FR01)",
        "",
        "Checks run in this order. The first check that fails rejects the whole file.",
        "",
        *table(("Code", "Text", "Meaning", "Who can fix it"), rejected),
        *(line for each in intake() for line in lines(each)),
        "",
        "## Transaction Status of 2000",
        "",
        *table(("Status", "Meaning"), answered),
        *(line for each in statuses() for line in lines(each)),
        "",
        "## Billing Cycle Schedules (IR03)",
        "",
        "A record gets its first error (E, which rejects the file) and every warning (W).",
        "",
        *table(("Code", "Severity", "Text", "Meaning"), scheduled),
        *(line for each in schedule() for line in lines(each)),
    ]
