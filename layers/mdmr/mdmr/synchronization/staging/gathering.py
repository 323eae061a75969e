"""Gathering: the rows of all segments brought into parts, and what is wrong with the set.

What hangs together by the set or by the directory map comes into one part. Holds the ids of the
set in memory, never its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from mdmr.directory import directory_map
from mdmr.exchange.files.layouts.synchronization import COMPONENTS, MANIFEST
from mdmr.jobs.lines import blocks
from mdmr.jobs.objects import get_or_create_value, put_value
from mdmr.jobs.partitions import Slice, part_name, write_by_part
from mdmr.jobs.ranges import by_file
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectStore
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import sequence
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.staging import limits, objects, parts
from mdmr.synchronization.staging.findings import OF_THE_SET, Finding, summary
from mdmr.synchronization.staging.joining import Laid, laid_of
from mdmr.synchronization.staging.known import KnownSet, known_of
from mdmr.synchronization.staging.linking import Links, Size
from mdmr.synchronization.staging.parts import Part, SegmentSlice
from mdmr.synchronization.staging.ranges import ranges_of
from mdmr.synchronization.staging.rows import COLUMN, NEXT
from mdmr.synchronization.staging.touching import touched

_SDP_RECORD = f"{COLUMN}SDP|"
_ASSETS = "01"


def gather(hub: Hub, each: FileSet, files: Sequence[SetFile], size: Size) -> list[str]:
    """Bring the rows of a set into parts and return their names; what was gathered stays.

    Raises ObjectMissingError where a segment was not read.
    """
    return get_or_create_value(
        hub.data,
        objects.gathered_key(each.id),
        list[str],
        lambda: _gather(hub, each, files, size),
    )


def _gather(hub: Hub, each: FileSet, files: Sequence[SetFile], size: Size) -> list[str]:
    laid = [
        one
        for cut in by_file(ranges_of(hub, each, files)).values()
        for one in laid_of(hub, each, files, cut)
    ]
    filled = [one for one in laid if one.size]
    turn = sequence.find(hub.state, each.id.ldc)
    links, told = _linked(hub.data, each.id, filled)
    held = touched(hub, each)
    known = known_of(
        held.shown if held else directory_map.read(hub.data, turn.directory or None),
        links,
        told if each.id.periodic else None,
        _extracted(each),
        components=any(file.number == COMPONENTS for file in files),
        virtual=held is not None and held.virtual,
    )
    counted = [one for one in laid if one.number != MANIFEST]
    details = sum(total.details for total in counted)
    passed = sum(total.passed for total in counted)
    found = list(set_findings(details, _extracted(each), turn.extracted, known))
    objects.put_findings(
        hub.data,
        objects.set_findings_key(each.id),
        summary(found, details=details, passed=passed),
        found,
    )
    return _put_parts(hub.data, each.id, filled, links.parts(size), known)


def set_findings(
    details: int, extracted: datetime, last: datetime | None, known: KnownSet
) -> Iterator[Finding]:
    """Yield what is to be said of a whole set of so many details.

    `last` is the Extracted Date Time of the last complete set, None where there was none.
    """
    if not details:
        yield Finding(OF_THE_SET, "S105")
    if last is not None and extracted <= last:
        yield Finding(OF_THE_SET, "S106")
    if known.components_lack:
        yield Finding(OF_THE_SET, "S107")
    for usdp in known.omitted:
        yield Finding(OF_THE_SET, "S108", usdp=usdp)


def part_known(entities: Iterable[str], known: KnownSet) -> Part:
    """Return the part of some entities as far as the directory map knows them, without rows."""
    named = list(entities)
    sdps = [each[1:] for each in named if each[0] == "S"]
    assets = [each for each in named if each in known.assets]
    return Part(
        known={usdp: known.sdps[usdp] for usdp in sdps if usdp in known.sdps},
        meters=tuple(each[1:] for each in assets if each[0] == "M"),
        amcds=tuple(each[1:] for each in assets if each[0] == "A"),
        omitted=tuple(sorted(usdp for usdp in sdps if usdp in known.omitted)),
    )


def tells_of_sdp(line: str) -> bool:
    """Return whether an encoded row is an SDP record that names its SDP."""
    return _SDP_RECORD in line and line[0] == "S"


def _extracted(each: FileSet) -> datetime:
    if each.extracted is None:
        message = f"{each.id} has no Manifest"
        raise ValueError(message)
    return each.extracted


def _linked(data: ObjectStore, set_id: SetId, laid: Iterable[Laid]) -> tuple[Links, frozenset[str]]:
    """Return how the entities of the set are linked, and which SDPs have an SDP record."""
    links, told = Links(), set[str]()
    for each in laid:
        for lines in _stretches(data, set_id, each, limits.LINKED):
            links.add_rows(lines)
            if each.number == _ASSETS:
                told.update(line[1 : line.index(COLUMN)] for line in lines if tells_of_sdp(line))
    return links, frozenset(told)


def _stretches(data: ObjectStore, set_id: SetId, laid: Laid, size: int) -> Iterator[list[str]]:
    """Yield the lines of laid rows without their ends, about `size` bytes at once."""
    pieces = data.stream(objects.range_key(set_id, laid.name, "records"))
    for block in blocks(pieces, size):
        yield block.decode("ascii").split("\n")[:-1]


def _put_parts(
    data: ObjectStore,
    set_id: SetId,
    laid: Iterable[Laid],
    part_of: Mapping[str, int],
    known: KnownSet,
) -> list[str]:
    """Write the objects of the parts, and of their rows where there are several parts."""
    entities: dict[int, list[str]] = defaultdict(list)
    for entity, number in part_of.items():
        entities[number].append(entity)
    slices: dict[int, list[SegmentSlice]] = defaultdict(list)

    def number_of(row: str) -> int:
        named = row.partition(COLUMN)[0]
        number = part_of.get(named)
        return part_of[named.partition(NEXT)[0]] if number is None else number

    for each in laid:
        place = partial(SegmentSlice, each.number, each.segment, each.before)
        if len(entities) == 1:
            # The one part has all rows as they lie there.
            key = objects.range_key(set_id, each.name, "records")
            slices[0].append(place(Slice(key, 0, each.size)))
            continue
        for stretch, lines in enumerate(_stretches(data, set_id, each, limits.STRETCH)):
            key = objects.range_key(set_id, each.name, f"{stretch:04d}")
            for number, own in write_by_part(data, key, lines, number_of).items():
                slices[number].append(place(own))
    for number, named in entities.items():
        part = replace(part_known(named, known), slices=tuple(slices[number]))
        put_value(data, parts.key(set_id, part_name(number)), part)
    return [part_name(number) for number in sorted(entities)]
