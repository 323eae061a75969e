"""Timelines and what was known before as short texts, for the items of documents.

An instant is its number of seconds from 1970 on: read and written three times as fast as a date,
and shorter. Boundaries have no fractions of a second, times of knowledge have milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from mdmr.calendar.instants import from_text, in_est, to_text
from mdmr.calendar.period import Period
from mdmr.directory.timeline import Segment, Timeline

_BEGIN, _SECOND = in_est(datetime(1970, 1, 1, tzinfo=UTC)), timedelta(seconds=1)
_ENCODER, _DECODER = msgspec.json.Encoder(), msgspec.json.Decoder()

Row = list[Any]


@lru_cache(maxsize=1 << 16)
def to_seconds(instant: datetime) -> int:
    """Return an instant of whole seconds as a number; the inverse of `from_seconds`."""
    return (instant - _BEGIN) // _SECOND


@lru_cache(maxsize=1 << 16)
def from_seconds(seconds: int) -> datetime:
    """Return the instant of a number, in EST."""
    return _BEGIN + timedelta(seconds=seconds)


def timelines_to_text(timelines: Mapping[str, Timeline]) -> str:
    """Return timelines as JSON: name to segments, each its start, end (or null) and values."""
    return _ENCODER.encode(_rows(timelines)).decode()


def timelines_from_text(text: str) -> dict[str, Timeline]:
    """Return the timelines of a text; the inverse of `timelines_to_text`."""
    return _timelines(_DECODER.decode(text))


def delta_to_text(at: datetime, by: str, before: Mapping[str, Timeline]) -> str:
    """Return one delta as JSON: when known, by which set, and the timelines as before."""
    return _ENCODER.encode((to_text(at), by, _rows(before))).decode()


def log_to_text(deltas: Iterable[str]) -> str:
    """Return the texts of deltas as one."""
    return f"[{','.join(deltas)}]"


def log_from_text(text: str) -> list[tuple[datetime, str, dict[str, Timeline]]]:
    """Return the parts of each delta of a log."""
    return [(from_text(at), by, _timelines(before)) for at, by, before in _DECODER.decode(text)]


def _rows(timelines: Mapping[str, Timeline]) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: [
            (to_seconds(each.start), each.end and to_seconds(each.end), *each.value)
            for each in timeline.segments
        ]
        for name, timeline in sorted(timelines.items())
    }


def _timelines(rows: dict[str, list[Row]]) -> dict[str, Timeline]:
    return {name: Timeline(tuple(map(_segment, segments))) for name, segments in rows.items()}


def _segment(row: Row) -> Segment:
    start, end, *value = row
    return Segment(
        Period(from_seconds(start), None if end is None else from_seconds(end)), tuple(value)
    )
