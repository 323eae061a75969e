"""The page of what is told of a synchronization set: the I, S and Y codes, the two statuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mdmr.synchronization.codes_incomplete import INCOMPLETE_CODES
from mdmr.synchronization.codes_processing import REFUSALS
from mdmr.synchronization.codes_processing import STATUSES as SYNC_STATUSES
from mdmr.synchronization.codes_staging import STAGING_CODES
from mdmr.synchronization.codes_staging import STATUSES as STL_STATUSES

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]


def set_codes(table: Table) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    incomplete = (
        (each.code, each.text, each.about.value, each.condition, each.when.value, each.remedy)
        for each in INCOMPLETE_CODES.values()
    )
    staging = (
        (
            each.code,
            each.severity.value,
            each.text,
            each.condition,
            each.remedy,
            each.needs.value,
        )
        for each in STAGING_CODES.values()
    )
    refusals = ((each.code, each.text, each.condition, each.remedy) for each in REFUSALS.values())
    statuses = (
        (each.status, each.text, each.condition, each.follows) for each in SYNC_STATUSES.values()
    )
    return [
        "# Codes of synchronization",
        "",
        "## A set that is rejected (IR10)",
        "",
        *table(("Code", "Text", "About", "When it is so", "Told", "What you do"), incomplete),
        "",
        "## Staging (IR14)",
        "",
        "E: an error, the whole set fails. W: a warning, the set is loaded. `mdmr check` tells the",
        "codes that need no more than the set before it is sent.",
        "",
        *table(("Code", "Severity", "Text", "When", "What you do", "Needs"), staging),
        "",
        "### STL Status",
        "",
        *table(("Status", "Means"), iter(STL_STATUSES.items())),
        "",
        "## Processing (IR07)",
        "",
        "Asked in this order; the first that applies refuses the record, and that record only.",
        "",
        *table(("Code", "Text", "When", "What you do"), refusals),
        "",
        "### Synchronization Status (IR06, IR07)",
        "",
        *table(("Status", "Text", "When", "What follows"), statuses),
    ]
