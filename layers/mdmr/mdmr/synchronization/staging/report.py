"""IR14: every finding of staging, with the sums of the set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from msgspec import Struct

from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.synchronization_reports import STAGING
from mdmr.synchronization.codes_staging import (
    LOADED,
    LOADED_WITH_WARNINGS,
    NOT_LOADED,
    STAGING_CODES,
)
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging.findings import Finding, Summary

_DETAIL = STAGING.details[0]


class Staged(Struct, frozen=True):
    """What staging a set came to, as the status record tells it; `total` sums all findings."""

    set_id: SetId
    sequence: int
    extracted: datetime | None
    start: datetime
    end: datetime
    total: Summary

    @property
    def status(self) -> str:
        """The STL Status."""
        if self.total.errors:
            return NOT_LOADED
        return LOADED_WITH_WARNINGS if self.total.warnings else LOADED


def status_line(staged: Staged) -> str:
    """Return the status record of the report."""
    if STAGING.status is None:
        raise AssertionError  # its layout has one
    total = staged.total
    return records.write(
        STAGING.status,
        (
            *staged.set_id,
            staged.sequence,
            staged.extracted,
            staged.start,
            staged.end,
            staged.status,
            total.details,
            total.errors,
            total.warnings,
        ),
    )


def detail_line(finding: Finding, names: Mapping[tuple[str, str], str]) -> str:
    """Return the detail record of a finding; `names` are the set's files by number and segment."""
    number, segment, line = finding.place
    code = STAGING_CODES[finding.code]
    return records.write(
        _DETAIL,
        (
            number,
            segment,
            names[number, segment],
            line,
            finding.type,
            finding.usdp,
            finding.entity,
            finding.field,
            finding.value,
            code.severity.value,
            code.code,
            code.text,
        ),
    )


def bodies(
    findings: Iterable[Finding], names: Mapping[tuple[str, str], str], most: int
) -> Iterator[tuple[bytes, int]]:
    """Yield the detail records of the report in parts of at most `most`, with their numbers.

    There is at least one part, even without any finding.
    """
    left = iter(findings)
    part = list(islice(left, most))
    while True:
        yield records.body(detail_line(each, names) for each in part), len(part)
        part = list(islice(left, most))
        if not part:
            return
