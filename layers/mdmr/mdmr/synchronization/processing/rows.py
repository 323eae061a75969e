"""Rows of IR06 and IR07, each behind a key of fixed length that sorts as its report does.

The key is file, segment and record number; `99` and the Universal SDP ID for what is de-activated.
Rows of one record have the same key and stand in their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from mdmr.calendar.instants import est_seconds
from mdmr.directory.changes import Action, Change
from mdmr.directory.timeline import Value
from mdmr.exchange.files.layouts.records import printable
from mdmr.exchange.files.layouts.tables import DELIMITER
from mdmr.synchronization.codes_processing import REFUSALS
from mdmr.synchronization.records import Place, Record, Subject

KEY_LENGTH = 13
_LAST = "99"
_VALUE_LENGTH = 60
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
