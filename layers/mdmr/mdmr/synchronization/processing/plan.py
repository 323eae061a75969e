"""The plan of a part: what its records change, refuse and de-activate, before anything is written.

Pure: the same records, world and facts give the same plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from mdmr.directory.changes import changes
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.synchronization.processing import rows
from mdmr.synchronization.processing.binding import put
from mdmr.synchronization.processing.deactivating import deactivate, end_untold
from mdmr.synchronization.processing.entities import named
from mdmr.synchronization.processing.faults import fault_of
from mdmr.synchronization.processing.judging import Case, judge
from mdmr.synchronization.processing.ordering import in_order
from mdmr.synchronization.processing.tally import Fault, Tally, Watched
from mdmr.synchronization.processing.work import Work
from mdmr.synchronization.processing.world import Facts, World
from mdmr.synchronization.records import SDP, Place, Record
from mdmr.synchronization.staging.parts import Unreadable

SYSTEM_ERROR = "Y299"
# Entities whose documents cannot be made or told, each with what was raised.
Faults: TypeAlias = Mapping[Entity, Exception]
Proof: TypeAlias = "Callable[[Plan], Faults]"


class DeactivationError(Exception):
    """The hub failed while it de-activated an SDP."""


class Plan(Struct, frozen=True):
    """What a part comes to.

    `updates` and `exceptions` are rows of IR06 and IR07 behind their keys (`processing.rows`), in
    order. `documents` are those that change, as they will be; `refused` are the entities that
    refused records name.
    """

    updates: list[str]
    exceptions: list[str]
    documents: list[Document]
    tally: Tally
    refused: frozenset[Entity] = frozenset()


def plan(
    records: Iterable[Record],
    world: World,
    facts: Facts,
    unreadable: Sequence[Unreadable] = (),
    prove: Proof = lambda _: {},
) -> Plan:
    """Return what the records of a part change in the world, and which of them are refused.

    A record on which the hub itself fails, in whatever way, is refused with Y299 and leaves
    nothing behind. So are those that cannot be read (`unreadable`), and all records that change a
    document that cannot be told: `prove` returns the entities of these, each with what was raised.
    Raises DeactivationError, and what `prove` returns where no record is to blame for it.
    """
    ordered = in_order(records)
    failed: dict[Place, Fault] = {}
    while True:
        making = _Making(Work(world, facts), failed)
        for each in unreadable:
            making.take_unreadable(each)
        for record in ordered:
            making.take(record)
        if facts.periodic:
            making.deactivate(ordered)
        made, faults = making.made(len(ordered) + len(unreadable))
        faults = faults or prove(made)
        if not faults:
            return made
        failed |= making.blamed(faults)


class _Making:
    """A plan in the making; `failed` are records that failed when it was made before."""

    def __init__(self, work: Work, failed: Mapping[Place, Fault]) -> None:
        self._work = work
        self._failed = failed
        self._updates: list[str] = []
        self._exceptions: list[str] = []
        self._refused: set[Entity] = set()
        self._faults: list[Fault] = []
        self._watched = Watched()
        # From and to which mark of the work a record was applied.
        self._applied: list[tuple[Place, int, int]] = []
        self._not_told: set[Entity] = set()
        self._deactivates_from: int | None = None

    def take(self, record: Record) -> None:
        """Apply a record, or refuse it."""
        mark = self._work.mark()
        try:
            if record.place in self._failed:
                self._fail(record, self._failed[record.place])
                return
            self._take(record)
        except Exception as fault:  # noqa: BLE001 - what fails on one record must not stop others
            self._work.undo(mark)
            self._fail(record, fault_of(record.place, fault))

    def take_unreadable(self, each: Unreadable) -> None:
        """Refuse a record of which not more is known than what it names."""
        entities = [Entity(kind, self._work.facts.ldc, key) for kind, key in each.entities]
        self._faults.append(fault_of(each.row.place, each.fault))
        self._exceptions.append(rows.unreadable(each.row, entities, SYSTEM_ERROR, self._names))
        self._refused.update(entities)
        self._not_told.update(entities)

    def _take(self, record: Record) -> None:
        case = Case(record, self._work)
        code = judge(case)
        if code:
            line = _ascii(rows.refused(record, code, self._names))
            self._refused |= set(named(record.subject, self._work.facts.ldc))
            self._exceptions.append(line)
        elif not case.steady:
            self._apply(case)

    def _fail(self, record: Record, fault: Fault) -> None:
        self._faults.append(fault)
        try:
            line = _ascii(rows.refused(record, SYSTEM_ERROR, self._names))
        except Exception:  # noqa: BLE001 - what cannot be told whole is told by its place
            line = rows.bare(record, SYSTEM_ERROR, self._names)
        self._exceptions.append(line)
        self._refused |= set(named(record.subject, self._work.facts.ldc))

    def _apply(self, case: Case) -> None:
        before, after, name = case.before, case.taken, case.subject.timeline
        made = [
            _ascii(rows.update(case.record.place, case.subject, case.record.type, each))
            for each in changes(before, after)
        ]
        if not made:
            return
        mark = self._work.mark()
        put(self._work, case.entity, name, after)
        if case.entity.kind is Kind.SDP:
            self._watched.note(case.entity.id, name, new=self._work.is_new(case.entity))
        self._applied.append((case.record.place, mark, self._work.mark()))
        self._updates += made

    def deactivate(self, records: Iterable[Record]) -> None:
        """De-activate the SDPs that the set omits, and optional values that it does not tell.

        Of an SDP about which a record cannot be read it is not known what the set tells.
        """
        self._deactivates_from = self._work.mark()
        told: dict[str, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
        for record in records:
            told[record.subject.usdp][record.subject.timeline].append(record)
        unknown = self._not_told | self._work.world.unreadable.keys()
        try:
            for usdp in sorted(each for each, names in told.items() if SDP in names):
                if self._work.sdp(usdp) not in unknown:
                    self._updates += end_untold(self._work, usdp, told[usdp])
            for usdp in sorted(self._work.facts.omitted):
                made = deactivate(self._work, usdp)
                self._updates += made
                self._watched.deactivated += bool(made)
        except Exception as fault:
            raise DeactivationError(type(fault).__name__) from fault

    def made(self, count: int) -> tuple[Plan, Faults]:
        """Return the plan, of so many records, and the entities whose documents cannot be made."""
        documents, faults = self._work.changed()
        made = Plan(
            _sorted(self._updates),
            _sorted(self._exceptions),
            documents,
            self._watched.tally(
                records=count,
                updates=len(self._updates),
                exceptions=len(self._exceptions),
                faults=self._faults,
            ),
            frozenset(self._refused),
        )
        return made, faults

    def blamed(self, faults: Faults) -> dict[Place, Fault]:
        """Return the records that changed one of some entities, each with the fault of that.

        Raises DeactivationError where only de-activation did, else the first fault.
        """
        found: dict[Place, Fault] = {}
        for place, start, end in self._applied:
            for entity in sorted(self._work.put_between(start, end) & faults.keys()):
                found.setdefault(place, fault_of(place, faults[entity]))
        if found:
            return found
        first = faults[min(faults)]
        ended = self._deactivates_from
        if ended is not None and self._work.put_between(ended) & faults.keys():
            raise DeactivationError(type(first).__name__) from first
        raise first

    @property
    def _names(self) -> Mapping[tuple[str, str], str]:
        return self._work.facts.names


def _ascii(line: str) -> str:
    """Return a row. Raises ValueError for one that no report can hold."""
    if not line.isascii():
        message = "a row with other characters than those of ASCII"
        raise ValueError(message)
    return line


def _sorted(lines: list[str]) -> list[str]:
    """Return rows by their keys; those of one key stay in their order."""
    return sorted(lines, key=lambda line: line[: rows.KEY_LENGTH])
