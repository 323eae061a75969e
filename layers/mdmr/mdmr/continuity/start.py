"""Putting a hub into operation: the first lease and the first mode of the gateway."""

from __future__ import annotations

from dataclasses import dataclass

from mdmr.continuity import gateway_item
from mdmr.continuity.gateway import Gateway
from mdmr.continuity.records import LEASE_KEYS, LEASE_SHARDS, LeaseRow, Phase, rows_of
from mdmr.ports.authority import GatewayMode
from mdmr.ports.hub import Hub
from mdmr.ports.outside import Clock
from mdmr.ports.state import Absent, ConditionFailedError, Item, Put, StateStore


@dataclass(frozen=True)
class Started:
    """What putting into operation did: the shards of the lease it gave, whether it opened."""

    shards: tuple[int, ...]
    opened: bool


class StartedElsewhereError(Exception):
    """The other region was put into operation, and that has not arrived here yet."""


def start(hub: Hub, region: str, by: str) -> Started:
    """Put a hub into operation, its second region (if it has one) being the standby.

    Raises StartedElsewhereError, PeerUnreachableError, StateBusyError.
    """
    paired = hub.peer.in_place
    if paired and not rows_of(hub.state) and hub.peer.get_many(LEASE_KEYS):
        raise StartedElsewhereError
    return put_into_operation(hub.state, hub.clock, region, by, solo=not paired)


def put_into_operation(
    state: StateStore, clock: Clock, region: str, by: str, *, solo: bool = True
) -> Started:
    """Give the lease to a region, and open the gateway, where neither is set.

    What is set already stays as it is, whoever holds it; so doing this again is no fault, and
    completes what a crash left undone. `by` names who did it; `solo`: there is no other region.
    Raises StateBusyError.
    """
    now = clock.now()
    lease = LeaseRow(active=region, epoch=1, renewed_at=now, phase=Phase.RUN, solo=solo)
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
