"""Checking a part of a set against itself and the directory, which is asked only what it must."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
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
from mdmr.synchronization.staging.judging import Directory, Owner, judge_rows
from mdmr.synchronization.staging.parts import Part
from mdmr.synchronization.staging.rows import kind_and_id

LookUp: TypeAlias = Callable[[StateStore, str, Part, Inventory], Directory]
_EXISTENCE = {Kind.SDP: SDP, Kind.METER: METER, Kind.AMCD: AMCD}


def check(hub: Hub, each: FileSet, part: str, look_up: LookUp | None = None) -> Summary:
    """Judge a part and lay down what was found. Raises ObjectMissingError.

    The directory is asked with `directory_of` unless another way is given.
    """
    known = parts.find(hub, each.id, part)
    limits = terms.in_force(hub.state, each.id, each.stl_start or hub.clock.now())
    asked = partial(look_up or directory_of, hub.directory, each.id.ldc, known)
    found = judge_rows(limits.judge, parts.rows(hub.data, known), asked)
    total = summary(found)
    objects.put_findings(hub.data, objects.part_findings_key(each.id, part), total, found)
    return total


def directory_of(store: StateStore, ldc: str, part: Part, told: Inventory) -> Directory:
    """Return what the directory has of the entities of a part.

    What its map knows is not asked again: of unchanged SDPs nothing is read.
    """
    owners = {usdp: Owner(ldc, each.sdp_id) for usdp, each in part.known.items()}
    types = {usdp: each.type for usdp, each in part.known.items()}
    asked = [usdp for usdp in told.first if usdp not in owners]
    pairs = numbers.issued(store, asked) if asked else {}
    owners |= {usdp: Owner(pair.ldc, pair.sdp_id) for usdp, pair in pairs.items()}
    mapped = {
        *(f"M{each}" for each in part.meters),
        *(f"A{each}" for each in part.amcds),
        *(f"S{each}" for each in types),
    }
    lacking = told.lacking_parameters()
    unknown = {*told.lacking(), *(f"M{meter}" for meter in lacking)} - mapped
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


def _read(store: StateStore, ldc: str, names: Sequence[str]) -> dict[str, Document]:
    entities = {}
    for name in names:
        kind, identity = kind_and_id(name)
        entities[name] = Entity(kind, ldc, identity)
    found = reading.read(store, entities.values()) if entities else {}
    return {name: found[entity] for name, entity in entities.items()}
