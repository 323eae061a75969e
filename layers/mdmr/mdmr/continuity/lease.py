"""The lease as decisions see it: a mandate, or none."""

from __future__ import annotations

from datetime import datetime

from mdmr.calendar.instants import to_text
from mdmr.continuity.records import LEASE_LIFE, LeaseRow, Phase, lease_key, shard_of
from mdmr.ports.authority import Mandate, NotActiveError, OtherRegionActiveError
from mdmr.ports.codec import from_item
from mdmr.ports.outside import Clock
from mdmr.ports.state import AllOf, AnyOf, AtLeast, Check, Equal, Key, StateStore


class TableLease:
    """The Lease of one region, read from the lease rows of the hub-state table."""

    def __init__(self, state: StateStore, clock: Clock, region: str) -> None:
        self._state = state
        self._clock = clock
        self._region = region

    def mandate(self, subject: str) -> Mandate:
        """Return this region's mandate for decisions about `subject`.

        Its check fails the commit when the region, the epoch or the phase has changed since, or
        when the row was last renewed more than the lease's life before this reading. Raises
        OtherRegionActiveError or NotActiveError when that is so already.
        """
        key = lease_key(shard_of(subject))
        item = self._state.get(key)
        if item is None:
            raise OtherRegionActiveError(
                f"{key.partition} is not held: the hub was not put into operation"
            )
        row, oldest = from_item(LeaseRow, item), self._clock.now() - LEASE_LIFE
        if row.active != self._region:
            raise OtherRegionActiveError(f"{key.partition} is held by {row.active}")
        if row.phase is not Phase.RUN:
            raise NotActiveError(f"{key.partition} is in phase {row.phase.value}")
        if not row.solo and row.renewed_at < oldest:
            raise NotActiveError(f"{key.partition} was last renewed at {to_text(row.renewed_at)}")
        return Mandate(row.epoch, _still_held(key, row, oldest), row.solo)


def _still_held(key: Key, row: LeaseRow, oldest: datetime) -> Check:
    fresh = AnyOf((Equal("solo", value=True), AtLeast("renewed_at", to_text(oldest))))
    return Check(
        key,
        AllOf(
            (
                Equal("active", row.active),
                Equal("epoch", row.epoch),
                Equal("phase", Phase.RUN.value),
                fresh,
            )
        ),
    )
