"""VEE services: how the intervals of an SDP are validated and estimated."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Family(Enum):
    """Which parameters a service takes, and of which intervals: M15 takes 30 minutes at most."""

    ANY = "any"
    RES = "RES"
    GS = "GS"
    M15 = "M15"


class VeeService(Struct, frozen=True):
    """A VEE service: its id, its family, and the longest interval it takes in minutes."""

    id: str
    family: Family
    longest: int = 60


_HALF_HOUR = 30
# The service of virtual SDPs: no validation, no estimation.
VIRTUAL = "01"

VEE_SERVICES = {
    each.id: each
    for each in (
        VeeService(VIRTUAL, Family.ANY),
        VeeService("02", Family.ANY),
        *(VeeService(id_, Family.RES) for id_ in ("03", "05", "07", "25", "27")),
        *(VeeService(id_, Family.GS) for id_ in ("13", "15", "17", "35", "37")),
        *(VeeService(id_, Family.M15, _HALF_HOUR) for id_ in ("45", "47", "55", "57")),
    )
}
