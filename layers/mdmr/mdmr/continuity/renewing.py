"""Renewing the lease: the active region shows every minute that nobody took it over.

A global table judges conditions on its own copy, so a renewal that is only written here would
prove nothing. Each one looks at the copy of the other region first: as long as that shows no
other holder at an instant, none was promoted before it. A region that sees nothing of the other
for longer than the lease's life notes that its lease is over, so that even what was about to be
committed under an old mandate is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from enum import Enum

from mdmr.calendar.instants import to_text
from mdmr.continuity.records import (
    LEASE_KEYS,
    LEASE_LIFE,
    LeaseRow,
    Phase,
    lease_key,
    rows_in,
    rows_of,
)
from mdmr.ports.hub import Hub
from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import (
    AllOf,
    AtMost,
    Condition,
    ConditionFailedError,
    Equal,
    Item,
    Update,
)


class Renewal(Enum):
    """What a renewal came to."""

    RENEWED = "renewed"
    SOLO = "solo"
    NOT_ACTIVE = "not active"


class LeaseLostError(Exception):
    """The other region holds the lease: this one was demoted, or taken for lost."""


def renew(hub: Hub, region: str) -> Renewal:
    """Renew the lease that a region holds; one that is alone, or not active, has nothing to renew.

    Raises LeaseLostError when the other region's copy names another holder, and
    PeerUnreachableError when it does not answer: the lease then lapses once its life is over, and
    the next renewal that succeeds restores it. Raises StateBusyError.
    """
    began = hub.clock.now()
    held = {shard: row for shard, row in rows_of(hub.state).items() if _held_by(row, region)}
    if not held:
        return Renewal.NOT_ACTIVE
    held = {shard: row for shard, row in held.items() if not row.solo}
    if not held:
        return Renewal.SOLO
    try:
        there = rows_in(hub.peer.get_many(LEASE_KEYS))
    except PeerUnreachableError:
        _lapse(hub, held, began)
        raise
    lost = [
        shard for shard, row in held.items() if shard in there and is_elsewhere(row, there[shard])
    ]
    if lost:
        raise LeaseLostError(f"shards {lost} are held elsewhere")
    for shard, row in held.items():
        phase = Phase.RUN if row.phase is Phase.LAPSED else row.phase
        _write(hub, shard, row, {"renewed_at": to_text(began), "phase": phase.value}, began)
    return Renewal.RENEWED


def renewal_age(hub: Hub, region: str) -> timedelta | None:
    """Return how old the oldest renewal of what a region holds is; None: it has none to renew."""
    renewed = [
        row.renewed_at
        for row in rows_of(hub.state).values()
        if _held_by(row, region) and not row.solo
    ]
    return hub.clock.now() - min(renewed) if renewed else None


def is_elsewhere(row: LeaseRow, found: LeaseRow) -> bool:
    """Return whether the other region's copy of a row names a holding that is not the row's."""
    return found.epoch > row.epoch or (
        found.epoch == row.epoch and (found.active != row.active or found.phase is Phase.DEMOTED)
    )


def unchanged(row: LeaseRow) -> Condition:
    """Return the condition that a lease row is as it was read, renewals apart."""
    return AllOf(
        (
            Equal("active", row.active),
            Equal("epoch", row.epoch),
            Equal("phase", row.phase.value),
            Equal("solo", row.solo),
        )
    )


def _held_by(row: LeaseRow, region: str) -> bool:
    return row.active == region and row.phase is not Phase.DEMOTED


def _lapse(hub: Hub, held: Mapping[int, LeaseRow], now: datetime) -> None:
    for shard, row in held.items():
        if row.phase is Phase.RUN and row.renewed_at < now - LEASE_LIFE:
            _write(hub, shard, row, {"phase": Phase.LAPSED.value}, now)


def _write(hub: Hub, shard: int, row: LeaseRow, changed: Item, began: datetime) -> None:
    """Change a row that is as it was read; who was faster has renewed it, or ordered otherwise.

    Row by row: a write that meets a decision's check is tried again, and sixteen at once would
    meet sixteen times as many.
    """
    as_read = AllOf((unchanged(row), AtMost("renewed_at", to_text(began))))
    with suppress(ConditionFailedError):
        hub.state.commit(Update(lease_key(shard), set=changed, condition=as_read))
