"""The lease rows of the hub-state table, and where they lie.

| What | Partition | Sort key |
|---|---|---|
| lease | `LEASE#<0..15>` | `LEASE` |
| order to the lease | `LEASE#ORDERS` | `<epoch>#<at>#<what>` |

Access: each row is read by its key, and checked by its key in the transactions of others; the
orders are read together, the newest first. The lease is sixteen rows so that the checks of unlike
subjects do not meet in one row: a transaction that meets another one in a row is turned away and
tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from zlib import crc32

from msgspec import Struct

from mdmr.calendar.instants import to_text
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.state import Item, Key, StateStore

LEASE_SHARDS = 16
LEASE_LIFE = timedelta(seconds=300)
"""A region whose own renewal is older than this decides nothing, unless it is alone."""
LEASE_MARGIN = timedelta(seconds=120)
"""Added to the life by who takes over from a region that cannot be reached.

It covers the difference of the two regions' clocks, and the minute after which the old region
notes by itself that its lease is over.
"""
ORDERS = "LEASE#ORDERS"


class Phase(Enum):
    """How a region holds the lease; only in RUN does it decide.

    LAPSED: it saw nothing of its standby for longer than the lease's life. DEMOTED: it gave the
    lease up, and another may be promoted. VERIFY: it was promoted and looks at what it took over.
    """

    VERIFY = "verify"
    RUN = "run"
    LAPSED = "lapsed"
    DEMOTED = "demoted"


def shard_of(subject: str) -> int:
    """Return the shard of the lease that decisions about a subject check, 0 to 15."""
    return crc32(subject.encode()) % LEASE_SHARDS


def lease_key(shard: int) -> Key:
    """Return where the lease row of a shard lies."""
    return Key(f"LEASE#{shard}", "LEASE")


LEASE_KEYS = tuple(map(lease_key, range(LEASE_SHARDS)))


@record_type()
class LeaseRow(Struct, frozen=True):
    """One shard of the lease: `active` region, `epoch` of its holding, last renewal.

    `solo` True: there is no other region, and no renewal is needed. `run_from` is the instant
    from which a promoted region may decide (None: it was not promoted).
    """

    active: str
    epoch: int
    renewed_at: datetime
    phase: Phase
    solo: bool
    run_from: datetime | None = None

    def to_item(self, shard: int) -> Item:
        """Return the item that holds the row of a shard."""
        return to_item(self, lease_key(shard))


@record_type()
class OrderRow(Struct, frozen=True):
    """What was ordered of the lease, in which region, by whom, why, when, under which epoch."""

    what: str
    region: str
    by: str
    why: str
    at: datetime
    epoch: int

    @property
    def key(self) -> Key:
        """Where the order lies."""
        return Key(ORDERS, f"{self.epoch:06d}#{to_text(self.at)}#{self.what}")


def rows_in(found: Mapping[Key, Item]) -> dict[int, LeaseRow]:
    """Return the lease rows among items by shard; those that are missing are left out."""
    shards = ((shard, found.get(key)) for shard, key in enumerate(LEASE_KEYS))
    return {shard: from_item(LeaseRow, item) for shard, item in shards if item is not None}


def rows_of(state: StateStore) -> dict[int, LeaseRow]:
    """Return the lease rows of a table by shard."""
    return rows_in(state.get_many(LEASE_KEYS))
