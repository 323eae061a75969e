"""Thresholds: a set that would change too much stops before anything is applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from msgspec import Struct

from mdmr.synchronization.processing.tally import WATCHED, Tally


class Limit(Struct, frozen=True):
    """A threshold in force: a percentage of the active SDPs and a number, both to be exceeded."""

    percent: Decimal
    least: int

    def of(self, active: int) -> int:
        """Return how many SDPs may change at most, of so many that are active."""
        return max(self.least, int(self.percent * active / 100))


class Check(Struct, frozen=True):
    """A check: its name in the status, the parameters of its limit, what it counts.

    `percent` and `least` name the parameters; `periodic`: the check is made for a P-Sync only.
    """

    name: str
    percent: str
    least: str
    count: Callable[[Tally], int]
    periodic: bool = False


def _changed(timeline: str) -> Callable[[Tally], int]:
    return lambda tally: tally.changed.get(timeline, 0)


_SM, _AGREEMENTS, _SERVICES, _AGENTS = WATCHED
_DEACTIVATED = ("sync.thr_deact_pct", "sync.thr_deact_min")
_NEW = ("sync.thr_new_pct", "sync.thr_new_min")
_METER = ("sync.thr_meter_pct", "sync.thr_meter_min")
_ATTRIBUTE = ("sync.thr_attr_pct", "sync.thr_attr_min")
CHECKS = (
    Check("DE-ACTIVATED SDPS", *_DEACTIVATED, lambda tally: tally.deactivated, periodic=True),
    Check("NEW SDPS", *_NEW, lambda tally: tally.new, periodic=True),
    Check("SM CHANGES", *_METER, _changed(_SM)),
    Check("SAG CHANGES", *_ATTRIBUTE, _changed(_AGREEMENTS)),
    Check("VEES CHANGES", *_ATTRIBUTE, _changed(_SERVICES)),
    Check("SB CHANGES", *_ATTRIBUTE, _changed(_AGENTS)),
)


def exceeded(
    tally: Tally, active: int, *, floor: int, periodic: bool, limit: Callable[[Check], Limit]
) -> str:
    """Return the first threshold that is exceeded, as `<check> <count> OF <limit>`; empty for none.

    `active` is how many SDPs are active before the set, `floor` how many there must be for any
    check, `limit` returns the limit of a check.
    """
    if active < floor:
        return ""
    return next(_exceeded(tally, active, periodic=periodic, limit=limit), "")


def _exceeded(
    tally: Tally, active: int, *, periodic: bool, limit: Callable[[Check], Limit]
) -> Iterator[str]:
    for check in CHECKS:
        if check.periodic and not periodic:
            continue
        count, most = check.count(tally), limit(check).of(active)
        if count > most:
            yield f"{check.name} {count} OF {most}"
