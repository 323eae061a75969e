"""Judging a part: what is wrong between its records, and against the directory. Pure rules.

A faulty field says nothing; the others of its record count. An exact duplicate is not looked at.
Rules ask first whether any entity is in question, so that rows are gone through only where one is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from mdmr.exchange.files.layouts.synchronization import RECORDS
from mdmr.synchronization.staging.findings import Finding, about_row
from mdmr.synchronization.staging.inventory import (
    ALWAYS,
    METER_PARAMETERS,
    PHYSICAL,
    PHYSICAL_ALSO,
    SDP,
    VIRTUAL,
    VIRTUAL_ALSO,
    Inventory,
)
from mdmr.synchronization.staging.periods import conflicts
from mdmr.synchronization.staging.rows import REFERENCES, Row, once_and_again

_SDP_ID, _SDP_TYPE, _STATUS, _TO = 1, 2, 4, 2
_INACTIVE = "IN"
_NAMES = {layout.record: layout.names for layouts in RECORDS.values() for layout in layouts}


class Judge(Struct, frozen=True):
    """Whose set is judged and how: the LDC, P-Sync or not, the first Start that is not far back.

    `past` is that instant as a Date/Time field.
    """

    ldc: str
    periodic: bool
    past: str


class Owner(Struct, frozen=True):
    """For whom a Universal SDP ID was issued: the LDC and its SDP ID (empty: not known)."""

    ldc: str
    sdp_id: str


class Directory(Struct, frozen=True):
    """What the directory has of the entities of a part.

    `owners` are by Universal SDP ID, `types` the SDP Types of those SDPs that are in it (empty: not
    known); `assets` the meters and AMCDs, named as in a row; `parameters` the codes of meters.
    """

    owners: Mapping[str, Owner] = {}
    types: Mapping[str, str] = {}
    assets: frozenset[str] = frozenset()
    parameters: Mapping[str, frozenset[str]] = {}


class Case(Struct, frozen=True):
    """A part under judgement: its rows, each once, what they tell of, what is known beside."""

    judge: Judge
    rows: Sequence[Row]
    told: Inventory
    directory: Directory


def judge_rows(
    judge: Judge, rows: Iterable[Row], look_up: Callable[[Inventory], Directory]
) -> list[Finding]:
    """Return the findings about the rows of a part, in the order of the report.

    `look_up` returns what the directory has of what the rows tell of.
    """
    once, again = once_and_again(rows)
    told = Inventory(once)
    case = Case(judge, once, told, look_up(told))
    found = [about_row(row, "S101") for row in again]
    found += [about_row(row, code) for code, row in conflicts(once)]
    for rule in _RULES:
        found += rule(case)
    return sorted(found, key=lambda each: each.order)


def _field(row: Row, code: str, at: int, name: str = "") -> Finding:
    """Return the finding about a field, with its value as it was sent."""
    named = name or _NAMES[row.type][at]
    return about_row(row, code, (named, (row.submitted or row.texts)[at]))


def _about_sdps(case: Case) -> Iterator[tuple[Row, int, str]]:
    """Yield the rows about SDPs, each with the place of the Universal SDP ID and that id."""
    for row in case.rows:
        at, letter = REFERENCES.get(row.kind, _NONE)[0]
        if letter == SDP and (usdp := row.named(at)):
            yield row, at, usdp


def _not_owned(case: Case) -> Iterator[Finding]:
    owners, ldc = case.directory.owners, case.judge.ldc
    others = {usdp for usdp in case.told.first if usdp not in owners or owners[usdp].ldc != ldc}
    if not others:
        return
    for row, at, usdp in _about_sdps(case):
        if usdp in others:
            yield _field(row, "S020", at, "Universal SDP ID")


def _other_sdp_id(case: Case) -> Iterator[Finding]:
    for row in case.told.by_kind.get("SDP", ()):
        owner, sdp_id = case.directory.owners.get(row.named(0)), row.named(_SDP_ID)
        if owner is None or owner.ldc != case.judge.ldc:
            continue
        if "" not in (sdp_id, owner.sdp_id) and owner.sdp_id != sdp_id:
            yield _field(row, "S021", _SDP_ID)


def _unknown(case: Case) -> Iterator[Finding]:
    told, periodic = case.told, case.judge.periodic
    unknown = {each for each in told.lacking() if not _is_there(case, each)}
    if periodic:
        # Every SDP must be in the set; in an I-Sync S026 tells what a new one lacks.
        unknown |= {f"{SDP}{usdp}" for usdp in told.first.keys() - told.own[SDP]}
    if not unknown:
        return
    for row in case.rows:
        for place, (at, letter) in enumerate(REFERENCES.get(row.kind, ())):
            asked = letter != SDP or place or periodic
            if asked and at not in row.faulty and f"{letter}{row.texts[at]}" in unknown:
                yield _field(row, "S024", at)


def _is_there(case: Case, entity: str) -> bool:
    if entity[0] == SDP:
        return not case.judge.periodic and entity[1:] in case.directory.types
    return entity in case.directory.assets


def _type_conflict(case: Case) -> Iterator[Finding]:
    told = case.told
    for row in told.by_kind.get("SDP", ()):
        if (said := row.named(_SDP_TYPE)) and _types(case, row.named(0)) - {said}:
            yield about_row(row, "S027")
    for kind, at, wrong in _WRONG_FOR:
        for row in told.by_kind.get(kind, ()):
            usdp = row.named(at)
            # A type that cannot be read conflicts with nothing.
            found = case.directory.types.get(usdp) or told.types.get(usdp)
            if found and (found == VIRTUAL) is wrong:
                yield about_row(row, "S027")


def _types(case: Case, usdp: str) -> set[str]:
    """Return the types of an SDP by the directory and by its first record, as far as known."""
    return {case.directory.types.get(usdp, ""), case.told.types.get(usdp, "")} - {""}


def _meters(case: Case) -> Iterator[Finding]:
    told, parameters = case.told, case.directory.parameters
    for row in told.by_kind.get("REL/SM", ()):
        meter = row.named(_TO)
        if not meter:
            continue
        amcds = told.modules.get(meter, set())
        # An AMCD ID that cannot be read may be that of a COM.
        if meter not in told.own["M"] or not ("" in amcds or amcds & told.own["A"]):
            yield about_row(row, "S028")
        known = told.parameters.get(meter, set()) | parameters.get(meter, frozenset())
        if not known >= METER_PARAMETERS:
            yield about_row(row, "S029")


def _far_back(case: Case) -> Iterator[Finding]:
    # Of one whose type nobody knows it is not known either since when it is there.
    if case.judge.periodic or not any(case.directory.types.values()):
        return
    for row, _, usdp in _about_sdps(case):
        start = len(row.texts) - 2
        if case.directory.types.get(usdp) and "" < row.named(start) < case.judge.past:
            yield _field(row, "S103", start)


def _incomplete(case: Case) -> Iterator[Finding]:
    """Yield what SDPs lack, at the first record of each."""
    told = case.told
    for usdp, first in told.first.items():
        # Of a type that cannot be read only what every SDP needs is asked.
        kind = told.types.get(usdp) or case.directory.types.get(usdp, "")
        there = told.told[usdp]
        if case.judge.periodic:
            if not there >= _CURRENT.get(kind, ALWAYS) and _in_use(case, usdp):
                yield about_row(first, "S025")
        elif not there >= _NEW.get(kind, ALWAYS) and _is_new(case, usdp):
            yield about_row(first, "S026")


def _in_use(case: Case, usdp: str) -> bool:
    own = (row for row in case.told.by_kind.get("SDP", ()) if row.named(0) == usdp)
    return any(row.named(_STATUS) not in ("", _INACTIVE) for row in own)


def _is_new(case: Case, usdp: str) -> bool:
    owner = case.directory.owners.get(usdp)
    foreign = owner is not None and owner.ldc != case.judge.ldc
    return not foreign and usdp not in case.directory.types


_NONE = ((0, ""),)
# What an SDP must have by its type, in a P-Sync, and when it is new.
_CURRENT = {PHYSICAL: ALWAYS | PHYSICAL_ALSO}
_NEW = {PHYSICAL: ALWAYS | PHYSICAL_ALSO, VIRTUAL: ALWAYS | VIRTUAL_ALSO}
# Kinds of records with the place of their SDP: whether they are wrong for a virtual one, else for
# a physical one.
_WRONG_FOR = (("REL/SM", 1, True), ("REL/SO", 1, True), ("CTC", 0, False), ("CTF", 0, False))
_RULES: Sequence[Callable[[Case], Iterable[Finding]]] = (
    _not_owned,
    _other_sdp_id,
    _unknown,
    _type_conflict,
    _meters,
    _far_back,
    _incomplete,
)
