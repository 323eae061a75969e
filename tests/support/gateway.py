"""Switching gateway and lease by hand, without any of what else belongs to it."""

from __future__ import annotations

from mdmr.continuity import gateway_item
from mdmr.continuity.gateway import ALL, ScopeMode
from mdmr.continuity.records import LEASE_SHARDS, LeaseRow, lease_key
from mdmr.ports.authority import GatewayMode
from mdmr.ports.codec import from_item
from mdmr.ports.state import Put
from mdmr.stores.memory.hub import MemoryHub
from msgspec.structs import replace

STANDBY = "ca-west-1"


def set_mode(hub: MemoryHub, mode: GatewayMode) -> None:
    """Set the gateway's mode, as if it were so: nobody is told and nothing follows."""
    gateway = gateway_item.read(hub.state)
    changed = gateway.with_mode(ScopeMode(ALL, mode, hub.clock.now(), "test"))
    item = gateway_item.item_of(replace(changed, version=gateway.version + 1))
    hub.state.commit(Put(item))


def take_lease_away(hub: MemoryHub) -> None:
    """Let another region be the active one."""
    for shard in range(LEASE_SHARDS):
        item = hub.state.get(lease_key(shard))
        if item is None:
            raise LookupError(shard)
        row = from_item(LeaseRow, item)
        hub.state.commit(Put(replace(row, active=STANDBY, epoch=row.epoch + 1).to_item(shard)))
