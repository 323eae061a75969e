"""Judging a part: what is wrong between its records, and against the directory. Pure rules.

A faulty field says nothing; the others of its record count. An exact duplicate is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from mdmr.exchange.files.layouts.synchronization import RECORDS
from mdmr.synchronization.staging.findings import Finding, about_row
from mdmr.synchronization.staging.inventory import (
    ALWAYS,
    METER_PARAMETERS,
    PHYSICAL_ALSO,
    VIRTUAL,
    VIRTUAL_ALSO,
    Inventory,
)
from mdmr.synchronization.staging.periods import conflicts
from mdmr.synchronization.staging.rows import REFERENCES, Row

_SDP, _METER, _AMCD = "S", "M", "A"
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
    """For whom a Universal SDP ID was issued: the LDC and its SDP ID."""

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


class Part(Struct, frozen=True):
    """A part under judgement."""

    judge: Judge
    told: Inventory
    directory: Directory


def judge_rows(judge: Judge, rows: Iterable[Row], directory: Directory) -> list[Finding]:
    """Return the findings about the rows of a part, in the order of the report."""
    once: list[Row] = []
    found: list[Finding] = []
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        said = (row.type, *row.texts)
        if said in seen:
            found.append(about_row(row, "S101"))
        else:
            seen.add(said)
            once.append(row)
    part = Part(judge, Inventory(once), directory)
    found += [about_row(row, code) for code, row in conflicts(once)]
    found += _incomplete(part)
    for row in once:
        for code, hits in _OF_ROW:
            found += [_finding(row, code, at) for at in hits(part, row)]
    return sorted(found, key=lambda each: each.order)


def wanted(part: Inventory, rows: Iterable[Row]) -> Iterator[str]:
    """Yield the entities that are named by rows and have no record of their own there."""
    for row in rows:
        for at, letter in REFERENCES.get(row.kind, ()):
            name = row.named(at)
            if name and not _has_record(part, letter, name):
                yield f"{letter}{name}"


def _finding(row: Row, code: str, at: int | None) -> Finding:
    if at is None:
        return about_row(row, code)
    name = "Universal SDP ID" if code == "S020" else _NAMES[row.type][at]
    return about_row(row, code, (name, (row.submitted or row.texts)[at]))


def _subject(row: Row) -> tuple[str, str, int]:
    """Return the letter, the id and the place of what a row is about; no id where it is faulty."""
    at, letter = REFERENCES[row.kind][0] if row.kind in REFERENCES else (0, "")
    return letter, row.named(at) if letter else "", at


def _not_owned(part: Part, row: Row) -> Iterator[int | None]:
    letter, usdp, at = _subject(row)
    if letter == _SDP and usdp:
        owner = part.directory.owners.get(usdp)
        if owner is None or owner.ldc != part.judge.ldc:
            yield at


def _other_sdp_id(part: Part, row: Row) -> Iterator[int | None]:
    if row.type != "SDP" or not (sdp_id := row.named(_SDP_ID)):
        return
    owner = part.directory.owners.get(row.named(0))
    if owner is not None and owner.ldc == part.judge.ldc and owner.sdp_id != sdp_id:
        yield _SDP_ID


def _unknown(part: Part, row: Row) -> Iterator[int | None]:
    for place, (at, letter) in enumerate(REFERENCES.get(row.kind, ())):
        name = row.named(at)
        if not name or _has_record(part.told, letter, name):
            continue
        if letter == _SDP and (part.judge.periodic or place):
            # In a P-Sync every SDP must be there; else only a component must be known at all.
            if part.judge.periodic or name not in part.directory.types:
                yield at
        elif letter != _SDP and f"{letter}{name}" not in part.directory.assets:
            yield at


def _has_record(told: Inventory, letter: str, name: str) -> bool:
    if letter == _SDP:
        return name in told.sdps
    return name in (told.mtr if letter == _METER else told.com)


def _type_conflict(part: Part, row: Row) -> Iterator[int | None]:
    letter, usdp, _ = _subject(row)
    known = part.directory.types.get(usdp) or part.told.types.get(usdp)
    if letter != _SDP or not known:
        return
    virtual = known == VIRTUAL
    if row.type == "SDP":
        if (said := row.named(_SDP_TYPE)) and said != known:
            yield None
    elif (virtual and row.kind in ("REL/SM", "REL/SO")) or (
        not virtual and row.type in ("CTC", "CTF")
    ):
        yield None


def _meter_incomplete(part: Part, row: Row) -> Iterator[int | None]:
    if row.kind != "REL/SM" or not (meter := row.named(_TO)):
        return
    modules = part.told.modules.get(meter, set())
    if meter not in part.told.mtr or not modules & part.told.com:
        yield None


def _parameters_missing(part: Part, row: Row) -> Iterator[int | None]:
    if row.kind != "REL/SM" or not (meter := row.named(_TO)):
        return
    known = part.told.parameters.get(meter, set()) | part.directory.parameters.get(
        meter, frozenset()
    )
    if not known >= METER_PARAMETERS:
        yield None


def _far_back(part: Part, row: Row) -> Iterator[int | None]:
    letter, usdp, _ = _subject(row)
    start = len(row.texts) - 2
    # Of one whose type nobody knows it is not known either since when it is there.
    if part.judge.periodic or letter != _SDP or not part.directory.types.get(usdp):
        return
    if (text := row.named(start)) and text < part.judge.past:
        yield start


# Each code with the rule that yields where it hits a row: the place of the field, None: no field.
_OF_ROW: Sequence[tuple[str, Callable[[Part, Row], Iterator[int | None]]]] = (
    ("S020", _not_owned),
    ("S021", _other_sdp_id),
    ("S024", _unknown),
    ("S027", _type_conflict),
    ("S028", _meter_incomplete),
    ("S029", _parameters_missing),
    ("S103", _far_back),
)


def _incomplete(part: Part) -> Iterator[Finding]:
    """Yield what SDPs lack, at the first record of each: S025, S026."""
    for usdp, first in part.told.first.items():
        if part.judge.periodic:
            if _in_use(part.told, usdp) and not _has_all(part, usdp, ()):
                yield about_row(first, "S025")
        elif _is_new(part, usdp) and not _has_all(part, usdp, VIRTUAL_ALSO):
            yield about_row(first, "S026")


def _in_use(told: Inventory, usdp: str) -> bool:
    statuses = (row.named(_STATUS) for row in told.sdps.get(usdp, ()))
    return any(each not in ("", _INACTIVE) for each in statuses)


def _is_new(part: Part, usdp: str) -> bool:
    owner = part.directory.owners.get(usdp)
    foreign = owner is not None and owner.ldc != part.judge.ldc
    return not foreign and usdp not in part.directory.types


def _has_all(part: Part, usdp: str, of_virtual: Sequence[str]) -> bool:
    virtual = part.told.types.get(usdp) == VIRTUAL
    return part.told.told[usdp].issuperset((*ALWAYS, *(of_virtual if virtual else PHYSICAL_ALSO)))
