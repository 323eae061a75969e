"""A set staged on this machine, in memory that does not grow with it: what IR14 would tell.

Rows lie in a folder while it is done; of the findings the first of each file are kept and all are
counted. The rules are those of the hub (`mdmr.synchronization.staging`); the directory, which is
not here, is taken to have whatever the set does not tell.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.ports.hub import Hub
from mdmr.synchronization.codes_staging import STAGING_CODES, Severity
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets.manifest import Manifest
from mdmr.synchronization.sets.rows import SetFile
from mdmr.synchronization.staging import gathering, terms
from mdmr.synchronization.staging.findings import Finding, Summary, about_row
from mdmr.synchronization.staging.frame import Expected
from mdmr.synchronization.staging.inventory import Inventory
from mdmr.synchronization.staging.judging import Directory, judge_rows
from mdmr.synchronization.staging.known import KnownSet
from mdmr.synchronization.staging.parts import Part
from mdmr.synchronization.staging.preview import nothing_lacks
from mdmr.synchronization.staging.report import Staged
from mdmr.synchronization.staging.rows import Row
from mdmr.synchronization.staging.segment import Segment

from mdmr_cli.first_findings import FirstFindings
from mdmr_cli.rows_on_disk import RowsOnDisk

# Of a set that fails anyway, more records that hang together are not compared with each other.
MAX_TOGETHER = 20_000


@dataclass(frozen=True)
class StagedSet:
    """What staging came to: by place, the first findings of each file and how many of each code.

    `staged` is what the status record of IR14 tells, None where records were checked by their
    layouts alone. `not_compared` are records that hang together and are too many to be compared.
    """

    found: dict[tuple[str, str], FirstFindings]
    staged: Staged | None = None
    not_compared: int = 0


class SetAtDesk:
    """The files of a set, to be staged on this machine.

    `hub` has the files in its inbound bucket, by the keys of `files`; `read` is the Manifest, None
    where it is not there or cannot be read. Of the findings of a file the first `most` are kept.
    """

    def __init__(
        self, hub: Hub, set_id: SetId, files: Sequence[SetFile], read: Manifest | None, most: int
    ) -> None:
        self._hub, self._set_id, self._files, self._read = hub, set_id, files, read
        self._started = hub.clock.now()
        self._terms = terms.by_default(set_id, self._started)
        self._found = {(file.number, file.segment): FirstFindings(most) for file in files}
        self._details = 0
        self._failed = False

    def by_layout(self) -> StagedSet:
        """Check each record by its layout and each file's frame; nothing is compared."""
        for file in self._files:
            # A Manifest that cannot be read has faults of its own.
            if file.number != MANIFEST or self._read is not None:
                for _ in self._rows(file):
                    pass
        return StagedSet(self._found)

    def stage(self) -> StagedSet:
        """Check all that staging checks. Raises ValueError without a Manifest, OSError."""
        if self._read is None:
            raise ValueError(self._set_id)
        with tempfile.TemporaryDirectory(prefix="mdmr-check-") as folder:
            rows = RowsOnDisk(Path(folder))
            for file in self._files:
                rows.add(file.number, file.segment, self._rows(file))
            for finding in gathering.set_findings(
                self._details, self._read.extracted, None, KnownSet()
            ):
                self._add(finding)
            not_compared = sum(map(self._judge, rows.parts()))
        return StagedSet(self._found, self._staged(self._read), not_compared)

    def _rows(self, file: SetFile) -> Iterator[str]:
        """Yield the rows of a file, and take what is wrong with it."""
        segment = Segment(
            self._expected(file), self._terms.rules, self._hub.inbound.stream(file.key)
        )
        for each in segment.read():
            if isinstance(each, Finding):
                self._add(each)
            elif each:
                yield each
        for finding in segment.frame():
            self._add(finding)
        if file.number != MANIFEST:
            self._details += segment.details

    def _expected(self, file: SetFile) -> Expected:
        own = (file.number, file.segment, file.name, self._terms.latest)
        if self._read is None:
            return Expected(self._set_id, *own)
        listed = self._read.listed.get((file.number, file.segment))
        count = None if listed is None else listed.details
        return Expected(self._set_id, *own, self._read.extracted, count)

    def _judge(self, rows: Iterable[Row]) -> int:
        """Judge the rows of a part; return how many are not, for being too many."""
        own: list[Row] = []
        left = 0
        for row in self._once(rows):
            if len(own) < MAX_TOGETHER or not self._failed:
                own.append(row)
            else:
                left += 1
        if left:
            return len(own) + left
        for finding in judge_rows(self._terms.judge, own, self._look_up):
            self._add(finding)
        return 0

    def _once(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows that say what no row before says, as far as that is remembered."""
        seen: set[tuple[str, tuple[str, ...]]] = set()
        for row in rows:
            said = (row.type, row.texts)
            if said in seen:
                self._add(about_row(row, "S101"))
                continue
            if len(seen) < MAX_TOGETHER or not self._failed:
                seen.add(said)
            yield row

    def _look_up(self, told: Inventory) -> Directory:
        return nothing_lacks(self._hub.directory, self._set_id.ldc, Part(), told)

    def _add(self, finding: Finding) -> None:
        self._failed = self._failed or finding.error
        self._found[finding.place.number, finding.place.segment].add(finding)

    def _staged(self, read: Manifest) -> Staged:
        counts = sum((each.counts for each in self._found.values()), Counter[str]())
        total = Summary(
            _of(Severity.ERROR, counts), _of(Severity.WARNING, counts), details=self._details
        )
        started, ended = self._started, self._hub.clock.now()
        return Staged(self._set_id, read.sequence, read.extracted, started, ended, total)


def _of(severity: Severity, counts: Counter[str]) -> int:
    return sum(n for code, n in counts.items() if STAGING_CODES[code].severity is severity)
