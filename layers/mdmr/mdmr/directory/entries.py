"""Entries of the directory map: what holds of an SDP from some time on, in one line of text.

An entry is derived from documents and can be derived again at any time; it knows nothing of what
was over before its time. In a line, fields are separated by `|`, what holds one after the other by
`;`, and a value that did not hold from the beginning or has an end is `value@start,end` with the
times in seconds. No id, code or number has any of these characters.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from mdmr.directory.compact import from_seconds, to_seconds
from mdmr.directory.documents import Document
from mdmr.directory.timeline import Segment, Timeline

INACTIVE = "IN"
VIRTUAL = "V"
_OUT_OF_SERVICE = frozenset(("", INACTIVE))
_SDP_ID, _TYPE, _ZONE, _STATUS = range(4)


class Column(IntEnum):
    """The columns of a line, in their order."""

    USDP = 0
    SDP_ID = 1
    TYPE = 2
    ZONE = 3
    STATUS = 4
    FRAMING = 5
    VEES = 6
    BCID = 7
    AGENT = 8
    CTPM = 9
    METERS = 10
    AMCDS = 11
    COMPONENTS = 12


class Held(NamedTuple):
    """A value and when it holds; `start` None: since the entry's time or before, `end` None: open.

    What is held of a thing is in the order of time.
    """

    value: str
    start: datetime | None = None
    end: datetime | None = None

    def holds(self, instant: datetime) -> bool:
        """Return whether it holds at an instant that is not before the entry's time."""
        begun = self.start is None or self.start <= instant
        return begun and (self.end is None or instant < self.end)


class Entry(Struct, frozen=True):
    """An SDP: what holds from the entry's time on, and what it is linked with from then on.

    `framing`, `vees`, `bcid`, `agent`, `ctpm` are the values of SAG, VEES, BCID, SB, CTPM. `meters`
    are Meter IDs, `amcds` the modules of those meters, `components` the SDPs of a virtual one.
    """

    usdp: str
    sdp_id: str
    type: str
    zone: tuple[Held, ...] = ()
    status: tuple[Held, ...] = ()
    framing: tuple[Held, ...] = ()
    vees: tuple[Held, ...] = ()
    bcid: tuple[Held, ...] = ()
    agent: tuple[Held, ...] = ()
    ctpm: tuple[Held, ...] = ()
    meters: tuple[Held, ...] = ()
    amcds: tuple[str, ...] = ()
    components: tuple[str, ...] = ()

    @property
    def virtual(self) -> bool:
        """Whether it is a virtual SDP."""
        return self.type == VIRTUAL

    def active(self, instant: datetime) -> bool:
        """Return whether its Service Status is another than inactive at an instant."""
        return value_at(self.status, instant) not in _OUT_OF_SERVICE


def value_at(held: Iterable[Held], instant: datetime) -> str:
    """Return what of it holds at an instant, empty when nothing does."""
    return next((each.value for each in held if each.holds(instant)), "")


def entry_of(document: Document, meters: Iterable[Document], at: datetime) -> Entry:
    """Return the entry of an SDP from its document, as of a time.

    `meters` are the documents of the meters that it has from then on; others among them are passed
    over.
    """
    sdp = document.timeline("SDP")
    bound = _held(document.timeline("SM"), at)
    ids = {each.value for each in bound}
    modules = {
        held.value
        for meter in meters
        if meter.entity.id in ids
        for held in _held(meter.timeline("MC"), at)
    }
    newest = sdp.segments[-1].value if sdp.segments else ("", "", "", "")
    return Entry(
        document.entity.id,
        newest[_SDP_ID],
        newest[_TYPE],
        _held(sdp, at, _ZONE),
        _held(sdp, at, _STATUS),
        _held(document.timeline("SAG"), at),
        _held(document.timeline("PAR/VEES"), at),
        _held(document.timeline("PAR/BCID"), at),
        _held(document.timeline("SB"), at),
        _held(document.timeline("PAR/CTPM"), at),
        bound,
        tuple(sorted(modules)),
        _components(document, at),
    )


def line_of(entry: Entry) -> bytes:
    """Return an entry as a line, without its end."""
    held = (entry.zone, entry.status, entry.framing, entry.vees, entry.bcid, entry.agent)
    columns = [
        entry.usdp,
        entry.sdp_id,
        entry.type,
        *map(_text, (*held, entry.ctpm, entry.meters)),
        ";".join(entry.amcds),
        ";".join(entry.components),
    ]
    return "|".join(columns).encode()


def entry_from_line(line: bytes) -> Entry:
    """Return the entry of a line; the inverse of `line_of`."""
    usdp, sdp_id, kind, *held, meters, amcds, components = line.decode().split("|")
    zone, status, framing, vees, bcid, agent, ctpm = map(_known_helds, held)
    return Entry(
        usdp, sdp_id, kind, zone, status, framing, vees, bcid, agent, ctpm,
        _helds(meters), _ids(amcds), _ids(components),
    )  # fmt: skip


def held_of(text: str) -> tuple[Held, ...]:
    """Return what one column of a line, of those that have times, says."""
    return _known_helds(text)


def is_active(status: str, instant: datetime) -> bool:
    """Return whether what the column of the Service Status says is active at an instant."""
    return value_at(held_of(status), instant) not in _OUT_OF_SERVICE


def _held(timeline: Timeline, at: datetime, field: int = 0) -> tuple[Held, ...]:
    """Return what one field of a timeline's values is from a time on."""
    rest = [each for each in timeline.segments if each.end is None or each.end > at]
    if not rest:
        return ()
    joined = Timeline.of(Segment(each.period, (each.value[field],)) for each in rest)
    return tuple(
        Held(each.value[0], each.start if each.start > at else None, each.end)
        for each in joined.segments
    )


def _components(document: Document, at: datetime) -> tuple[str, ...]:
    found = set()
    for name, timeline in document.timelines.items():
        if name.startswith("CTC/") and _held(timeline, at):
            found.add(name.split("/")[2])
    return tuple(sorted(found))


def _text(held: tuple[Held, ...]) -> str:
    return ";".join(map(_part, held))


def _part(held: Held) -> str:
    if held.start is None and held.end is None:
        return held.value
    times = ("" if each is None else str(to_seconds(each)) for each in (held.start, held.end))
    return f"{held.value}@{','.join(times)}"


def _helds(text: str) -> tuple[Held, ...]:
    return tuple(map(_from_part, text.split(";"))) if text else ()


# Most SDPs share these with many others.
_known_helds = lru_cache(maxsize=1 << 14)(_helds)


def _from_part(text: str) -> Held:
    value, timed, times = text.partition("@")
    if not timed:
        return Held(value)
    start, _, end = times.partition(",")
    return Held(value, _instant(start), _instant(end))


def _instant(text: str) -> datetime | None:
    return from_seconds(int(text)) if text else None


def _ids(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()
