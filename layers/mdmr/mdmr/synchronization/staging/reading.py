"""Reading a segment of a set: its rows and what is wrong with them, laid down in the data bucket.

Nothing here takes more memory than two pieces of a file and a bounded number of findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.ports.hub import Hub
from mdmr.synchronization.sets import manifest
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.staging import objects, terms
from mdmr.synchronization.staging.findings import Finding, Summary, summary
from mdmr.synchronization.staging.frame import Expected
from mdmr.synchronization.staging.segment import Segment
from mdmr.synchronization.staging.touching import touched

# With more, a segment is read once more to tell them, instead of keeping all in memory.
MOST_KEPT = 100_000
_HEAD = 2


def name_of(file: SetFile) -> str:
    """Return the name of a segment: file number and segment number."""
    return f"{file.number}-{file.segment}"


def read(hub: Hub, each: FileSet, files: Sequence[SetFile], segment: str) -> Summary:
    """Read a segment, one of the files of a set; what lies there from another run stays.

    Where it is told what the set may touch, only records about that are read.

    Raises KeyError where the set has no such file.
    """
    by_name = {name_of(file): file for file in files}
    file = by_name[segment]
    limits = terms.in_force(hub.state, each.id, each.stl_start or hub.clock.now())
    count = None
    if file.number != MANIFEST:
        listed = manifest.read(hub, by_name[f"{MANIFEST}-01"]).listed
        _, count = listed.get((file.number, file.segment), (None, None))
    expected = Expected(
        each.id, file.number, file.segment, file.name, limits.latest, each.extracted, count
    )

    held = touched(hub, each)
    only = None if held is None else held.ids

    def one_pass() -> Segment:
        pieces = hub.inbound.stream(file.key, file.version_id)
        return Segment(expected, limits.rules, pieces, only)

    key = objects.segment_key(each.id, file.number, file.segment, "records")
    reader = one_pass()
    kept = _Kept()
    size = _put(hub, key, _rows(reader, kept))
    frame = reader.frame()
    total = kept.total + summary(frame, details=reader.details, size=size, passed=reader.passed)
    found = kept.found if kept.whole else _again(one_pass)
    in_order = chain(
        (one for one in frame if one.place.line <= _HEAD),
        found,
        (one for one in frame if one.place.line > _HEAD),
    )
    key = objects.segment_key(each.id, file.number, file.segment, "findings")
    objects.put_findings(hub.data, key, total, in_order)
    return total


class _Kept:
    """Findings on their way: counted all, kept as long as they are few."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.total = Summary()
        self.whole = True

    def add(self, found: Finding) -> None:
        self.total += summary((found,))
        if len(self.found) < MOST_KEPT:
            self.found.append(found)
        else:
            self.whole = False


def _rows(reader: Segment, kept: _Kept) -> Iterator[bytes]:
    for each in reader.read():
        if isinstance(each, Finding):
            kept.add(each)
        elif each:
            yield each.encode("ascii", "replace")


def _again(one_pass: Callable[[], Segment]) -> Iterator[Finding]:
    return (each for each in one_pass().read() if isinstance(each, Finding))


def _put(hub: Hub, key: str, content: Iterator[bytes]) -> int:
    """Write rows, unless there are none, and return how many bytes lie there."""
    first = next(content, None)
    if first is None:
        return 0
    sizes: list[int] = []
    if objects.put_first(hub.data, key, _counted(chain((first,), content), sizes)):
        return sum(sizes)
    return hub.data.describe(key).size


def _counted(content: Iterable[bytes], sizes: list[int]) -> Iterator[bytes]:
    for each in content:
        sizes.append(len(each))
        yield each
