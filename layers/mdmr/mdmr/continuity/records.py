"""The lease rows of the hub-state table, and where they lie.

| What | Partition | Sort key |
|---|---|---|
| lease | `LEASE#<0..15>` | `LEASE` |

Access: each row is read by its key, and checked by its key in the transactions of others. The
lease is sixteen rows so that the checks of unlike subjects do not meet in one row: a transaction
that meets another one in a row is turned away and tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zlib import crc32

from mdmr.calendar.instants import from_text, to_text
from mdmr.ports.state import PARTITION, SORT, Item, Key

LEASE_SHARDS = 16
LEASE_LIFE = timedelta(seconds=300)
"""A region whose own renewal is older than this decides nothing, unless it is alone."""


class Phase(Enum):
    """What the active region may do: look at what it took over, or decide."""

    VERIFY = "verify"
    RUN = "run"


def shard_of(subject: str) -> int:
    """Return the shard of the lease that decisions about a subject check, 0 to 15."""
    return crc32(subject.encode()) % LEASE_SHARDS


def lease_key(shard: int) -> Key:
    """Return where the lease row of a shard lies."""
    return Key(f"LEASE#{shard}", "LEASE")


@dataclass(frozen=True)
class LeaseRow:
    """One shard of the lease: `active` region, `epoch` of its holding, last renewal.

    `solo` True: there is no other region, and no renewal is needed.
    """

    active: str
    epoch: int
    renewed_at: datetime
    phase: Phase
    solo: bool

    @staticmethod
    def from_item(item: Item) -> LeaseRow:
        """Return the row that an item holds."""
        return LeaseRow(
            active=str(item["active"]),
            epoch=int(str(item["epoch"])),
            renewed_at=from_text(str(item["renewed_at"])),
            phase=Phase(item["phase"]),
            solo=bool(item["solo"]),
        )

    def to_item(self, shard: int) -> Item:
        """Return the item that holds the row of a shard."""
        key = lease_key(shard)
        return {
            PARTITION: key.partition,
            SORT: key.sort,
            "active": self.active,
            "epoch": self.epoch,
            "renewed_at": to_text(self.renewed_at),
            "phase": self.phase.value,
            "solo": self.solo,
        }
