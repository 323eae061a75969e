"""Checking a part of a set against itself and the directory, which is asked only what it must."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from mdmr.directory import reading
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.identifiers import numbers
from mdmr.ports.hub import Hub
from mdmr.ports.state import StateStore
from mdmr.synchronization.records import AMCD, METER, SDP, parameter
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.staging import objects, parts, terms
from mdmr.synchronization.staging.findings import Summary, summary
from mdmr.synchronization.staging.inventory import METER_PARAMETERS, Inventory
from mdmr.synchronization.staging.judging import Directory, Owner, judge_rows, wanted
from mdmr.synchronization.staging.parts import Part
from mdmr.synchronization.staging.rows import Row, kind_and_id

_TO = 2
LookUp: TypeAlias = Callable[[StateStore, str, Part, Sequence[Row]], Directory]
_EXISTENCE = {Kind.SDP: SDP, Kind.METER: METER, Kind.AMCD: AMCD}


def check(hub: Hub, each: FileSet, part: str, look_up: LookUp | None = None) -> Summary:
    """Judge a part and lay down what was found. Raises ObjectMissingError.

    The directory is asked with `directory_of` unless another way is given.
    """
    known = parts.find(hub, each.id, part)
    rows = list(parts.rows(hub.data, known))
    limits = terms.in_force(hub.state, each.id, each.stl_start or hub.clock.now())
    directory = (look_up or directory_of)(hub.directory, each.id.ldc, known, rows)
    found = judge_rows(limits.judge, rows, directory)
    total = summary(found)
    objects.put_findings(hub.data, objects.part_findings_key(each.id, part), total, found)
    return total


def directory_of(store: StateStore, ldc: str, part: Part, rows: Sequence[Row]) -> Directory:
    """Return what the directory has of the entities of a part.

    What its map knows is not asked again: of unchanged SDPs nothing is read.
    """
    told = Inventory(rows)
    owners = {usdp: Owner(ldc, each.sdp_id) for usdp, each in part.known.items()}
    types = {usdp: each.type for usdp, each in part.known.items()}
    asked = [usdp for usdp in told.first if usdp not in owners]
    pairs = numbers.issued(store, asked) if asked else {}
    owners |= {usdp: Owner(pair.ldc, pair.sdp_id) for usdp, pair in pairs.items()}
    mapped = {*(f"M{each}" for each in part.meters), *(f"A{each}" for each in part.amcds)}
    lacking = _lacking_parameters(told, rows)
    unknown = {
        name
        for name in wanted(told, rows)
        if name not in mapped and not (name[0] == "S" and name[1:] in {*types, *told.first})
    }
    documents = _read(store, ldc, sorted(unknown | {f"M{meter}" for meter in lacking}))
    there = {
        name
        for name, document in documents.items()
        if document.timeline(_EXISTENCE[document.entity.kind]).segments
    }
    types |= {name[1:]: "" for name in there if name[0] == "S"}
    parameters = {
        meter: frozenset(
            code
            for code in METER_PARAMETERS
            if documents[f"M{meter}"].timeline(parameter(code)).segments
        )
        for meter in lacking
    }
    return Directory(owners, types, frozenset(mapped | there), parameters)


def _lacking_parameters(told: Inventory, rows: Iterable[Row]) -> set[str]:
    """Return the meters in SM of which the set does not tell all parameters that they need."""
    meters = {row.named(_TO) for row in rows if row.kind == "REL/SM"} - {""}
    return {meter for meter in meters if not told.parameters.get(meter, set()) >= METER_PARAMETERS}


def _read(store: StateStore, ldc: str, names: Sequence[str]) -> dict[str, Document]:
    entities = {}
    for name in names:
        kind, identity = kind_and_id(name)
        entities[name] = Entity(kind, ldc, identity)
    found = reading.read(store, entities.values()) if entities else {}
    return {name: found[entity] for name, entity in entities.items()}
