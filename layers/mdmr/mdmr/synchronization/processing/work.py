"""A part under work: its timelines as they were before the set, and as they are by now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from mdmr.calendar.instants import moved
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.timeline import Timeline
from mdmr.directory.values import Meter, Sdp, meter_at, one_at, sdp_at
from mdmr.synchronization.processing.world import Facts, World
from mdmr.synchronization.records import AMCD, METER, SDP, SM

# A timeline that was put: of which entity, its name, and what had been put before, if anything.
_Put: TypeAlias = "tuple[Entity, str, Timeline | None]"
# The timeline that tells whether an entity is there.
_EXISTENCE = {Kind.SDP: SDP, Kind.METER: METER, Kind.AMCD: AMCD}


class KnownUnits(Protocol):
    """The units of the components of a channel, as they were found at an instant."""

    at: datetime

    def now(self) -> set[str]:
        """Return the units by now."""
        ...


class Work:
    """Timelines that a set is brought into, and the world they stand in.

    `earliest` and `latest` are the limits of Start: of an I-Sync, and of both kinds. `units` are
    what is known so far of the components of virtual SDPs, by these and their channel.
    """

    def __init__(self, world: World, facts: Facts) -> None:
        self.world = world
        self.facts = facts
        self.earliest = moved(facts.today, -timedelta(days=facts.retro_days))
        self.latest = moved(facts.today, timedelta(days=facts.future_days))
        self.units: dict[tuple[str, str], KnownUnits] = {}
        self._new: dict[Entity, dict[str, Timeline]] = {}
        self._puts: dict[Entity, list[str]] = {}
        self._journal: list[_Put] = []

    def before(self, entity: Entity, name: str) -> Timeline:
        """Return a timeline as it was before the set.

        Raises KeyError for what was not read, what was raised for what could not be read.
        """
        try:
            return self.world.documents[entity].timeline(name)
        except KeyError:
            raise self.world.unreadable.get(entity) or KeyError(*entity) from None

    def now(self, entity: Entity, name: str) -> Timeline:
        """Return a timeline as it is by now. Raises KeyError for what was not read."""
        new = self._new.get(entity)
        if new is not None and name in new:
            return new[name]
        return self.before(entity, name)

    def timelines(self, entity: Entity, which: Callable[[str], bool]) -> list[tuple[str, Timeline]]:
        """Return the timelines of an entity by now that are not empty, in the order of their names.

        Only those are looked at whose names are asked for.
        """
        names = self.world.documents[entity].timelines.keys() | self._new.get(entity, {}).keys()
        all_by_now = ((name, self.now(entity, name)) for name in sorted(filter(which, names)))
        return [(name, timeline) for name, timeline in all_by_now if timeline.segments]

    def put(self, entity: Entity, name: str, timeline: Timeline) -> None:
        """Let a timeline be this from now on."""
        known = self._new.setdefault(entity, {})
        self._journal.append((entity, name, known.get(name)))
        known[name] = timeline
        self._puts.setdefault(entity, []).append(name)

    def mark(self) -> int:
        """Return how many timelines were put so far, to come back to it (`undo`)."""
        return len(self._journal)

    def undo(self, mark: int) -> None:
        """Take back what was put since a mark: a record is applied as a whole or not at all."""
        while len(self._journal) > mark:
            entity, name, former = self._journal.pop()
            self._puts[entity].pop()
            if former is None:
                del self._new[entity][name]
            else:
                self._new[entity][name] = former
        # They may have seen what is taken back.
        self.units.clear()

    def put_between(self, start: int, end: int | None = None) -> set[Entity]:
        """Return the entities of which something was put between two marks."""
        return {entity for entity, _, _ in self._journal[start:end]}

    def puts(self, entity: Entity) -> Sequence[str]:
        """Return the names of the timelines of an entity that were put, in the order of time."""
        return self._puts.get(entity, ())

    def sdp(self, usdp: str) -> Entity:
        """Return the SDP of the LDC with a Universal SDP ID."""
        return Entity(Kind.SDP, self.facts.ldc, usdp)

    def meter(self, meter_id: str) -> Entity:
        """Return the meter of the LDC with an id."""
        return Entity(Kind.METER, self.facts.ldc, meter_id)

    def existence(self, entity: Entity) -> Timeline:
        """Return by now the timeline that tells whether an entity is there."""
        return self.now(entity, _EXISTENCE[entity.kind])

    def is_new(self, entity: Entity) -> bool:
        """Return whether the set tells of an entity for the first time."""
        return not self.before(entity, _EXISTENCE[entity.kind]).segments

    def sdp_at(self, usdp: str, instant: datetime) -> Sdp | None:
        """Return what an SDP is at an instant, None where it does not exist."""
        return sdp_at(self.now(self.sdp(usdp), SDP), instant)

    def meter_id_at(self, usdp: str, instant: datetime) -> str:
        """Return the meter of an SDP at an instant, empty where it has none."""
        return one_at(self.now(self.sdp(usdp), SM), instant)

    def meter_of(self, usdp: str, instant: datetime) -> Meter | None:
        """Return what the meter of an SDP is at an instant, None where there is none."""
        meter_id = self.meter_id_at(usdp, instant)
        return self.meter_at(meter_id, instant) if meter_id else None

    def meter_at(self, meter_id: str, instant: datetime) -> Meter | None:
        """Return what a meter is at an instant, None where it is not in service."""
        return meter_at(self.now(self.meter(meter_id), METER), instant)

    def changed(self) -> tuple[list[Document], dict[Entity, Exception]]:
        """Return the documents that are not as they were, as the set makes them known.

        And the entities of those that cannot be made, each with what was raised.
        """
        made: list[Document] = []
        faults: dict[Entity, Exception] = {}
        for entity, timelines in sorted(self._new.items()):
            try:
                before = self.world.documents[entity]
                after = before.changed(timelines, self.facts.at, self.facts.set_id)
            except Exception as fault:  # noqa: BLE001 - one document must not stop the others
                faults[entity] = fault
                continue
            if after is not before:
                made.append(after)
        return made, faults
