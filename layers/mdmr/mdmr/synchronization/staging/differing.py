"""What differs in a segment that is compared in ranges.

A range is held against the same stretch of the file that was accepted before, taken in proportion:
a file of nearly the same size has nearly the same lines there. Those that moved from one range to
another are in both differences, as those that moved to another segment are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from mdmr.ports.hub import Hub
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.staging import limits, objects
from mdmr.synchronization.staging.comparing import TooDifferentError, difference
from mdmr.synchronization.staging.ranges import Range, lines_of
from mdmr.synchronization.staging.snapshot import Kept, Snapshot
from mdmr.synchronization.staging.touching import Differing

_ENCODING = "latin-1"


def compare_range(hub: Hub, each: FileSet, file: SetFile, cut: Range, against: Snapshot) -> None:
    """Lay down what differs between a range of a segment and what a snapshot has there."""
    ours = lines_of(hub.inbound, file.key, file.version_id, cut)
    kept = {(one.number, one.segment): one for one in against.files}
    before = kept.get((file.number, file.segment))
    theirs = () if before is None else _there(hub, file, cut, before)
    try:
        found = difference(ours, theirs)
    except TooDifferentError:
        told = Differing(whole=True)
    else:
        told = Differing(_text(found.added), _text(found.gone), _text(found.repeated))
    _put(hub, each, cut.name, told)


def join_differences(hub: Hub, each: FileSet, ranges: Sequence[Range]) -> None:
    """Lay down what differs in a segment, once all its ranges are compared.

    Raises ObjectMissingError where one was not.
    """
    if ranges[0].whole:
        return
    told = Differing()
    for cut in ranges:
        key = objects.range_key(each.id, cut.name, "difference")
        own = msgspec.json.decode(hub.data.read(key), type=Differing)
        told = Differing(told.added + own.added, told.gone + own.gone, told.repeated + own.repeated)
        if own.whole or len(told.added) + len(told.gone) > limits.MOST_CARRIED:
            told = Differing(whole=True)
            break
    _put(hub, each, ranges[0].of, told)


def _there(hub: Hub, file: SetFile, cut: Range, before: Kept) -> Iterator[bytes]:
    new = hub.inbound.describe(file.key, file.version_id).size
    old = hub.inbound.describe(before.key, before.version_id).size
    start, end = (at * old // new for at in (cut.start, cut.end or new))
    there = Range(cut.number, cut.segment, start, end)
    return lines_of(hub.inbound, before.key, before.version_id, there)


def _text(lines: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(line.decode(_ENCODING) for line in lines)


def _put(hub: Hub, each: FileSet, name: str, told: Differing) -> None:
    key = objects.range_key(each.id, name, "difference")
    objects.put_first(hub.data, key, msgspec.json.encode(told))
