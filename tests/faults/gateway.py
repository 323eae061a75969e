"""Switching gateway and lease by hand, as later operations will."""

from __future__ import annotations

from dataclasses import replace

from mdmr.continuity.records import LEASE_SHARDS, GateRow, LeaseRow, gate_key, lease_key
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import Put
from mdmr.stores.memory.hub import MemoryHub

STANDBY = "ca-west-1"


def set_mode(hub: MemoryHub, mode: GatewayMode) -> None:
    """Set the gateway's mode."""
    item = hub.state.get(gate_key())
    version = 1 if item is None else GateRow.from_item(item).version + 1
    row = GateRow(mode, version=version, changed_at=hub.clock.now(), changed_by="test")
    hub.state.commit(Put(row.to_item()))


def take_lease_away(hub: MemoryHub) -> None:
    """Let another region be the active one."""
    for shard in range(LEASE_SHARDS):
        item = hub.state.get(lease_key(shard))
        if item is None:
            raise LookupError(shard)
        row = LeaseRow.from_item(item)
        hub.state.commit(Put(replace(row, active=STANDBY, epoch=row.epoch + 1).to_item(shard)))
