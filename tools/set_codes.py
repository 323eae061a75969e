"""The page of what is reported of a synchronization set: the I, S and Y codes, two statuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mdmr.synchronization.codes_incomplete import INCOMPLETE_CODES
from mdmr.synchronization.codes_processing import REFUSALS
from mdmr.synchronization.codes_processing import STATUSES as SYNC_STATUSES
from mdmr.synchronization.codes_staging import STAGING_CODES, Needs, Severity
from mdmr.synchronization.codes_staging import STATUSES as STL_STATUSES

from tools.code_sections import Section, lines, linked

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]
_CHECKED = {
    Needs.SET: "`mdmr check` finds this code before you send the set.",
    Needs.BOTH: "`mdmr check` finds this code, except for the cases that need the directory.",
    Needs.HUB: "Only the hub can find this code: it needs the directory or earlier sets.",
}
_SEVERITY = {
    Severity.ERROR: "an error, so the whole set fails",
    Severity.WARNING: "a warning, so the set is loaded",
}


def incomplete() -> Iterator[Section]:
    """Yield the sections of the I codes."""
    for each in INCOMPLETE_CODES.values():
        about = f"IR10, about {each.about.value}. The hub rejects the set {each.when.value}."
        yield Section(each.code, f"{each.code} {each.text}", each.condition, each.remedy, about)


def staging() -> Iterator[Section]:
    """Yield the sections of the S codes."""
    for each in STAGING_CODES.values():
        where = f"IR14, {_SEVERITY[each.severity]}. {_CHECKED[each.needs]}"
        yield Section(each.code, f"{each.code} {each.text}", each.condition, each.remedy, where)


def stl_statuses() -> Iterator[Section]:
    """Yield the sections of the STL statuses."""
    musts = ("Do nothing.", "Read the warnings.", "Fix the errors and send a new set.")
    for (status, means), must in zip(STL_STATUSES.items(), musts, strict=True):
        yield Section(f"STL-{status}", f"STL Status {status}", means, must, "IR14.")


def refusals() -> Iterator[Section]:
    """Yield the sections of the Y codes."""
    where = "IR07. The hub refuses this record and applies the others."
    for each in REFUSALS.values():
        yield Section(each.code, f"{each.code} {each.text}", each.condition, each.remedy, where)


def sync_statuses() -> Iterator[Section]:
    """Yield the sections of the synchronization statuses."""
    for each in SYNC_STATUSES.values():
        title = f"Synchronization Status {each.status} {each.text}"
        where = "IR06 and IR07."
        yield Section(f"SYNC-{each.status}", title, each.condition, each.follows, where)


def sections() -> list[Section]:
    """Return all sections of the page."""
    return [*incomplete(), *staging(), *stl_statuses(), *refusals(), *sync_statuses()]


def set_codes(table: Table) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    about = {each.key: each for each in sections()}
    of_incomplete = (
        (linked(about[each.code], each.code), each.text, each.about.value, each.when.value)
        for each in INCOMPLETE_CODES.values()
    )
    of_staging = (
        (linked(about[each.code], each.code), each.severity.value, each.text, each.needs.value)
        for each in STAGING_CODES.values()
    )
    of_refusals = (
        (linked(about[each.code], each.code), each.text, each.condition)
        for each in REFUSALS.values()
    )
    of_stl = (
        (linked(about[f"STL-{status}"], status), text) for status, text in STL_STATUSES.items()
    )
    of_sync = (
        (linked(about[f"SYNC-{each.status}"], each.status), each.text, each.condition)
        for each in SYNC_STATUSES.values()
    )
    return [
        "# Codes of synchronization",
        "",
        "Each code below leads to its own section: its meaning, what you must do, and an example.",
        "",
        "## A set that is rejected (IR10)",
        "",
        "The checks run in this order.",
        "",
        *table(("Code", "Text", "About", "Reported"), of_incomplete),
        *_all(incomplete()),
        "",
        "## Staging (IR14)",
        "",
        "E is an error: the whole set fails. W is a warning: the hub loads the set.",
        "",
        *table(("Code", "Severity", "Text", "Needs"), of_staging),
        *_all(staging()),
        "",
        "## STL Status (IR14)",
        "",
        *table(("Status", "Meaning"), of_stl),
        *_all(stl_statuses()),
        "",
        "## Processing (IR07)",
        "",
        "The checks run in this order. The first check that fails refuses the record, only this",
        "record.",
        "",
        *table(("Code", "Text", "Meaning"), of_refusals),
        *_all(refusals()),
        "",
        "## Synchronization Status (IR06, IR07)",
        "",
        *table(("Status", "Text", "Meaning"), of_sync),
        *_all(sync_statuses()),
    ]


def _all(found: Iterable[Section]) -> Iterator[str]:
    for each in found:
        yield from lines(each)
