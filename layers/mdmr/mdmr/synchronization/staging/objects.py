"""What staging lays down in the data bucket; of two who do the same, the first one's stays.

| What | Key under `synchronization/<set>/` |
|---|---|
| rows of a segment, or of a range | `segments/<file>-<segment>.records` |
| findings of a segment, or of a range | `segments/<file>-<segment>.findings` |
| what a range had of the frame | `segments/<file>-<segment>.seen` |
| rows of a stretch of them, ordered by parts | `segments/<file>-<segment>.<stretch>` |
| a part, and the findings about it | `parts/<part>.records`, `parts/<part>.findings` |
| findings about the set; the list of its parts | `set.findings`, `gathered` |

In the name of a range, its bytes follow the segment: `<file>-<segment>-<start>-<end>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mdmr.jobs.objects import put_if_absent
from mdmr.ports.objects import ObjectStore
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging.findings import (
    Finding,
    Summary,
    decode,
    decode_summary,
    encode,
)
from mdmr.synchronization.staging.parts import folder


def segment_key(set_id: SetId, number: str, segment: str, what: str) -> str:
    """Return the key of something of a segment."""
    return range_key(set_id, f"{number}-{segment}", what)


def range_key(set_id: SetId, name: str, what: str) -> str:
    """Return the key of something of a segment or a range, by its name."""
    return f"{folder(set_id)}/segments/{name}.{what}"


def part_findings_key(set_id: SetId, part: str) -> str:
    """Return the key of the findings about a part."""
    return f"{folder(set_id)}/parts/{part}.findings"


def set_findings_key(set_id: SetId) -> str:
    """Return the key of the findings about the set."""
    return f"{folder(set_id)}/set.findings"


def gathered_key(set_id: SetId) -> str:
    """Return the key of the list of parts."""
    return f"{folder(set_id)}/gathered"


def put_findings(data: ObjectStore, key: str, total: Summary, found: Iterable[Finding]) -> None:
    """Write findings with their summary, unless they lie there."""
    put_if_absent(data, key, encode(total, found))


def summary_of(data: ObjectStore, key: str) -> Summary:
    """Return the summary of an object with findings. Raises ObjectMissingError."""
    return decode_summary(data.stream(key))


def findings_of(data: ObjectStore, key: str) -> Iterator[Finding]:
    """Yield the findings of an object. Raises ObjectMissingError."""
    return decode(data.stream(key))
