"""Actions about the lease: starting the hub, who holds it, going on without a standby."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.continuity.records import ORDERS, LeaseRow, OrderRow, rows_of
from mdmr.continuity.start import StartedElsewhereError, start
from mdmr.continuity.switching import Order, SwitchRefusedError, pair, stand_alone
from mdmr.operation.faults import Fault, Reader
from mdmr.operation.organizations import Told
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub
from mdmr.ports.peer import PeerUnreachableError

_MOST_TEXT = 200
_MOST_ORDERS = 10


def started(hub: Hub, request: Mapping[str, Any], region: str) -> Told:
    """Put the hub into operation; what is set already stays as it is."""
    try:
        done = start(hub, region, str(request["by"]))
    except StartedElsewhereError:
        return None, [Fault("", "the other region was started; that has not arrived here yet")]
    except PeerUnreachableError:
        return None, [Fault("", "the other region does not answer")]
    return {"lease_given": len(done.shards), "gateway_opened": done.opened}, []


def shown(hub: Hub, _request: Mapping[str, Any], region: str) -> Told:
    """Tell how the lease stands in this region's copy, with the last orders to it."""
    rows = rows_of(hub.state)
    holdings = sorted({_holding(row) for row in rows.values()})
    items = islice(hub.state.query(ORDERS, newest_first=True), _MOST_ORDERS)
    lease = {
        "region": region,
        "second_region": hub.peer.region or None,
        "shards": len(rows),
        "holdings": [
            {"active": active, "epoch": epoch, "phase": phase, "solo": solo}
            for active, epoch, phase, solo in holdings
        ],
        "renewed_at": min((to_text(row.renewed_at) for row in rows.values()), default=None),
        "orders": [_order(from_item(OrderRow, item)) for item in items],
    }
    return {"lease": lease}, []


def alone(hub: Hub, request: Mapping[str, Any], region: str) -> Told:
    """Let the active region go on without its standby: `why`."""
    return _ordered(hub, request, region, stand_alone)


def paired(hub: Hub, request: Mapping[str, Any], region: str) -> Told:
    """Let the active region have its standby again: `why`."""
    return _ordered(hub, request, region, pair)


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any], str], Told]] = {
    "start": started,
    "lease.show": shown,
    "lease.alone": alone,
    "lease.pair": paired,
}


def _ordered(
    hub: Hub, request: Mapping[str, Any], region: str, do: Callable[[Hub, Order], None]
) -> Told:
    reader = Reader()
    why = reader.filled(request.get("why"), "why")
    if len(why) > _MOST_TEXT or not why.isprintable():
        reader.fault("why", f"must be at most {_MOST_TEXT} printable characters")
    if reader.faults:
        return None, reader.faults
    try:
        do(hub, Order(region, str(request["by"]), why))
    except SwitchRefusedError as error:
        return None, [Fault("", str(error))]
    return shown(hub, request, region)


def _holding(row: LeaseRow) -> tuple[str, int, str, bool]:
    return row.active, row.epoch, row.phase.value, row.solo


def _order(row: OrderRow) -> dict[str, Any]:
    return {
        "what": row.what,
        "region": row.region,
        "by": row.by,
        "why": row.why,
        "at": to_text(row.at),
        "epoch": row.epoch,
    }
