"""The gateway as an item, there and back."""

from __future__ import annotations

from datetime import datetime, timedelta

from mdmr.calendar.instants import to_text
from mdmr.continuity.gateway import GATE_KEY, Gateway, unset
from mdmr.exchange.ledger import restarts, unfinished
from mdmr.exchange.ledger.restarts import Restart
from mdmr.ports.codec import from_item, to_item
from mdmr.ports.state import Item, StateStore

PROCESS = "gateway"
# What is to be done about the gateway and is not done by then is taken up by the sweep.
GRACE = timedelta(minutes=10)


def read(state: StateStore) -> Gateway:
    """Return the gateway as it stands. Raises GatewayUnsetError before the hub is in operation."""
    item = state.get(GATE_KEY)
    if item is None:
        raise unset()
    return from_item(Gateway, item)


def attending(order: int, at: datetime) -> Restart:
    """Return the execution that attends to the gateway after an order, from an instant on."""
    return Restart(PROCESS, f"gateway-{order}", {"order": order, "at": to_text(at)})


def item_of(gateway: Gateway) -> Item:
    """Return the item of a gateway; it is found by `due` while something is to be done about it."""
    if gateway.attention is None:
        return to_item(gateway, GATE_KEY)
    due = unfinished.until(GATE_KEY, gateway.attention + GRACE)
    again = restarts.mark(attending(gateway.order, gateway.attention))
    return to_item(gateway, GATE_KEY, due, again)
