"""Rows of IR06 and IR07, each behind a key of fixed length that sorts as its report does.

The key is file, segment and record number; `99` and the Universal SDP ID for what is de-activated.
Rows of one record have the same key and stand in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from mdmr.calendar.instants import est_seconds
from mdmr.directory.changes import Action, Change
from mdmr.directory.documents import Entity, Kind
from mdmr.directory.timeline import Value
from mdmr.exchange.files.layouts.records import printable
from mdmr.exchange.files.layouts.tables import DELIMITER
from mdmr.synchronization.codes_processing import REFUSALS
from mdmr.synchronization.processing.binding import BINDINGS
from mdmr.synchronization.records import AMCD, Place, Record, Subject
from mdmr.synchronization.staging.rows import Row

KEY_LENGTH = 13
_LAST = "99"
_VALUE_LENGTH, _ID_LENGTH = 60, 50
_RELATIONSHIP = "REL"
# Its End is the hub's, not the sender's.
_EVENT = "OCCH"


def update(place: Place, said: Subject, record_type: str, change: Change) -> str:
    """Return the row of IR06 of a change that a record made."""
    where = (place.number, place.segment, str(place.line))
    return _key(place) + _update(where, said, change, related=record_type == _RELATIONSHIP)


def deactivated(said: Subject, change: Change, *, related: bool) -> str:
    """Return the row of IR06 of a change by de-activation; `related`: of a relationship."""
    return f"{_LAST}{said.id.zfill(11)}" + _update(("", "", ""), said, change, related=related)


def refused(record: Record, code: str, names: Mapping[tuple[str, str], str]) -> str:
    """Return the row of IR07 of a record that was refused, as it was submitted."""
    place, said = record.place, record.subject
    fields = record.submitted or record.fields
    submitted = Record(place, record.type, fields, record.start, record.end).subject.value
    return _key(place) + _line(
        place.number,
        place.segment,
        names[place.number, place.segment],
        str(place.line),
        said.type,
        said.usdp,
        said.entity,
        said.to,
        said.attribute,
        printable(_text(submitted), _VALUE_LENGTH),
        _time(record.start),
        _time(record.end) if record.end and said.attribute != _EVENT else "",
        code,
        REFUSALS[code].text,
    )


def bare(record: Record, code: str, names: Mapping[tuple[str, str], str]) -> str:
    """Return the row of IR07 of a record of which the hub can tell no more than its fields."""
    named = _Named(record.type, "", next(filter(None, record.fields), ""))
    return _bare(record.place, named, record.fields, _digits(record.start), code, names)


def unreadable(
    row: Row, entities: Sequence[Entity], code: str, names: Mapping[tuple[str, str], str]
) -> str:
    """Return the row of IR07 of a record that cannot be read, with the entities that it names."""
    sdp = next((each.id for each in entities if each.kind is Kind.SDP), "")
    kind = row.kind.rpartition("/")[2] if row.type == _RELATIONSHIP else row.type
    named = _Named(kind, sdp, entities[0].id if entities else "")
    return _bare(row.place, named, row.submitted or row.texts, row.texts[-2], code, names)


class _Named(NamedTuple):
    """What a record is about, as far as that is known: Record Type, Universal SDP ID, Entity ID."""

    type: str
    usdp: str
    entity: str


def _bare(
    place: Place,
    named: _Named,
    submitted: Sequence[str],
    start: str,
    code: str,
    names: Mapping[tuple[str, str], str],
) -> str:
    return _key(place) + _line(
        place.number,
        place.segment,
        names[place.number, place.segment],
        str(place.line),
        named.type,
        named.usdp,
        printable(named.entity, _ID_LENGTH),
        "",
        named.type,
        printable(";".join(submitted), _VALUE_LENGTH),
        start,
        "",
        code,
        REFUSALS[code].text,
    )


def entities_of(line: str, ldc: str) -> set[Entity]:
    """Return the entities whose documents a row of IR06, behind its key, tells a change of."""
    kind, _, usdp, entity, to, *_ = line[KEY_LENGTH:].split(DELIMITER)[4:]
    found = {Entity(Kind.SDP, ldc, usdp)}
    if not usdp:
        found = {Entity(Kind.AMCD if kind == AMCD else Kind.METER, ldc, entity)}
    if binding := BINDINGS.get(kind):
        found.add(Entity(binding.to, ldc, to))
    return found


def half_applied(line: str, code: str, names: Mapping[tuple[str, str], str]) -> str:
    """Return the row of IR07 for one of IR06 whose change stands on one side of a relation only.

    Empty for a change by de-activation, which no record asked for.
    """
    number, segment, at, kind, _, usdp, entity, to, attribute, old, new, start, end = line[
        KEY_LENGTH:
    ].split(DELIMITER)[1:]
    if not number:
        return ""
    return line[:KEY_LENGTH] + _line(
        number,
        segment,
        names[number, segment],
        at,
        kind,
        usdp,
        entity,
        to,
        attribute,
        (new or old)[:_VALUE_LENGTH],
        start,
        end,
        code,
        REFUSALS[code].text,
    )


def _digits(at: datetime) -> str:
    """Return an instant as a Date/Time of reports, by nothing that can fail."""
    day = f"{at.year:04}{at.month:02}{at.day:02}"
    return f"{day}{at.hour:02}{at.minute:02}{at.second:02}"


def _update(where: tuple[str, str, str], said: Subject, change: Change, *, related: bool) -> str:
    to = change.new or change.old if related else None
    return _line(
        *where,
        said.type,
        change.action,
        said.usdp,
        said.entity,
        to[0] if to else "",
        said.attribute,
        _text(change.old),
        "" if change.action in {Action.END, Action.CAN} else _text(change.new),
        _time(change.start),
        _time(change.end) if change.end else "",
    )


# Many records of a set have one Start.
_time = lru_cache(maxsize=1 << 14)(est_seconds)


def _key(place: Place) -> str:
    return f"{place.number}{place.segment}{place.line:09}"


def _text(value: Value | None) -> str:
    return ";".join(value) if value else ""


def _line(*fields: str) -> str:
    return DELIMITER.join(("DTL", *fields))
