"""Planning a part of a set: its records, and all that is to be known of the world for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from msgspec.structs import replace

from mdmr.calendar.instants import in_est
from mdmr.calendar.period import Period
from mdmr.directory import amcd_claims, reading
from mdmr.directory.amcd_claims import Claims
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.exchange.files.layouts.synchronization import COMPONENTS
from mdmr.identifiers import numbers
from mdmr.organizations import parameters, registry
from mdmr.organizations.entities import Organization
from mdmr.ports.contention import Contended, OvertakenError, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.schedules import loaded
from mdmr.synchronization.processing import claiming, plans
from mdmr.synchronization.processing.entities import documents
from mdmr.synchronization.processing.mapping import entries
from mdmr.synchronization.processing.plan import Faults, Plan, plan
from mdmr.synchronization.processing.settling import unsettled
from mdmr.synchronization.processing.world import Facts, World
from mdmr.synchronization.records import Record
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.staging import parts

_ORGANIZATIONS = frozenset({"SB", "SO", "SE", "SC"})
_CYCLE, _COMPONENT = "BCID", "CTC"
_PARAMETERS = ("sync.retro_days", "sync.future_days", "billing.ulo")
Names: TypeAlias = Mapping[tuple[str, str], str]


def plan_part(
    hub: Hub, each: FileSet, part: str, names: Names, *, claiming_amcds: bool = True
) -> None:
    """Plan a part of a set under work and write its plan, unless there is one.

    `names` are those of its files by number and segment. A document that cannot be read, changed
    or written is the fault of the records about it. Before a plan binds an AMCD, that is claimed;
    without `claiming_amcds` (for a preview) nothing is. Raises DeactivationError, NotActiveError,
    KeptInsideError, StateBusyError.
    """
    key = plan_key(each, part)
    if plans.tally(hub.data, key) is not None:
        return
    told, unreadable = parts.records(hub, each.id, part)
    facts = facts_of(hub, each, names, parts.omitted(hub, each.id, part))
    world = world_of(hub, told, facts)
    written = _Written(hub, world, facts)
    concerned = claiming.concerned(told, world.documents, facts.ldc)
    claimed = claiming.assumed(concerned, world.documents, facts.ldc) if claiming_amcds else {}
    concerned -= claimed.keys()

    def attempt() -> Plan:
        nonlocal world, concerned
        world = _with_claims(hub, world, facts.ldc, concerned, claimed)
        found = plan(told, world, facts, unreadable, written.prove)
        if claiming_amcds:
            concerned = claiming.claim(hub, each, found, world.documents, claimed)
            if concerned:
                raise OvertakenError(str(each.id))
        return found

    made = retry_on_contention(hub.backoff, Contended.AMCD, f"plan of {each.id}", attempt)
    plans.write(
        hub.data,
        key,
        made,
        written.entries,
        unsettled(told, world.documents, made, facts),
        written.documents,
    )


class _Written:
    """What a plan leaves, as it is written: its documents, and what it changes of the map."""

    def __init__(self, hub: Hub, world: World, facts: Facts) -> None:
        self._hub, self._world, self._facts = hub, world, facts
        self.documents: list[bytes] = []
        self.entries: list[bytes] = []

    def prove(self, made: Plan) -> Faults:
        """Make both of a plan, and return the entities at which that failed, with the faults."""
        self.documents, faults = plans.lines_of(made.documents)
        if faults:
            return faults
        at = min(self._facts.extracted, self._facts.at)
        before = self._world.documents
        self.entries, faults = entries(before, made.documents, at, self._read)
        return faults

    def _read(self, asked: Iterable[Entity]) -> dict[Entity, Document]:
        return reading.read_what_can_be(self._hub.directory, asked, {})


def plan_key(each: FileSet, part: str) -> str:
    """Return the key of the plan of a part of a set under work."""
    return plans.plan_key(each.id, _begun(each), part)


def names_of(hub: Hub, each: FileSet) -> Names:
    """Return the names of the files of a set by number and segment."""
    files = rows.files(hub.state, each.id)
    return {(file.number, file.segment): file.name for file in files}


def facts_of(hub: Hub, each: FileSet, names: Names, omitted: Iterable[str]) -> Facts:
    """Return what is known of a set under work, and of a part that omits some SDPs."""
    begun = _begun(each)
    limits = parameters.values(hub.state, _PARAMETERS, at=begun, owner=each.id.ldc)
    if each.extracted is None:
        message = f"{each.id} has no Extracted Date Time"
        raise ValueError(message)
    return Facts(
        set_id=str(each.id),
        ldc=each.id.ldc,
        periodic=each.id.periodic,
        # In one zone with all times of records and documents, which are compared much faster so.
        extracted=in_est(each.extracted),
        today=in_est(begun).replace(hour=0, minute=0, second=0, microsecond=0),
        at=begun,
        retro_days=int(limits["sync.retro_days"]),
        future_days=int(limits["sync.future_days"]),
        names=names,
        omitted=tuple(omitted),
        components=any(number == COMPONENTS for number, _ in names),
        ultra_low_overnight=limits["billing.ulo"] == "on",
    )


def world_of(hub: Hub, told: Iterable[Record], facts: Facts) -> World:
    """Return what is there before records are applied, as far as they ask for it."""
    told = list(told)
    subjects = [each.subject for each in told]
    named = {said.to for said in subjects if said.type in _ORGANIZATIONS}
    components = {said.entity for said in subjects if said.type == _COMPONENT}
    unreadable: dict[Entity, Exception] = {}

    def read(asked: Iterable[Entity]) -> dict[Entity, Document]:
        return reading.read_what_can_be(hub.directory, asked, unreadable)

    cycles = any(said.attribute == _CYCLE for said in subjects)
    return World(
        documents=documents(told, facts.ldc, facts.omitted, read),
        organizations=_organizations(hub, named),
        cycles=loaded.cycles(hub, facts.ldc) if cycles else frozenset(),
        windows=_open_windows,
        foreign=_foreign(hub, components, facts.ldc),
        unreadable=unreadable,
    )


def _with_claims(
    hub: Hub, world: World, ldc: str, amcds: Iterable[str], claimed: dict[str, Claims]
) -> World:
    """Return the world with the claims on AMCDs, which are added to those `claimed` so far.

    An AMCD whose claims cannot be read is as one whose document cannot be.
    """
    faults: dict[str, Exception] = {}
    claimed |= amcd_claims.read(hub.directory, amcds, faults)
    world = replace(world, elsewhere=claiming.elsewhere(hub, ldc, claimed.values()))
    if not faults:
        return world
    unreadable = {Entity(Kind.AMCD, ldc, amcd): fault for amcd, fault in faults.items()}
    known = {each: found for each, found in world.documents.items() if each not in unreadable}
    return replace(world, documents=known, unreadable={**world.unreadable, **unreadable})


def _begun(each: FileSet) -> datetime:
    if each.sync_start is None:
        message = f"{each.id} is not under work"
        raise ValueError(message)
    return each.sync_start


def _organizations(hub: Hub, named: Iterable[str]) -> dict[str, Organization]:
    found = {org_id: registry.organization(hub.state, org_id) for org_id in sorted(named)}
    return {org_id: each for org_id, each in found.items() if each is not None}


def _foreign(hub: Hub, usdps: Iterable[str], ldc: str) -> frozenset[str]:
    issued = numbers.issued(hub.directory, sorted(usdps))
    return frozenset(usdp for usdp, pair in issued.items() if pair.ldc != ldc)


def _open_windows(_: str) -> list[Period]:
    """Return the periods of the open billing requests of an SDP: the hub takes none yet."""
    return []
