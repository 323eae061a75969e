"""Putting a hub into operation: the first lease and the first mode of the gateway."""

from __future__ import annotations

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from mdmr.continuity import gateway_item
from mdmr.continuity.gateway import GATE_KEY, Gateway
from mdmr.continuity.records import LEASE_KEYS, LeaseRow, Phase, rows_of
from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.ports.authority import GatewayMode
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import Absent, Put

_EPOCH = 1
_WHAT = "hub put into operation"


class Started(Struct, frozen=True):
    """What putting into operation did: the shards of the lease it gave, whether it opened."""

    shards: tuple[int, ...]
    opened: bool


class StartedElsewhereError(Exception):
    """The other region was put into operation, and that has not arrived here yet."""


def start(hub: Hub, region: str, by: str) -> Started:
    """Put a hub into operation, its second region (if it has one) being the standby.

    Raises StartedElsewhereError, PeerUnreachableError, StateBusyError.
    """
    paired = bool(hub.peer.region)
    if paired and not rows_of(hub.state) and hub.peer.get_many(LEASE_KEYS):
        raise StartedElsewhereError
    return put_into_operation(hub, region, by, solo=not paired)


def put_into_operation(hub: Hub, region: str, by: str, *, solo: bool = True) -> Started:
    """Give the lease to a region, and open the gateway, where neither is set.

    What is set already stays as it is, whoever holds it; so doing this again is no fault, and
    completes what a crash left undone. `by` names who did it; `solo`: there is no other region.
    Raises StateBusyError.
    """
    once = partial(_put_into_operation, hub, region, by, solo=solo)
    return retry_on_contention(hub.backoff, Contended.LEASE, "putting into operation", once)


def _put_into_operation(hub: Hub, region: str, by: str, *, solo: bool) -> Started:
    there = hub.state.get_many([*LEASE_KEYS, GATE_KEY])
    shards = tuple(shard for shard, key in enumerate(LEASE_KEYS) if key not in there)
    started = Started(shards, opened=GATE_KEY not in there)
    if shards or started.opened:
        _commit(hub, started, Deed(_WHAT, by, hub.clock.now(), _EPOCH), region, solo=solo)
    return started


def _commit(hub: Hub, started: Started, deed: Deed, region: str, *, solo: bool) -> None:
    """Commit what was not set yet, with the evidence of it."""
    lease = LeaseRow(region, deed.epoch, deed.at, Phase.RUN, solo=solo)
    items = [lease.to_item(shard) for shard in started.shards]
    if started.opened:
        items.append(gateway_item.item_of(Gateway.first(GatewayMode.OPEN, deed.at, deed.by)))
    facts = {
        "region": region,
        "second_region": "none" if solo else "in place",
        "shards": " ".join(map(str, started.shards)),
        "gateway": "opened" if started.opened else "as it was",
    }
    chain.commit(hub, replace(deed, facts=facts), *(Put(item, Absent()) for item in items))
