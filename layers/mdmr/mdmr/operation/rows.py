"""Rows of a hub document: an organization, and what several kinds of rows are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct, field

from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.exchange.files.layouts.types import ORG_ID, FieldType
from mdmr.operation.faults import Raw, Reader, shown
from mdmr.organizations.entities import CONTACT_PURPOSES, OPERATOR_ID, Organization, Role

_KEYS = ("org_id", "name", "roles", "from", "to", "transport_ids", "contacts")
_MOST_NAME = 100
# What systems write that have no empty date.
_NO_START, _NO_END = "0001-01-01", "9999-12-31"
_MOST_ADDRESS = 254
_MAX_TRANSPORT_IDS = 100
_TRANSPORT_ID = re.compile(r"(as2|sftp|tls):[A-Za-z0-9@._:/+=,-]{1,200}")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_T = TypeVar("_T")


class Known(Struct):
    """What a document has named so far and must not name again."""

    org_ids: set[str] = field(default_factory=set)
    transport_ids: set[str] = field(default_factory=set)


def read_organization(reader: Reader, raw: Raw, path: str, known: Known) -> Organization | None:
    """Return the organization of a row, or None where its period is none."""
    row = reader.mapping(raw, path, _KEYS, ("org_id", "name", "roles"))
    org_id = read_form(reader, row.get("org_id"), f"{path}.org_id", ORG_ID)
    if org_id:
        _once(reader, f"{path}.org_id", org_id, known.org_ids)
    roles = _roles(reader, row.get("roles"), f"{path}.roles", org_id)
    name = reader.text(row.get("name"), f"{path}.name")
    if len(name) > _MOST_NAME or not name.isprintable():
        reader.fault(f"{path}.name", f"must be at most {_MOST_NAME} printable characters")
    period = read_period(reader, row, path)
    transport_ids = _transport_ids(reader, row.get("transport_ids"), path, known)
    contacts = _contacts(reader, row.get("contacts"), f"{path}.contacts")
    if period is None:
        return None
    return Organization(org_id, name, roles, period, transport_ids, contacts)


def read_period(reader: Reader, row: Mapping[str, Raw], path: str) -> Period | None:
    """Return the period `from` (since ever) to `to` (for ever), or None when it is none."""
    start = reader.instant(_bounded(row.get("from"), _NO_START), f"{path}.from") or SINCE_EVER
    end = reader.end(_bounded(row.get("to"), _NO_END), f"{path}.to")
    if end is not None and end <= start:
        reader.fault(f"{path}.to", "must lie after `from`")
        return None
    return Period(start, end)


def _bounded(raw: Raw, nothing: str) -> Raw:
    """Return a start or end as it is written, None where it is the day that means none."""
    return None if str(raw).startswith(nothing) else raw


def read_form(reader: Reader, raw: Raw, path: str, kind: FieldType) -> str:
    """Return a text in the form of a field type; empty where there is none."""
    text = kind.fold(reader.text(raw, path))
    if text and not kind.accepts(text):
        reader.fault(path, f"{shown(text)} is no {kind.label} of its form")
    return text


def read_one_of(reader: Reader, raw: Raw, path: str, known: Mapping[str, _T]) -> _T | None:
    """Return what a word stands for, or None where it stands for nothing."""
    text = reader.text(raw, path)
    if text and text not in known:
        reader.fault(path, f"{shown(text)} is none of {', '.join(known)}")
    return known.get(text)


def _roles(reader: Reader, raw: Raw, path: str, org_id: str) -> frozenset[Role]:
    words = {each.value: each for each in Role}
    roles = set()
    for at, word in reader.rows(raw, path):
        reader.filled(word, at)
        role = read_one_of(reader, word, at, words)
        if role is not None:
            roles.add(role)
    if not roles:
        reader.fault(path, "needs at least one role")
    elif (Role.OPERATOR in roles) != (org_id == OPERATOR_ID):
        reader.fault(path, f"{Role.OPERATOR.value} is the role of {OPERATOR_ID}, and of no other")
    return frozenset(roles)


def _transport_ids(reader: Reader, raw: Raw, path: str, known: Known) -> tuple[str, ...]:
    """Return the identities, each of one organization only: it is what proves the sender."""
    found: list[str] = []
    rows = reader.rows(raw, f"{path}.transport_ids")
    if len(rows) > _MAX_TRANSPORT_IDS:
        reader.fault(f"{path}.transport_ids", f"must be at most {_MAX_TRANSPORT_IDS}")
        return ()
    for at, row in rows:
        text = reader.filled(row, at)
        if text.strip() and not _TRANSPORT_ID.fullmatch(text):
            reader.fault(at, "must be as2:, sftp: or tls: and a name of 1 to 200 characters")
        elif text:
            _once(reader, at, text, known.transport_ids)
        found.append(text)
    return tuple(found)


def _contacts(reader: Reader, raw: Raw, path: str) -> tuple[tuple[str, str], ...]:
    if raw is None:
        return ()
    if not isinstance(raw, Mapping):
        reader.fault(path, "must be a mapping of purpose to address")
        return ()
    for purpose in raw:
        if purpose not in CONTACT_PURPOSES:
            known = ", ".join(CONTACT_PURPOSES)
            at = f"{path}.{str(purpose)[:_MOST_NAME]}"
            reader.fault(at, f"is no purpose; known are {known}")
    return tuple(
        sorted(
            (str(purpose), _address(reader, address, f"{path}.{str(purpose)[:_MOST_NAME]}"))
            for purpose, address in raw.items()
        )
    )


def _address(reader: Reader, raw: Raw, path: str) -> str:
    text = reader.filled(raw, path)
    if text.strip() and (len(text) > _MOST_ADDRESS or not _ADDRESS.fullmatch(text)):
        reader.fault(path, "must be a mail address")
    return text


def _once(reader: Reader, path: str, text: str, known: set[str]) -> None:
    if text in known:
        reader.fault(path, f"{text} stands twice")
    known.add(text)
