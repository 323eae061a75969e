"""The snapshot that a set leaves: what of it the next P-Sync need not look at again.

Settled is an entity about which every record was taken without a word, no two about one timeline,
and of which nothing is to come or to end after the set was extracted. All others are named, and so
is what an I-Sync changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from mdmr.directory.documents import Document, Entity, Kind
from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.ports.hub import Hub
from mdmr.synchronization.processing import plans
from mdmr.synchronization.processing.plan import Plan
from mdmr.synchronization.processing.world import Facts
from mdmr.synchronization.records import Record
from mdmr.synchronization.sets import rows, sequence
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.staging import loading, objects, snapshot, touching
from mdmr.synchronization.staging.findings import Finding
from mdmr.synchronization.staging.rows import name_of
from mdmr.synchronization.staging.snapshot import Kept, Snapshot

_MODULE = "COM"


def unsettled(
    told: Iterable[Record], before: Mapping[Entity, Document], made: Plan, facts: Facts
) -> list[str]:
    """Return the entities of a part that are not settled after it, as they are named in rows.

    Of a P-Sync those that its records tell of (`told`), of an I-Sync what it changes.
    """
    changed = {each.entity: each for each in made.documents}
    if not facts.periodic:
        return sorted(map(name_of, changed))
    said = Counter(map(_timeline, told))
    about = {Entity(kind, facts.ldc, key) for kind, key, _ in said} | changed.keys()
    # What could not be read is among what was refused.
    known = {**before, **changed}
    to_come = {each for each in about if each in known and _has_to_come(known[each], facts)}
    # The first of two values of a timeline may be over once the second is known.
    several = {Entity(kind, facts.ldc, key) for (kind, key, _), count in said.items() if count > 1}
    return sorted(map(name_of, made.refused | to_come | several))


def _timeline(record: Record) -> tuple[Kind, str, str]:
    said = record.subject
    return said.kind, said.id, said.timeline


def passed(hub: Hub, each: FileSet) -> int:
    """Return how many records of a set say what was accepted before and were passed over."""
    return objects.summary_of(hub.data, objects.set_findings_key(each.id)).passed


def snapshot_left(hub: Hub, each: FileSet, keys: Iterable[str]) -> str | None:
    """Write the snapshot that a set leaves and return its key; None: the one before stays.

    Empty when there is none any more, as too much is not settled. `keys` are those of its plans.
    """
    named = {name for key in keys for name in _lines(hub, key)}
    if each.id.periodic:
        after = _of_files(hub, each, named)
    else:
        before = sequence.find(hub.state, each.id.ldc).snapshot
        if not before or not named:
            return None
        after = snapshot.read(hub.data, before).questioned(named)
    return snapshot.write(hub.data, each.id.ldc, str(each.id), after)


def _of_files(hub: Hub, each: FileSet, named: AbstractSet[str]) -> Snapshot:
    """Return the snapshot of a P-Sync, in which these entities and those of warnings are open."""
    files = rows.files(hub.state, each.id)
    totals = loading.totals_of(hub, each.id, files, each.parts)
    warned = {name for found in loading.findings_of(hub, totals) for name in _about(found)}
    kept = tuple(
        Kept(one.number, one.segment, one.key, one.version_id)
        for one in files
        if one.number != MANIFEST
    )
    return Snapshot(touching.rules_of(hub, each), kept, tuple(sorted(named | warned)))


def _lines(hub: Hub, key: str) -> Iterator[str]:
    return (line.decode("ascii") for line in plans.lines(hub.data, key, plans.UNSETTLED))


def _has_to_come(document: Document, facts: Facts) -> bool:
    # Segments are in the order of time: those before the last one end before it starts.
    last = (each.segments[-1].period for each in document.timelines.values() if each.segments)
    return any(
        each.start > facts.extracted or (each.end is not None and each.end > facts.extracted)
        for each in last
    )


def _about(finding: Finding) -> Iterator[str]:
    """Yield the entity that a finding is about as it is named in rows.

    Where its id was not sent as it is compared, also with the id as it was sent, but trimmed: so it
    stands in the records that the next set is asked for.
    """
    if not finding.entity:
        return
    letter = "S" if finding.usdp else "A" if finding.type == _MODULE else "M"
    yield f"{letter}{finding.entity}"
    sent = finding.value.strip(" ")
    if sent.upper() == finding.entity:
        yield f"{letter}{sent}"
