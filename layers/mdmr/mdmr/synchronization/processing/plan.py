"""The plan of a part: what its records change, refuse and de-activate, before anything is written.

Pure: the same records, world and facts give the same plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from mdmr.directory.changes import changes
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.synchronization.processing import rows
from mdmr.synchronization.processing.binding import BINDINGS, bind
from mdmr.synchronization.processing.deactivating import deactivate, end_untold
from mdmr.synchronization.processing.entities import named
from mdmr.synchronization.processing.judging import Case, judge
from mdmr.synchronization.processing.ordering import in_order
from mdmr.synchronization.processing.tally import Fault, Tally, Watched
from mdmr.synchronization.processing.work import Work
from mdmr.synchronization.processing.world import Facts, World
from mdmr.synchronization.records import SDP, Record

SYSTEM_ERROR = "Y299"


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


def plan(records: Iterable[Record], world: World, facts: Facts) -> Plan:
    """Return what the records of a part change in the world, and which of them are refused.

    A record on which the hub itself fails is refused with Y299. Raises DeactivationError.
    """
    ordered = in_order(records)
    making = _Making(Work(world, facts))
    for record in ordered:
        making.take(record)
    if facts.periodic:
        making.deactivate(ordered)
    return making.made(len(ordered))


class _Making:
    """A plan in the making."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._updates: list[str] = []
        self._exceptions: list[str] = []
        self._refused: set[Entity] = set()
        self._faults: list[Fault] = []
        self._watched = Watched()

    def take(self, record: Record) -> None:
        """Apply a record, or refuse it."""
        try:
            case = Case(record, self._work)
            code = judge(case)
            if not code and not case.steady:
                self._apply(case)
        except Exception as fault:  # noqa: BLE001 - what fails on one record must not stop others
            self._faults.append(_fault_of(record, fault))
            code = SYSTEM_ERROR
        if code:
            self._exceptions.append(rows.refused(record, code, self._work.facts.names))
            self._refused |= set(named(record.subject, self._work.facts.ldc))

    def _apply(self, case: Case) -> None:
        before, after, name = case.before, case.taken, case.subject.timeline
        made = [
            rows.update(case.record.place, case.subject, case.record.type, each)
            for each in changes(before, after)
        ]
        if not made:
            return
        if name in BINDINGS:
            bind(self._work, case.entity, name, after)
        else:
            self._work.put(case.entity, name, after)
        self._updates += made
        if case.entity.kind is Kind.SDP:
            self._watched.note(case.entity.id, name, new=self._work.is_new(case.entity))

    def deactivate(self, records: Iterable[Record]) -> None:
        """De-activate the SDPs that the set omits, and optional values that it does not tell."""
        told: dict[str, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
        for record in records:
            told[record.subject.usdp][record.subject.timeline].append(record)
        try:
            for usdp in sorted(each for each, names in told.items() if SDP in names):
                self._updates += end_untold(self._work, usdp, told[usdp])
            for usdp in sorted(self._work.facts.omitted):
                made = deactivate(self._work, usdp)
                self._updates += made
                self._watched.deactivated += bool(made)
        except Exception as fault:
            raise DeactivationError(type(fault).__name__) from fault

    def made(self, count: int) -> Plan:
        """Return the plan, of so many records."""
        facts = self._work.facts
        return Plan(
            _sorted(self._updates),
            _sorted(self._exceptions),
            list(self._work.changed(facts.at, facts.set_id)),
            self._watched.tally(
                records=count,
                updates=len(self._updates),
                exceptions=len(self._exceptions),
                faults=self._faults,
            ),
            frozenset(self._refused),
        )


def _fault_of(record: Record, fault: Exception) -> Fault:
    """Return what is told of a fault: its name, where it was raised and at which line of a file."""
    at = fault.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = f"{at.tb_frame.f_code.co_filename.rpartition('/')[2]}:{at.tb_lineno}" if at else ""
    place = "-".join(map(str, record.place))
    return Fault(record.place.number, f"{type(fault).__name__} {where} at {place}")


def _sorted(lines: list[str]) -> list[str]:
    """Return rows by their keys; those of one key stay in their order."""
    return sorted(lines, key=lambda line: line[: rows.KEY_LENGTH])
