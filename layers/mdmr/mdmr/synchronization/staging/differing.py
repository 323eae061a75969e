"""What differs between a segment and the one that was accepted before, also where it is cut.

A range is held against the same stretch of the file that was accepted before, taken in proportion:
a file of nearly the same size has nearly the same lines there. Those that moved from one range to
another are in both differences, as those that moved to another segment are.

| What | Key under `synchronization/<set>/` |
|---|---|
| what differs in a segment, or in a range | `segments/<file>-<segment>.difference` |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from mdmr.jobs.objects import put_value, read_value
from mdmr.jobs.ranges import Range, lines_of
from mdmr.ports.hub import Hub
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.staging import limits, objects
from mdmr.synchronization.staging.comparing import TooDifferentError, difference
from mdmr.synchronization.staging.ranges import name_of
from mdmr.synchronization.staging.snapshot import Kept, Snapshot

ENCODING = "latin-1"


class Differing(Struct, frozen=True):
    """What differs in a segment: its lines of either side. `whole`: too much to be of use."""

    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    whole: bool = False


def compare(hub: Hub, each: FileSet, file: SetFile, cut: Range, against: Snapshot) -> None:
    """Lay down what differs between a segment, or a range of it, and what a snapshot has there."""
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
        own = _read(hub, each, cut.name)
        told = Differing(told.added + own.added, told.gone + own.gone, told.repeated + own.repeated)
        if own.whole or len(told.added) + len(told.gone) > limits.MOST_CARRIED:
            told = Differing(whole=True)
            break
    _put(hub, each, ranges[0].of, told)


def differing_of(hub: Hub, each: FileSet, file: SetFile) -> Differing:
    """Return what differs in a segment. Raises ObjectMissingError where it was not compared."""
    return _read(hub, each, name_of(file))


def text_of(line: bytes) -> str:
    """Return a line as text, whatever bytes it has."""
    return line.decode(ENCODING)


def _there(hub: Hub, file: SetFile, cut: Range, before: Kept) -> Iterator[bytes]:
    if cut.whole:
        return hub.inbound.stream(before.key, before.version_id)
    new = hub.inbound.describe(file.key, file.version_id).size
    old = hub.inbound.describe(before.key, before.version_id).size
    start, end = (at * old // new for at in (cut.start, cut.end or new))
    return lines_of(hub.inbound, before.key, before.version_id, Range(cut.of, start, end))


def _text(lines: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(map(text_of, lines))


def _read(hub: Hub, each: FileSet, name: str) -> Differing:
    return read_value(hub.data, objects.range_key(each.id, name, "difference"), Differing)


def _put(hub: Hub, each: FileSet, name: str, told: Differing) -> None:
    put_value(hub.data, objects.range_key(each.id, name, "difference"), told)
