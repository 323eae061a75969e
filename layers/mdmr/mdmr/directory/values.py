"""What the values of some timelines consist of, and how to look at them by name.

A value is the tuple of the fields of its record between key and Start.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from mdmr.directory.timeline import Timeline

PHYSICAL, VIRTUAL = "P", "V"
INACTIVE = "IN"
TRANSFORMER_RATED = "T"
# Interval lengths as they are written (MMDDhhmm), in minutes.
MINUTES = {"00000005": 5, "00000015": 15, "00000030": 30, "00000100": 60}


class Sdp(NamedTuple):
    """The value of an SDP: its LDC SDP ID, type (P, V), zone (E, C) and Service Status."""

    sdp_id: str
    type: str
    zone: str
    status: str

    @property
    def active(self) -> bool:
        """Whether it is in service, be it booted or cut at the pole."""
        return self.status != INACTIVE


class Meter(NamedTuple):
    """The value of a meter; `interval` is its length as written, `demand` is Y or N."""

    manufacturer: str
    model: str
    type: str
    interval: str
    demand: str

    @property
    def minutes(self) -> int:
        """The length of its intervals in minutes."""
        return MINUTES[self.interval]


def sdp_at(timeline: Timeline, instant: datetime) -> Sdp | None:
    """Return what an SDP was at an instant, None where it did not exist."""
    segment = timeline.at(instant)
    return None if segment is None else Sdp._make(segment.value)


def meter_at(timeline: Timeline, instant: datetime) -> Meter | None:
    """Return what a meter was at an instant, None where it was not in service."""
    segment = timeline.at(instant)
    return None if segment is None else Meter._make(segment.value)


def one_at(timeline: Timeline, instant: datetime) -> str:
    """Return the single field of the value in force at an instant, empty where none is."""
    segment = timeline.at(instant)
    return "" if segment is None else segment.value[0]
