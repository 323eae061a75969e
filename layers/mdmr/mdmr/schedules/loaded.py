"""The loaded schedule of an LDC: the billing periods of each of its cycles.

| What | Partition | Sort key |
|---|---|---|
| which schedule is in force | `SCHEDULE#<ldc>` | `LOADED` |

A schedule lies in the data bucket under `schedules/<ldc>/<receipt id>` as the file of that receipt
left it, whole, so that a file takes effect all at once or not at all. Each names the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec
from msgspec import Struct

from mdmr.jobs.objects import read_value
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectStore
from mdmr.ports.state import Absent, AllOf, AtMost, Equal, Key, Put


class BillingPeriod(Struct, frozen=True, order=True, array_like=True):
    """A billing period: from its start date on, to its end date, which is no part of it."""

    start: date
    end: date


Cycles = Mapping[str, tuple[BillingPeriod, ...]]


class Schedule(Struct, frozen=True):
    """A schedule: the periods of each cycle in the order of time, never overlapping.

    `version` counts the files that were loaded; `before` is the key of the schedule before it.
    """

    version: int = 0
    cycles: Cycles = {}
    before: str = ""
    key: str = ""


@record_type()
class LoadedSchedule(Struct, frozen=True):
    """Which schedule of an LDC is in force: its key in the data bucket and its version."""

    key: str
    version: int
    epoch: int


def schedule(hub: Hub, ldc: str) -> Schedule:
    """Return the schedule of an LDC that is in force; an empty one when none was ever loaded."""
    row = hub.state.get(schedule_key(ldc))
    if row is None:
        return Schedule()
    key = from_item(LoadedSchedule, row).key
    found = read_value(hub.data, key, Schedule)
    return msgspec.structs.replace(found, key=key)


def cycles(hub: Hub, ldc: str) -> frozenset[str]:
    """Return the Billing Cycle IDs that have a period in the LDC's schedule."""
    return frozenset(schedule(hub, ldc).cycles)


def schedule_key(ldc: str) -> Key:
    """Return where it is noted which schedule of an LDC is in force."""
    return Key(f"SCHEDULE#{ldc}", "LOADED")


def lay_down(data: ObjectStore, ldc: str, receipt_id: str, after: Schedule) -> str:
    """Lay a schedule down before it is decided and return its key; again with the same: no fault.

    A file that is checked again on another schedule leaves another one.
    """
    key = f"schedules/{ldc}/{receipt_id}-{after.version}"
    data.put_new(key, msgspec.json.encode(after))
    return key


def load(ldc: str, before: Schedule, after: Schedule, key: str, epoch: int) -> Put:
    """Return the write that puts a schedule in force, on condition that `before` still is."""
    item = to_item(LoadedSchedule(key, after.version, epoch), schedule_key(ldc))
    as_read = AllOf((Equal("version", before.version), AtMost("epoch", epoch)))
    return Put(item, condition=as_read if before.version else Absent())
