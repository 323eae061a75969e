"""Relationships that both sides know: SDP and meter, meter and AMCD, virtual SDP and component.

The document of the To has the reverse of each: by whom it is taken, and when. It is derived from
the timeline of the From after each change, and so always mirrors it. The first two hold one to one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mdmr.directory.documents import Entity, Kind
from mdmr.directory.timeline import Segment, Timeline
from mdmr.synchronization.processing.components import Component, is_component
from mdmr.synchronization.processing.work import Work
from mdmr.synchronization.records import MC, SM


class Binding(NamedTuple):
    """A relationship: what its To is, and the code when that is taken by another From."""

    to: Kind
    code: str


BINDINGS = {SM: Binding(Kind.METER, "Y203"), MC: Binding(Kind.AMCD, "Y204")}


def targets(ldc: str, name: str, *forward: Timeline) -> set[Entity]:
    """Return every To that timelines of a relationship name, at whatever time."""
    kind = BINDINGS[name].to
    return {Entity(kind, ldc, each.value[0]) for timeline in forward for each in timeline.segments}


def is_taken(work: Work, origin: Entity, name: str, forward: Timeline) -> bool:
    """Return whether a To of a timeline is bound to another From at a time that it names.

    An AMCD may be bound by another LDC.
    """
    for to in targets(origin.ldc, name, forward):
        others = [each.period for each in _others(work.now(to, name), origin)]
        if to.kind is Kind.AMCD:
            others += work.world.elsewhere.get(to.id, ())
        own = [each.period for each in forward.segments if each.value == (to.id,)]
        if any(one.overlaps(other) for one in own for other in others):
            return True
    return False


def put(work: Work, origin: Entity, name: str, timeline: Timeline) -> None:
    """Let a timeline of an entity be this from now on, and what mirrors it in other documents.

    Raises ValueError where it names a To that is taken by another From; then nothing is changed.
    """
    if name in BINDINGS:
        bind(work, origin, name, timeline)
        return
    if is_component(name):
        component = Component.of(name)
        reverse = (Segment(each.period, (origin.id,)) for each in timeline.segments)
        work.put(work.sdp(component.id), component.reverse(origin.id), Timeline.of(reverse))
    work.put(origin, name, timeline)


def bind(work: Work, origin: Entity, name: str, forward: Timeline) -> None:
    """Let a relationship of a From be this from now on, in its document and in those of its Tos.

    Raises ValueError where a To is taken by another From; then nothing is changed.
    """
    concerned = sorted(targets(origin.ldc, name, work.now(origin, name), forward))
    mirrored = [(to, _mirrored(work.now(to, name), origin, forward, to.id)) for to in concerned]
    for to, reverse in mirrored:
        work.put(to, name, reverse)
    work.put(origin, name, forward)


def _mirrored(reverse: Timeline, origin: Entity, forward: Timeline, to: str) -> Timeline:
    own = (Segment(each.period, (origin.id,)) for each in forward.segments if each.value == (to,))
    return Timeline.of((*_others(reverse, origin), *own))


def _others(reverse: Timeline, origin: Entity) -> Iterable[Segment]:
    return [each for each in reverse.segments if each.value != (origin.id,)]
