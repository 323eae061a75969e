"""The hub document: organizations, authorizations, parameters, numbers from before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from mdmr.calendar.period import Period
from mdmr.exchange.filetypes import INBOUND
from mdmr.exchange.layouts.types import ORG_ID, SDP_ID, UNIVERSAL_SDP_ID, FieldType
from mdmr.identifiers.kept import Kept
from mdmr.identifiers.universal_id import Pair
from mdmr.operation.faults import Fault, Raw, Reader
from mdmr.organizations.entities import Authorization, Organization, Right, Role, with_received
from mdmr.organizations.parameter_table import PARAMETERS, Scope
from mdmr.organizations.parameters import EVERYONE, Setting

KEYS = ("organizations", "authorizations", "parameters", "universal_sdp_ids")
_GLOBAL = "global"
# A row that does not say since when has always been in force.
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
_REPORT_LENGTH = 4
_T = TypeVar("_T")


@dataclass(frozen=True)
class Document:
    """What an operator wants the hub to hold; RECEIVE rows that SUBMIT brings are in it."""

    organizations: tuple[Organization, ...] = ()
    authorizations: tuple[Authorization, ...] = ()
    settings: tuple[Setting, ...] = ()
    numbers: tuple[Kept, ...] = ()


def read(raw: Raw) -> tuple[Document | None, list[Fault]]:
    """Return the document of plain data, or None with every fault found in it."""
    reader = Reader()
    parts = reader.mapping(raw, "", KEYS, ())
    known: set[str] = set()
    rows = reader.rows(parts.get("organizations"), "organizations")
    organizations = [_organization(reader, row, path, known) for path, row in rows]
    rows = reader.rows(parts.get("authorizations"), "authorizations")
    authorizations = [_authorization(reader, row, path) for path, row in rows]
    settings = _settings(reader, parts.get("parameters"))
    rows = reader.rows(parts.get("universal_sdp_ids"), "universal_sdp_ids")
    numbers = _numbers(reader, rows)
    if reader.faults:
        return None, reader.faults
    document = Document(
        tuple(each for each in organizations if each),
        tuple(with_received(each for each in authorizations if each)),
        tuple(settings),
        tuple(numbers),
    )
    return document, []


def _organization(reader: Reader, raw: Raw, path: str, known: set[str]) -> Organization | None:
    keys = ("org_id", "name", "roles", "from", "to", "transport_ids", "contacts")
    row = reader.mapping(raw, path, keys, ("org_id", "name", "roles"))
    org_id = _form(reader, row.get("org_id"), f"{path}.org_id", ORG_ID)
    if org_id and org_id in known:
        reader.fault(f"{path}.org_id", f"{org_id} stands twice")
    known.add(org_id)
    roles = [
        role
        for at, text in reader.rows(row.get("roles"), f"{path}.roles")
        if (role := _role(reader, text, at)) is not None
    ]
    period = _period(reader, row, path)
    transport = reader.rows(row.get("transport_ids"), f"{path}.transport_ids")
    contacts = row.get("contacts") or {}
    if not isinstance(contacts, Mapping):
        reader.fault(f"{path}.contacts", "must be a mapping of purpose to address")
        contacts = {}
    if not roles:
        reader.fault(f"{path}.roles", "needs at least one role")
    if period is None:
        return None
    return Organization(
        org_id,
        reader.text(row.get("name"), f"{path}.name"),
        frozenset(roles),
        period,
        tuple(reader.filled(each, at) for at, each in transport),
        tuple(
            sorted(
                (str(purpose), reader.filled(address, f"{path}.contacts.{purpose}"))
                for purpose, address in contacts.items()
            )
        ),
    )


def _role(reader: Reader, raw: Raw, path: str) -> Role | None:
    reader.filled(raw, path)
    return _one_of(reader, raw, path, {each.value: each for each in Role})


def _authorization(reader: Reader, raw: Raw, path: str) -> Authorization | None:
    keys = ("ldc", "organization", "file_id", "right", "from", "to")
    row = reader.mapping(raw, path, keys, ("ldc", "organization", "file_id", "right"))
    ldc = _form(reader, row.get("ldc"), f"{path}.ldc", ORG_ID)
    organization = _form(reader, row.get("organization"), f"{path}.organization", ORG_ID)
    rights = {each.value: each for each in Right}
    right = _one_of(reader, row.get("right"), f"{path}.right", rights)
    file_id = reader.text(row.get("file_id"), f"{path}.file_id")
    if right is Right.SUBMIT and file_id not in INBOUND:
        reader.fault(f"{path}.file_id", f"must be one of {', '.join(INBOUND)} to submit")
    if right is Right.RECEIVE and len(file_id) != _REPORT_LENGTH:
        reader.fault(f"{path}.file_id", "must be a report id of four characters")
    period = _period(reader, row, path)
    if right is None or period is None:
        return None
    return Authorization(ldc, organization, file_id, right, period)


def _settings(reader: Reader, raw: Raw) -> list[Setting]:
    if raw is None:
        return []
    if not isinstance(raw, Mapping):
        reader.fault("parameters", "must be a mapping of `global` or an ORG ID to parameters")
        return []
    settings: list[Setting] = []
    for owner, values in raw.items():
        path = f"parameters.{owner}"
        if owner != _GLOBAL and not ORG_ID.accepts(str(owner)):
            reader.fault(path, "must be `global` or an ORG ID")
        if not isinstance(values, Mapping):
            reader.fault(path, "must be a mapping of parameters to values")
            continue
        for name, value in values.items():
            text = _setting(reader, str(owner), str(name), value, f"{path}.{name}")
            settings.append(
                Setting(str(name), EVERYONE if owner == _GLOBAL else str(owner), text, _ALWAYS)
            )
    return settings


def _setting(reader: Reader, owner: str, name: str, raw: Raw, path: str) -> str:
    parameter = PARAMETERS.get(name)
    if parameter is None:
        reader.fault(path, "is no parameter")
        return ""
    if owner != _GLOBAL and parameter.scope is Scope.GLOBAL:
        reader.fault(path, "can only be set for all (`global`)")
    # YAML reads yes, no, on and off as truth values.
    words = {True: ("yes", "on"), False: ("no", "off")}
    texts = words[raw] if isinstance(raw, bool) else (str(raw),)
    text = next((each for each in texts if parameter.accepts(each)), None)
    if text is None or raw is None:
        reader.fault(path, f"{texts[0]!r} is no value in {parameter.unit}")
        return ""
    return text


def _numbers(reader: Reader, rows: list[tuple[str, Raw]]) -> list[Kept]:
    numbers: list[Kept] = []
    pairs: dict[Pair, str] = {}
    taken: dict[str, str] = {}
    for path, raw in rows:
        keys = ("ldc", "sdp_id", "universal_sdp_id", "issued")
        row = reader.mapping(raw, path, keys, keys[:3])
        ldc = _form(reader, row.get("ldc"), f"{path}.ldc", ORG_ID)
        sdp_id = _form(reader, row.get("sdp_id"), f"{path}.sdp_id", SDP_ID)
        at = f"{path}.universal_sdp_id"
        number = _form(reader, row.get("universal_sdp_id"), at, UNIVERSAL_SDP_ID)
        issued = row.get("issued", True)
        if not isinstance(issued, bool):
            reader.fault(f"{path}.issued", "must be true or false")
        pair = Pair(ldc, sdp_id)
        if ldc and sdp_id and pair in pairs:
            reader.fault(path, f"{ldc} {sdp_id} stands twice, first in {pairs[pair]}")
        if number and number in taken:
            reader.fault(at, f"{number} stands twice, first in {taken[number]}")
        pairs[pair] = taken[number] = path
        numbers.append(Kept(pair, number, issued=bool(issued)))
    return numbers


def _period(reader: Reader, row: Mapping[str, Raw], path: str) -> Period | None:
    start = reader.instant(row.get("from"), f"{path}.from") or _ALWAYS
    end = reader.instant(row.get("to"), f"{path}.to")
    if end is not None and end <= start:
        reader.fault(f"{path}.to", "must lie after `from`")
        return None
    return Period(start, end)


def _form(reader: Reader, raw: Raw, path: str, kind: FieldType) -> str:
    text = kind.fold(reader.text(raw, path))
    if text and not kind.accepts(text):
        reader.fault(path, f"{text!r} is no {kind.label} of its form")
    return text


def _one_of(reader: Reader, raw: Raw, path: str, known: Mapping[str, _T]) -> _T | None:
    text = reader.text(raw, path)
    if text and text not in known:
        reader.fault(path, f"{text!r} is none of {', '.join(known)}")
    return known.get(text)
