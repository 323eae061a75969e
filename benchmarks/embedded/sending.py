"""What is sent: two P-Syncs of one LDC, the second with a little changed, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from mdmr.calendar.instants import EST
from mdmr.identifiers.numbers import number_key
from mdmr.ports.state import Item
from mdmr.synchronization.set_id import SetId

from benchmarks.synchronization.answer import Row, digest
from benchmarks.synchronization.hub import row_of
from benchmarks.synchronization.sets import (
    CYCLES,
    LDC,
    RECORDS_PER_SDP,
    Sending,
    usdp,
    way,
    write_manifest,
    write_set,
)

START = datetime(2025, 10, 2, tzinfo=EST)
SCHEDULE = f"{LDC}.{LDC}.8000.00.20251002000500.DAT"
DOCUMENT: dict[str, Any] = {
    "organizations": [
        {"org_id": LDC, "name": "LDC", "roles": ["LDC"]},
        {"org_id": "ORG22222", "name": "Agent", "roles": ["AGENT"]},
        {"org_id": "ORG33333", "name": "AMI", "roles": ["AMI"]},
    ],
}
_LINES_PER_SEGMENT = 250_000


class Sent(NamedTuple):
    """A set: how it is named, when it comes, and its files by name."""

    id: SetId
    at: datetime
    files: dict[str, Path]


class Answered(NamedTuple):
    """What the LDC was told of a set: IR14's status, IR06's and IR07's, and a digest of rows."""

    staged: str
    done: str
    changes: int
    exceptions: int
    rows: str


def write_sets(folder: Path, sdps: int) -> list[Sent]:
    """Write both sets into a folder and return them in their order."""
    first = Sending("first", "202510021000", datetime(2025, 10, 2, 8, tzinfo=EST))
    sent = []
    for sequence, sending in enumerate((first, Sending("second")), start=1):
        own = folder / sending.tx_id
        files = write_set(own, sending, sdps, changed=sequence > 1, most=_LINES_PER_SEGMENT)
        files.append(write_manifest(own, sending, files, sequence))
        at = datetime.strptime(sending.minute, "%Y%m%d%H%M").replace(tzinfo=EST)
        paths = {each.name: own / each.name for each in files}
        sent.append(Sent(SetId(LDC, LDC, "3000", sending.tx_id), at, paths))
    return sent


def schedule() -> bytes:
    """Return the Billing Cycle Schedule that has the cycles of the sets."""
    periods = [f"DTL|{cycle}|20251101|20251201|A" for cycle in CYCLES]
    head = [f"FNR|{SCHEDULE}", f"FHR|8000|00|{LDC}|{LDC}|20251002000500|{len(periods)}"]
    return "".join(f"{line}\n" for line in (*head, *periods)).encode()


def numbers(sdps: int) -> Iterator[Item]:
    """Yield the items of the Universal SDP IDs, as a 1000 leaves them in the directory."""
    for index in range(sdps):
        key = number_key(usdp(index))
        yield {
            "pk": key.partition,
            "sk": key.sort,
            "ldc": LDC,
            "sdp_id": f"SP-{index:07d}",
            "request": "before",
            "epoch": 0,
        }


def answered(reports: Iterable[tuple[str, bytes]]) -> Answered:
    """Return what the reports of one set tell, given as type and content, in order."""
    status: dict[str, str] = {}
    rows: list[Row] = []
    for kind, content in reports:
        lines = content.decode("ascii").splitlines()
        status[kind] = next(line for line in lines if line.startswith("STS"))
        if kind in ("IR06", "IR07"):
            rows += (row_of(kind, each.split("|")) for each in lines if each.startswith("DTL"))
    told = status["IR14"], status["IR06"]
    exceptions = sum(row.what.startswith("Y") for row in rows)
    return Answered(*told, len(rows) - exceptions, exceptions, digest(rows))


def check(first: Answered, second: Answered, sdps: int, alone: str) -> None:
    """Raise AssertionError unless the sets came to what they must.

    `alone` is the digest of the rows to which the hub's steps alone come for the second set.
    """
    records = sdps * RECORDS_PER_SDP
    refused = sum(way(index) == "BCID" for index in range(sdps))
    assert first.staged.endswith(f"|00|{records}|0|0"), first
    assert first.done.endswith(f"|00|COMPLETE|{records}|{records}|0"), first
    assert (first.changes, first.exceptions) == (records, 0), first
    assert second.staged.endswith(f"|00|{records}|0|0"), second
    ended = "01|COMPLETE WITH EXCEPTIONS" if refused else "00|COMPLETE"
    assert second.done.endswith(f"|{ended}|{records}|{second.changes}|{refused}"), second
    assert (second.exceptions, second.rows) == (refused, alone), second
