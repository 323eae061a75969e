"""Claiming AMCDs for a set: of two LDCs that bind one AMCD for one time, one is refused (Y204).

Claims are asked for only where a record would change which AMCD a meter has. Those of a set that
is refused or stopped for good need not be taken back: once the set is over they say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mdmr.calendar.period import Period
from mdmr.directory import amcd_claims, reading
from mdmr.directory.amcd_claims import Claim, Claims
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.timeline import Timeline
from mdmr.ports.hub import Hub
from mdmr.synchronization.processing.binding import targets
from mdmr.synchronization.processing.plan import Plan
from mdmr.synchronization.records import MC, Record
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.rows import FileSet


def concerned(
    records: Iterable[Record], documents: Mapping[Entity, Document], ldc: str
) -> set[str]:
    """Return the AMCDs that records may bind to a meter for a time when they were not before."""
    found: set[str] = set()
    for record in records:
        said = record.subject
        meter = documents.get(said.of(ldc))
        if said.timeline == MC and meter is not None:
            before = meter.timeline(MC)
            if record.cancels or not _holds_already(before, record):
                # A cancel lets the AMCD before it reach on.
                found.update(each.id for each in targets(ldc, MC, before))
                found.add(said.to)
    return found


def assumed(
    amcds: Iterable[str], documents: Mapping[Entity, Document], ldc: str
) -> dict[str, Claims]:
    """Return the claims on AMCDs that the LDC never had: none, which nearly always is so.

    They need not be read: where there are any after all, `claim` finds them.
    """
    entities = {amcd: Entity(Kind.AMCD, ldc, amcd) for amcd in amcds}
    return {
        amcd: Claims(amcd)
        for amcd, entity in entities.items()
        if entity in documents and not documents[entity].version
    }


def elsewhere(hub: Hub, ldc: str, claimed: Iterable[Claims]) -> dict[str, tuple[Period, ...]]:
    """Return when AMCDs are on meters of other LDCs than this one, as far as they are at all."""
    others = [
        (claims.amcd, claim)
        for claims in claimed
        for claim in claims.by_ldc.values()
        if claim.ldc != ldc
    ]
    settled = {name: _is_over(hub, name) for name in sorted({each.set_id for _, each in others})}
    entities = [Entity(Kind.AMCD, each.ldc, amcd) for amcd, each in others if settled[each.set_id]]
    # What cannot be read is taken to hold as long as it was claimed.
    documents = reading.read_what_can_be(hub.directory, entities, {}) if entities else {}
    found: dict[str, tuple[Period, ...]] = {}
    for amcd, each in others:
        document = documents.get(Entity(Kind.AMCD, each.ldc, amcd))
        periods = each.periods if document is None else amcd_claims.joined(document.timeline(MC))
        found[amcd] = (*found.get(amcd, ()), *periods)
    return found


def claim(
    hub: Hub,
    file_set: FileSet,
    made: Plan,
    documents: Mapping[Entity, Document],
    claimed: Mapping[str, Claims],
) -> set[str]:
    """Claim what a plan binds, given the claims that it was made on, and the documents.

    Returns the AMCDs whose claims are not as they were read, or were not read: then the set is to
    be planned again. May be done again at any time. Raises NotActiveError, KeptInsideError,
    StateBusyError.
    """
    wanted = {
        document.entity.id: Claim(file_set.id.ldc, str(file_set.id), periods)
        for document, periods in _bound_anew(made, documents)
    }
    unread = wanted.keys() - claimed.keys()
    missing = {
        amcd: one
        for amcd, one in wanted.items()
        if amcd not in unread and claimed[amcd].by_ldc.get(file_set.id.ldc) != one
    }
    if unread or not missing:
        return unread
    rows.let_through(hub, file_set.id)
    epoch = hub.lease.mandate(str(file_set.id)).epoch
    puts = [amcd_claims.put_of(claimed[amcd], one, epoch) for amcd, one in missing.items()]
    found = hub.directory.put_all(puts)
    return {amcd for amcd, item in zip(missing, found, strict=True) if item is not None}


def _bound_anew(
    made: Plan, documents: Mapping[Entity, Document]
) -> Iterator[tuple[Document, tuple[Period, ...]]]:
    """Yield AMCDs that are bound when they were not, with all periods of before and after."""
    for after in made.documents:
        if after.entity.kind is Kind.AMCD:
            before = documents[after.entity].timeline(MC)
            periods = amcd_claims.joined(before, after.timeline(MC))
            if periods != amcd_claims.joined(before):
                yield after, periods


def _holds_already(before: Timeline, record: Record) -> bool:
    """Return whether a meter has the AMCD of a record in all its period."""
    segment = before.at(record.start)
    if segment is None or segment.value != record.subject.value:
        return False
    return segment.end is None or (record.end is not None and record.end <= segment.end)


def _is_over(hub: Hub, set_id: str) -> bool:
    found = rows.find(hub.state, SetId.of(set_id))
    return found is None or found.over
