"""What a P-Sync may touch: the entities about which it says something else than the one before.

Each segment is compared, line by line, with the same one of the snapshot. What is left on either
side, over all segments, names the entities that are touched, and so is whatever is not settled;
entities that the directory map binds to these are touched as well. Only their records are read.

| What | Key under `synchronization/<set>/` |
|---|---|
| the rules it is held to; the snapshot's key; what it may touch | `rules`, `against`, `touched` |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct

from mdmr.directory import directory_map, reading
from mdmr.directory.documents import Entity, Kind
from mdmr.directory.outlines import Outline, Outlines
from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.jobs.objects import find, get_or_create, put_value
from mdmr.ports.hub import Hub
from mdmr.synchronization.records import MC
from mdmr.synchronization.sets import rows, sequence
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.staging import snapshot
from mdmr.synchronization.staging.comparing import difference, entity_of
from mdmr.synchronization.staging.differing import ENCODING, Differing, differing_of, text_of
from mdmr.synchronization.staging.parts import folder
from mdmr.synchronization.staging.snapshot import Kept, Snapshot

_LETTERS = {"SDP": "S", "MTR": "M", "COM": "A", "PRM": "S", "SAG": "S", "CTC": "S", "CTF": "S"}
# What the third field of a record refers to, by its type.
_REFERRED = {"REL|SM": "M", "REL|MC": "A", "CTC": "S"}
# Records that are of meters by their second field.
_OF_METERS = {("PAR", b"M"), ("REL", b"MC")}
_TO = 2


class Touched(Struct, frozen=True):
    """What a set may touch.

    `entities` are named as in rows, `known` what the directory map tells of SDPs among them.
    `virtual`: there are active virtual SDPs, touched or not.
    """

    entities: frozenset[str] = frozenset()
    known: tuple[Outline, ...] = ()
    virtual: bool = False

    @property
    def ids(self) -> frozenset[bytes]:
        """The ids of the entities, as they stand in records."""
        return frozenset(each[1:].encode(ENCODING) for each in self.entities)

    @property
    def shown(self) -> Outlines:
        """The directory map as far as it is about touched SDPs."""
        return Outlines(self.known)


def held_against(hub: Hub, each: FileSet) -> Snapshot | None:
    """Return the snapshot that a set is held against, None when all of it is to be read.

    That is so for an I-Sync, without a snapshot, when other rules hold now, and when the set has
    files of other numbers. What was found once is kept, whatever changes around the set.
    """
    if not each.id.periodic:
        return None
    key = f"{folder(each.id)}/against"
    known = get_or_create(hub.data, key, lambda: _fitting(hub, each).encode())
    return snapshot.read(hub.data, known.decode()) if known else None


def rules_of(hub: Hub, each: FileSet) -> str:
    """Return the rules that a P-Sync is held to: those in force when its staging began."""
    key = f"{folder(each.id)}/rules"
    known = get_or_create(hub.data, key, lambda: snapshot.rules_in_force(hub, each.id.ldc).encode())
    return known.decode()


def _fitting(hub: Hub, each: FileSet) -> str:
    """Return the key of the snapshot that a set can be held against, empty when there is none."""
    rules = rules_of(hub, each)
    key = sequence.find(hub.state, each.id.ldc).snapshot
    if not key:
        return ""
    found = snapshot.read(hub.data, key)
    numbers = {file.number for file in rows.files(hub.state, each.id)} - {MANIFEST}
    fits = found.numbers == numbers and found.rules == rules
    return key if fits else ""


def touch(hub: Hub, each: FileSet, files: Sequence[SetFile], against: Snapshot) -> None:
    """Lay down what a set of some files may touch, once all its segments are compared.

    Raises ObjectMissingError where a segment was not compared.
    """
    files = [file for file in files if file.number != MANIFEST]
    named: set[str] | None = set(against.unsettled)
    for number in sorted({file.number for file in files}):
        own = [file for file in files if file.number == number]
        segments = [differing_of(hub, each, file) for file in own]
        there = {(file.number, file.segment) for file in files}
        gone = (one for one in against.files if one.number == number)
        lost = [_lines_of(hub, one) for one in gone if (number, one.segment) not in there]
        if named is None or any(segment.whole for segment in segments):
            named = None
            continue
        named |= _named(number, segments, lost)
    told = None if named is None else _closed(hub, each, named)
    put_value(hub.data, _touched_key(each), told)


def touched(hub: Hub, each: FileSet) -> Touched | None:
    """Return what a set may touch, None when all of it is to be read."""
    found = find(hub.data, _touched_key(each))
    return None if found is None else msgspec.json.decode(found, type=Touched | None)


def name_of(number: str, line: bytes) -> str:
    """Return the entity that a line is about as rows name it, its id in the case of the line."""
    record, _, rest = line.partition(b"|")
    kind = record.decode(ENCODING)
    letter = _LETTERS.get(kind, "S")
    first = rest.partition(b"|")[0].strip(b" ")
    if (kind, first) in _OF_METERS:
        letter = "M"
    return f"{letter}{entity_of(number, line).decode(ENCODING)}"


def _named(number: str, segments: Iterable[Differing], lost: Iterable[Iterable[str]]) -> set[str]:
    """Return the entities of what differs in the segments of a file number, taken together."""
    added, gone, repeated = Counter[str](), Counter[str](), set[str]()
    for each in segments:
        added.update(each.added)
        gone.update(each.gone)
        repeated.update(each.repeated)
    for lines in lost:
        gone.update(lines)
    # A line that only moved to another segment is the same; one that is there twice is not.
    differing = {line for line in {*added, *gone} if added[line] != gone[line]}
    twice = {line for line, times in added.items() if times > 1}
    return {
        name
        for line in differing | twice | repeated
        for name in _names(number, line.encode(ENCODING))
    }


def _names(number: str, line: bytes) -> Iterator[str]:
    """Yield the entities that a line is about and refers to.

    Each trimmed as it stands there, and as it is compared, in upper case too.
    """
    for name in (name_of(number, line), *_referred(line)):
        yield name
        yield f"{name[0]}{name[1:].upper()}"


def _referred(line: bytes) -> list[str]:
    """Return the entities that a line refers to, beside the one that it is about."""
    record, *fields = line.decode(ENCODING).split("|")
    first = fields[0].strip(" ") if fields else ""
    letter = _REFERRED.get(f"{record}|{first}" if record == "REL" else record)
    return [f"{letter}{fields[_TO].strip(' ')}"] if letter and len(fields) > _TO else []


def _lines_of(hub: Hub, each: Kept) -> Iterator[str]:
    """Yield the lines of a segment that the snapshot has and the set has not."""
    found = difference(hub.inbound.stream(each.key, each.version_id), ())
    yield from map(text_of, found.added)


def _closed(hub: Hub, each: FileSet, named: set[str]) -> Touched:
    """Return what is touched when some entities are: also all that the directory binds to them."""
    key = sequence.find(hub.state, each.id.ldc).directory
    known = directory_map.read(hub.data, key or None)
    entities = set(named)
    found = {each.usdp: each for each in known.around(entities)}
    bound = {name for each in found.values() for name in each.names}
    entities |= bound
    modules = _modules(hub, each.id.ldc, entities - bound) - entities
    if modules:
        entities |= modules
        found |= {each.usdp: each for each in known.around(modules)}
        entities.update(name for each in found.values() for name in each.names)
    virtual = each.extracted is not None and known.has_virtual(each.extracted)
    return Touched(frozenset(entities), tuple(sorted(found.values())), virtual)


def _modules(hub: Hub, ldc: str, names: Iterable[str]) -> set[str]:
    """Return the modules of those meters among some entities that no SDP has: no map tells them."""
    meters = [Entity(Kind.METER, ldc, name[1:]) for name in sorted(names) if name[0] == "M"]
    found = reading.read(hub.directory, meters) if meters else {}
    return {
        f"A{segment.value[0]}"
        for document in found.values()
        for segment in document.timeline(MC).segments
    }


def _touched_key(each: FileSet) -> str:
    return f"{folder(each.id)}/touched"
