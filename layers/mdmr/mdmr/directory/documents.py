"""Documents: one for each entity of the master directory, with all its timelines.

| What | Partition | Sort key |
|---|---|---|
| service delivery point | `SDP#<universal sdp id>` | `DOCUMENT` |
| meter | `METER#<ldc>#<meter id>` | `DOCUMENT` |
| communication module | `AMCD#<ldc>#<amcd id>` | `DOCUMENT` |

Meter and AMCD IDs are their LDC's own. A document is written as a whole, on condition that it is
still at the version that was read. It keeps what each synchronization set found before it changed
something, so that the directory can be seen as it was known at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import est_seconds, from_text, read_est, to_text
from mdmr.calendar.period import Period
from mdmr.directory.timeline import Segment, Timeline
from mdmr.ports.state import Absent, AllOf, AtMost, Equal, Item, Key, Put, Value

_SORT = "DOCUMENT"
_EMPTY = Timeline()


class Kind(StrEnum):
    """The kinds of entities that have a document."""

    SDP = "SDP"
    METER = "METER"
    AMCD = "AMCD"


class Entity(NamedTuple):
    """Which entity: its kind, its LDC and its id (Universal SDP ID, Meter ID, AMCD ID)."""

    kind: Kind
    ldc: str
    id: str

    @property
    def key(self) -> Key:
        """Where its document lies."""
        if self.kind is Kind.SDP:
            return Key(f"SDP#{self.id}", _SORT)
        return Key(f"{self.kind}#{self.ldc}#{self.id}", _SORT)


class Delta(Struct, frozen=True):
    """What a set changed: when it was known, by which set, and the timelines as before."""

    at: datetime
    by: str
    before: Mapping[str, Timeline]


class Document(Struct, frozen=True):
    """All that is known of an entity: its timelines by name, and what was known before.

    `version` 0: nothing was ever written of it. `log` is in the order of time.
    """

    entity: Entity
    version: int = 0
    timelines: Mapping[str, Timeline] = {}
    log: tuple[Delta, ...] = ()

    def timeline(self, name: str) -> Timeline:
        """Return one of its timelines, empty when nothing is known."""
        return self.timelines.get(name, _EMPTY)

    def changed(self, timelines: Mapping[str, Timeline], at: datetime, by: str) -> Document:
        """Return the document with new timelines by name, as one set (`by`) makes them known.

        A name that is not given keeps its timeline. The same document when nothing is new.
        """
        new = {name: each for name, each in timelines.items() if each != self.timeline(name)}
        if not new:
            return self
        delta = Delta(at, by, {name: self.timeline(name) for name in new})
        kept = {name: each for name, each in {**self.timelines, **new}.items() if each.segments}
        return replace(self, version=self.version + 1, timelines=kept, log=(*self.log, delta))

    def known_at(self, instant: datetime) -> Document:
        """Return the document as it was known at an instant, without what was learned later."""
        timelines = dict(self.timelines)
        for delta in reversed(self.log):
            if delta.at <= instant:
                break
            timelines |= delta.before
        kept = {name: each for name, each in timelines.items() if each.segments}
        known = tuple(delta for delta in self.log if delta.at <= instant)
        return replace(self, version=len(known), timelines=kept, log=known)


def put(document: Document, epoch: int) -> Put:
    """Return the write of a changed document, on condition that nobody changed it since.

    An epoch that is over changes nothing that a later one wrote.
    """
    key = document.entity.key
    item: dict[str, Value] = {
        "pk": key.partition,
        "sk": key.sort,
        "ldc": document.entity.ldc,
        "version": document.version,
        "timelines": _encode(document.timelines),
        "log": [
            {"at": to_text(each.at), "by": each.by, "before": _encode(each.before)}
            for each in document.log
        ],
        "epoch": epoch,
    }
    before = document.version - 1
    if before == 0:
        return Put(item, condition=Absent())
    return Put(item, condition=AllOf((Equal("version", before), AtMost("epoch", epoch))))


def document_of(entity: Entity, item: Item | None) -> Document:
    """Return the document of an item; an empty one when there is none."""
    if item is None:
        return Document(entity)
    log = cast("Sequence[Mapping[str, str]]", item["log"])
    return Document(
        entity,
        int(str(item["version"])),
        _decode(str(item["timelines"])),
        tuple(Delta(from_text(each["at"]), each["by"], _decode(each["before"])) for each in log),
    )


def _encode(timelines: Mapping[str, Timeline]) -> str:
    """Return timelines as JSON: name to segments, each its start, end (or null) and values."""
    rows = {
        name: [
            (est_seconds(each.start), each.end and est_seconds(each.end), *each.value)
            for each in timeline.segments
        ]
        for name, timeline in sorted(timelines.items())
    }
    return msgspec.json.encode(rows).decode()


def _decode(text: str) -> dict[str, Timeline]:
    rows = msgspec.json.decode(text, type=dict[str, list[list[str | None]]])
    return {name: Timeline(tuple(map(_segment, segments))) for name, segments in rows.items()}


def _segment(row: list[str | None]) -> Segment:
    start, end, *value = row
    period = Period(_instant(start), None if end is None else _instant(end))
    return Segment(period, tuple(map(str, value)))


def _instant(text: str | None) -> datetime:
    found = read_est(text or "")
    if found is None:
        message = f"a document has a boundary that is no time: {text}"
        raise ValueError(message)
    return found
