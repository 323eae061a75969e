"""Detail records of a set: what each says, about which timeline of which entity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from mdmr.directory.documents import Entity, Kind
from mdmr.directory.timeline import Value


class Place(NamedTuple):
    """Where a record stands in its set, in the order of reports: file, segment, line from 1."""

    number: str
    segment: str
    line: int


class Record(Struct, frozen=True, dict=True):
    """A valid record.

    `fields` are those between the record type and Start, normalized: ids trimmed and in upper
    case, numbers without superfluous zeros, the postal code without blank. `submitted` are the
    same fields as they were sent, empty where nothing was normalized.
    """

    place: Place
    type: str
    fields: tuple[str, ...]
    start: datetime
    end: datetime | None = None
    submitted: tuple[str, ...] = ()

    @property
    def cancels(self) -> bool:
        """Whether it takes back a segment: its End is its Start."""
        return self.end == self.start

    def holds(self, instant: datetime) -> bool:
        """Return whether its own period, from Start to End, has an instant."""
        return self.start <= instant and (self.end is None or instant < self.end)

    @cached_property
    def subject(self) -> Subject:
        """What it is about; worked out once, as every step of its work asks for it."""
        return _SUBJECTS[self.type](self.type, self.fields)


class Subject(NamedTuple):
    """What a record is about.

    `timeline` is the timeline's name in the document of `kind` and `id`, `value` what the record
    says of it. `type`, `attribute`, `entity`, `to` are what reports show as Record Type, Attribute,
    Entity ID and To ID.
    """

    kind: Kind
    id: str
    timeline: str
    value: Value
    type: str
    attribute: str
    entity: str
    to: str = ""

    @property
    def usdp(self) -> str:
        """The Universal SDP ID when the timeline is of an SDP, else empty."""
        return self.id if self.kind is Kind.SDP else ""

    def of(self, ldc: str) -> Entity:
        """Return the entity, of an LDC."""
        return Entity(self.kind, ldc, self.id)


# Names of timelines that rules ask for.
SDP, METER, AMCD, PREMISE, AGREEMENT = "SDP", "MTR", "COM", "PRM", "SAG"
SM, MC = "SM", "MC"


def parameter(code: str) -> str:
    """Return the name of the timeline of a parameter."""
    return f"PAR/{code}"


def _entity(kind: Kind, attribute: str) -> Callable[[str, tuple[str, ...]], Subject]:
    def subject(record: str, fields: tuple[str, ...]) -> Subject:
        return Subject(kind, fields[0], record, fields[1:], record, attribute, fields[0])

    return subject


def _parameter(record: str, fields: tuple[str, ...]) -> Subject:
    level, entity, code, value = fields
    kind = Kind.SDP if level == "S" else Kind.METER
    return Subject(kind, entity, parameter(code), (value,), record, code, entity)


def _relationship(_: str, fields: tuple[str, ...]) -> Subject:
    relation, start, to = fields
    kind = Kind.METER if relation == MC else Kind.SDP
    # Any number of CCA service providers at a time: each has a timeline of its own.
    timeline = f"{relation}/{to}" if relation == "SC" else relation
    return Subject(kind, start, timeline, (to,), relation, relation, start, to)


def _component(record: str, fields: tuple[str, ...]) -> Subject:
    virtual, channel, component, component_channel, coefficient = fields
    timeline = f"CTC/{channel}/{component}/{component_channel}"
    return Subject(Kind.SDP, virtual, timeline, (coefficient,), record, "COMPONENT", component)


def _formula(record: str, fields: tuple[str, ...]) -> Subject:
    virtual, channel, formula = fields
    return Subject(Kind.SDP, virtual, f"CTF/{channel}", (formula,), record, "FORMULA", virtual)


_SUBJECTS = {
    "SDP": _entity(Kind.SDP, "SDP"),
    "MTR": _entity(Kind.METER, "METER"),
    "COM": _entity(Kind.AMCD, "AMCD"),
    "PRM": _entity(Kind.SDP, "PREMISE"),
    "SAG": _entity(Kind.SDP, "SERVICE AGREEMENT"),
    "PAR": _parameter,
    "REL": _relationship,
    "CTC": _component,
    "CTF": _formula,
}
