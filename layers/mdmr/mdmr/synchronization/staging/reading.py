"""Reading a segment of a set, or a range of it: its rows and what is wrong with them.

Nothing here takes more memory than two pieces of a file and a bounded number of findings. What is
read lies in the data bucket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.jobs.objects import put_if_absent, put_value
from mdmr.jobs.ranges import Range, lines_of
from mdmr.ports.hub import Hub
from mdmr.synchronization.sets import manifest
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.staging import limits, objects, terms
from mdmr.synchronization.staging.findings import Finding, Summary, summary
from mdmr.synchronization.staging.frame import Expected
from mdmr.synchronization.staging.ranges import name_of
from mdmr.synchronization.staging.segment import Segment
from mdmr.synchronization.staging.terms import Terms
from mdmr.synchronization.staging.touching import touched

_HEAD = 2


def terms_of(hub: Hub, each: FileSet) -> Terms:
    """Return the terms on which a set is staged."""
    return terms.in_force(hub.state, each.id, each.stl_start or hub.clock.now())


def expected_of(
    hub: Hub, each: FileSet, files: Sequence[SetFile], segment: str, agreed: Terms
) -> Expected:
    """Return what a segment of a set must agree with. Raises KeyError where there is no such."""
    by_name = {name_of(file): file for file in files}
    file, count = by_name[segment], None
    if file.number != MANIFEST:
        listed = manifest.read(hub, by_name[f"{MANIFEST}-01"]).listed
        _, count = listed.get((file.number, file.segment), (None, None))
    own = file.number, file.segment, file.name
    return Expected(each.id, *own, agreed.latest, each.extracted, count)


def read(hub: Hub, each: FileSet, files: Sequence[SetFile], cut: Range) -> Summary:
    """Read a segment or a range of one; what lies there from another run stays.

    Where it is told what the set may touch, only records about that are read. What is wrong with
    the frame of a segment is not known in a range: what it has of the frame is laid down instead.

    Raises KeyError where the set has no such file.
    """
    agreed = terms_of(hub, each)
    expected, rules = expected_of(hub, each, files, cut.of, agreed), agreed.rules
    (file,) = (one for one in files if name_of(one) == cut.of)
    held = touched(hub, each)
    only = None if held is None else held.ids

    def one_pass() -> Segment:
        pieces = lines_of(hub.inbound, file.key, file.version_id, cut)
        return Segment(expected, rules, pieces, only, first=not cut.start)

    reader = one_pass()
    kept = _Kept()
    size = _put(hub, objects.range_key(each.id, cut.name, "records"), _rows(reader, kept))
    frame = reader.frame() if cut.whole else []
    total = kept.total + summary(frame, details=reader.details, size=size, passed=reader.passed)
    found = kept.found if kept.whole else _again(one_pass)
    key = objects.range_key(each.id, cut.name, "findings")
    objects.put_findings(hub.data, key, total, in_order(frame, found))
    if not cut.whole:
        key = objects.range_key(each.id, cut.name, "seen")
        put_value(hub.data, key, reader.seen)
    return total


def in_order(frame: Sequence[Finding], found: Iterable[Finding]) -> Iterator[Finding]:
    """Return what is wrong with the frame of a segment and with its records, as it is reported."""
    return chain(
        (one for one in frame if one.place.line <= _HEAD),
        found,
        (one for one in frame if one.place.line > _HEAD),
    )


class _Kept:
    """Findings on their way: counted all, kept as long as they are few."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.total = Summary()
        self.whole = True

    def add(self, found: Finding) -> None:
        self.total += summary((found,))
        if len(self.found) < limits.MOST_KEPT:
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
    if put_if_absent(hub.data, key, _counted(chain((first,), content), sizes)):
        return sum(sizes)
    return hub.data.describe(key).size


def _counted(content: Iterable[bytes], sizes: list[int]) -> Iterator[bytes]:
    for each in content:
        sizes.append(len(each))
        yield each
