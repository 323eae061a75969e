"""What came of a run: the content of `run.json` and of `files.csv`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mdmr.exchange.ledger.events import est_iso
from mdmr.exchange.ledger.receipts import FileState

NO_RECEIPT = "NO RECEIPT"
OTHER = "other"


@dataclass(frozen=True)
class FileEnd:
    """One inbound object at the end of the run.

    Attributes:
        arrived: when it came.
        prefix: the organization whose prefix it lies in.
        name: the file's name.
        file_id: its type, `other` when the name does not tell.
        state: the state of its receipt, NO RECEIPT when it has none.
        code: why it was refused.
        since: when it came into that state.
        reason: what the hub notes with the state.
        records: its detail records.
        kept: why it rightly is in no final state, empty when it is in one or should be.
    """

    arrived: datetime
    prefix: str
    name: str
    file_id: str
    state: str
    code: str = ""
    since: datetime | None = None
    reason: str = ""
    records: int = 0
    kept: str = ""

    @property
    def final(self) -> bool:
        """Whether it is in a final state."""
        return self.state in (FileState.DONE.value, FileState.REJECTED.value)

    @property
    def done(self) -> datetime | None:
        """When its final state was reached, None when it is in none."""
        return self.since if self.final else None


@dataclass(frozen=True)
class Delivered:
    """One outbound file: for whom, its name, its type and its detail records."""

    organization: str
    name: str
    file_id: str
    records: int


@dataclass
class Outcome:
    """What came of a run; it is filled as the run goes on.

    Attributes:
        start: the virtual start.
        end: the virtual time that was reached.
        wall_seconds: how long it took.
        files: every inbound object.
        delivered: every outbound file.
        used: the counters of the embedded AWS.
        processor_seconds: of the embedded AWS and its functions.
        not_reached: uploads of the scenario after the end of the run.
        failures: what failed inside, one text each.
    """

    start: datetime
    end: datetime
    wall_seconds: float = 0.0
    files: list[FileEnd] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    processor_seconds: float = 0.0
    not_reached: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether something failed inside."""
        return bool(self.failures)

    @property
    def still_open(self) -> list[FileEnd]:
        """The inbound objects that are in no final state."""
        return [each for each in self.files if not each.final]

    def data(self) -> dict[str, Any]:
        """Return the content of `run.json`."""
        return {
            "virtual_start": est_iso(self.start),
            "virtual_end": est_iso(self.end),
            "wall_seconds": round(self.wall_seconds, 2),
            "files_in": _by_type([each.file_id for each in self.files]),
            "files_out": _by_type([each.file_id for each in self.delivered]),
            "records_in": sum(each.records for each in self.files),
            "records_out": sum(each.records for each in self.delivered),
            "executions": self.used.get("executions_started", 0),
            "function_calls": self.used.get("lambda_invocations", 0),
            "peak_memory_bytes": self.used.get("peak_memory_bytes", 0),
            "uploads_not_reached": self.not_reached,
            "still_open": [_open(each) for each in self.still_open],
            "failures": list(self.failures),
        }


def _by_type(file_ids: list[str]) -> dict[str, int]:
    return dict(sorted(Counter(file_ids).items()))


def _open(each: FileEnd) -> dict[str, str]:
    return {
        "prefix": each.prefix,
        "file_name": each.name,
        "state": each.state,
        "reason": each.kept or each.reason,
    }
