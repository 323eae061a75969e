"""What an operator is shown of an SDP: with its meters and modules, over time, as known then.

Plain data: times as ISO 8601 in UTC, None for an end that is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.directory.documents import Delta, Document, Entity, Kind
from mdmr.directory.reading import read, sdp, whole
from mdmr.directory.timeline import Segment, Timeline
from mdmr.ports.state import StateStore


def show(
    directory: StateStore, usdp: str, as_of: datetime, known_at: datetime | None = None
) -> dict[str, Any] | None:
    """Return an SDP and all meters and modules that it ever had, None for an unknown one.

    `as_of` tells what to mark as in force; `known_at` None: as it is known now.
    """
    found = sdp(directory, usdp)
    if found is None:
        return None
    known = _known(directory, [found], known_at)
    ldc = found.entity.ldc
    known += _linked(directory, ldc, Kind.METER, known, "SM", known_at)
    known += _linked(directory, ldc, Kind.AMCD, known, "MC", known_at)
    return {
        "universal_sdp_id": usdp,
        "ldc": ldc,
        "as_of": to_text(as_of),
        "known_at": known_at and to_text(known_at),
        "entities": [_entity(each, as_of) for each in known],
    }


def _known(
    directory: StateStore, documents: Iterable[Document], known_at: datetime | None
) -> list[Document]:
    found = [whole(directory, each) for each in documents]
    return found if known_at is None else [each.known_at(known_at) for each in found]


def _linked(
    directory: StateStore,
    ldc: str,
    kind: Kind,
    documents: Iterable[Document],
    link: str,
    known_at: datetime | None,
) -> list[Document]:
    """Return what documents were ever linked with, in the order of time."""
    segments = (part for each in documents for part in each.timeline(link).segments)
    ids = dict.fromkeys(each.value[0] for each in segments)
    return _known(
        directory, read(directory, (Entity(kind, ldc, each) for each in ids)).values(), known_at
    )


def _entity(document: Document, as_of: datetime) -> dict[str, Any]:
    return {
        "kind": document.entity.kind.value,
        "id": document.entity.id,
        "version": document.version,
        "timelines": [
            {"name": _name(name), "segments": _segments(timeline, as_of)}
            for name, timeline in sorted(document.timelines.items(), key=_order)
        ],
        "learned": [_learned(each) for each in document.log],
    }


def _order(named: tuple[str, Timeline]) -> tuple[int, str]:
    """Order as a set's files are: the entity itself, premise, agreement, parameters, links."""
    first = named[0].partition("/")[0]
    known = ["SDP", "MTR", "COM", "PRM", "SAG", "PAR"]
    return (known.index(first) if first in known else len(known)), named[0]


def _name(name: str) -> str:
    """Return the name of a timeline as people know it: of a parameter its code."""
    return name.removeprefix("PAR/").replace("/", " ")


def _segments(timeline: Timeline, as_of: datetime) -> list[dict[str, Any]]:
    return [_segment(each, as_of) for each in timeline.segments]


def _segment(each: Segment, as_of: datetime) -> dict[str, Any]:
    return {
        "start": to_text(each.start),
        "end": each.end and to_text(each.end),
        "value": ";".join(each.value),
        "in_force": as_of in each.period,
    }


def _learned(delta: Delta) -> dict[str, Any]:
    return {
        "at": to_text(delta.at),
        "by": delta.by,
        "changed": [_name(name) for name in sorted(delta.before)],
    }
