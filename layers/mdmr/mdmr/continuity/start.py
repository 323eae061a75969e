"""Putting a hub into operation: the first lease and the first mode of the gateway."""

from __future__ import annotations

from dataclasses import dataclass

from mdmr.continuity import gateway_item
from mdmr.continuity.gateway import Gateway
from mdmr.continuity.records import LEASE_SHARDS, LeaseRow, Phase
from mdmr.ports.authority import GatewayMode
from mdmr.ports.outside import Clock
from mdmr.ports.state import Absent, ConditionFailedError, Item, Put, StateStore


@dataclass(frozen=True)
class Started:
    """What putting into operation did: the shards of the lease it gave, whether it opened."""

    shards: tuple[int, ...]
    opened: bool


def put_into_operation(state: StateStore, clock: Clock, region: str, by: str) -> Started:
    """Give the lease to a region that is alone, and open the gateway, where neither is set.

    What is set already stays as it is, whoever holds it; so doing this again is no fault, and
    completes what a crash left undone. `by` names who did it. Raises StateBusyError.
    """
    now = clock.now()
    lease = LeaseRow(active=region, epoch=1, renewed_at=now, phase=Phase.RUN, solo=True)
    gate = Gateway.first(GatewayMode.OPEN, now, by)
    given = [shard for shard in range(LEASE_SHARDS) if _put(state, lease.to_item(shard))]
    return Started(tuple(given), opened=_put(state, gateway_item.item_of(gate)))


def _put(state: StateStore, item: Item) -> bool:
    """Return whether the place of an item was free, and put it there."""
    try:
        state.commit(Put(item, Absent()))
    except ConditionFailedError:
        return False
    return True
