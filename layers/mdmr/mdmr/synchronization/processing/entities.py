"""Which documents a plan asks for: those its records are about, and those behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from mdmr.directory.documents import Document, Entity, Kind
from mdmr.synchronization.processing.binding import BINDINGS, targets
from mdmr.synchronization.processing.components import Component
from mdmr.synchronization.records import MC, SM, Record, Subject

Read = Callable[[Iterable[Entity]], Mapping[Entity, Document]]
_COMPONENT = "CTC"


def documents(
    records: Iterable[Record], ldc: str, omitted: Iterable[str], read: Read
) -> dict[Entity, Document]:
    """Return the documents that a plan needs, read in a few rounds.

    `omitted` are Universal SDP IDs that a P-Sync leaves out, `read` returns the documents of
    entities, but for those that cannot be read.
    """
    wanted = {Entity(Kind.SDP, ldc, usdp) for usdp in omitted}
    rebound: set[Entity] = set()
    for record in records:
        said = record.subject
        wanted.update(named(said, ldc))
        if said.timeline == MC:
            rebound.add(said.of(ldc))
    found: dict[Entity, Document] = {}
    asked: set[Entity] = set()
    while missing := sorted(wanted - asked):
        asked.update(missing)
        new = read(missing)
        found.update(new)
        for document in new.values():
            if document.entity.kind is Kind.SDP:
                wanted |= set(_behind(document))
            elif document.entity in rebound:
                wanted |= targets(ldc, MC, document.timeline(MC))
    return found


def named(said: Subject, ldc: str) -> Iterator[Entity]:
    """Yield the entities that a record names."""
    yield said.of(ldc)
    if binding := BINDINGS.get(said.timeline):
        yield Entity(binding.to, ldc, said.to)
    if said.type == _COMPONENT:
        yield Entity(Kind.SDP, ldc, said.entity)


def _behind(document: Document) -> Iterator[Entity]:
    """Yield the meters of an SDP, and the components of a virtual one, at whatever time."""
    ldc = document.entity.ldc
    yield from targets(ldc, SM, document.timeline(SM))
    for name in document.timelines:
        if name.startswith(f"{_COMPONENT}/"):
            yield Entity(Kind.SDP, ldc, Component.of(name).id)
