"""The gateway as an item, there and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from mdmr.calendar.instants import from_text, to_text
from mdmr.continuity.gateway import GATE_KEY, Gateway, Opening, Plan, Scope, ScopeMode, unset
from mdmr.exchange.ledger import restarts, unfinished
from mdmr.exchange.ledger.restarts import Restart
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import Item, StateStore, Value

PROCESS = "gateway"
# What is to be done about the gateway and is not done by then is taken up by the sweep.
GRACE = timedelta(minutes=10)


def read(state: StateStore) -> Gateway:
    """Return the gateway as it stands. Raises GatewayUnsetError before the hub is in operation."""
    item = state.get(GATE_KEY)
    if item is None:
        raise unset()
    return gateway_of(item)


def changes(state: StateStore) -> int:
    """Return how often the gateway was changed so far; 0 before the hub is in operation."""
    item = state.get(GATE_KEY)
    return 0 if item is None else int(str(item["version"]))


def attending(order: int, at: datetime) -> Restart:
    """Return the execution that attends to the gateway after an order, from an instant on."""
    return Restart(PROCESS, f"gateway-{order}", {"order": order, "at": to_text(at)})


def item_of(gateway: Gateway) -> dict[str, Value]:
    """Return the item of a gateway; it is found by `due` while something is to be done about it."""
    item: dict[str, Value] = {
        "pk": GATE_KEY.partition,
        "sk": GATE_KEY.sort,
        "version": gateway.version,
        "order": gateway.order,
        "closure": gateway.closure,
        "telling": list(gateway.telling),
        "resuming": gateway.resuming,
        "modes": [_mode_value(each) for each in gateway.modes],
        "plans": [_plan_value(each) for each in gateway.plans],
    }
    if gateway.attention is not None:
        item.update(unfinished.until(gateway.attention + GRACE))
        item.update(restarts.mark(attending(gateway.order, gateway.attention)))
    return item


def gateway_of(item: Item) -> Gateway:
    """Return the gateway of an item."""
    return Gateway(
        version=int(str(item["version"])),
        order=int(str(item["order"])),
        closure=int(str(item["closure"])),
        telling=tuple(cast("Sequence[str]", item["telling"])),
        resuming=bool(item["resuming"]),
        modes=tuple(_mode_of(each) for each in cast("Sequence[Item]", item["modes"])),
        plans=tuple(_plan_of(each) for each in cast("Sequence[Item]", item["plans"])),
    )


def _mode_value(each: ScopeMode) -> dict[str, Value]:
    return {
        "scope": each.scope.text,
        "mode": each.mode.value,
        "since": to_text(each.since),
        "by": each.by,
        "why": each.why,
        "notice": each.notice,
        "then": each.then.value if each.then else None,
        "planned": _text(each.planned),
        "plan": each.plan,
        "closed_since": _text(each.closed_since),
        "opening": each.opening.value,
    }


def _mode_of(value: Item) -> ScopeMode:
    return ScopeMode(
        scope=Scope(str(value["scope"])),
        mode=GatewayMode(value["mode"]),
        since=from_text(str(value["since"])),
        by=str(value["by"]),
        why=str(value["why"]),
        notice=str(value["notice"]),
        then=GatewayMode(value["then"]) if value["then"] else None,
        planned=_instant(value["planned"]),
        plan=str(value["plan"]),
        closed_since=_instant(value["closed_since"]),
        opening=Opening(value["opening"]),
    )


def _plan_value(each: Plan) -> dict[str, Value]:
    return {
        "id": each.id,
        "scope": each.scope.text,
        "mode": each.mode.value,
        "drain_at": to_text(each.drain_at),
        "start": to_text(each.start),
        "end": _text(each.end),
        "by": each.by,
        "why": each.why,
        "made_at": to_text(each.made_at),
        "notice": each.notice,
    }


def _plan_of(value: Item) -> Plan:
    return Plan(
        id=str(value["id"]),
        scope=Scope(str(value["scope"])),
        mode=GatewayMode(value["mode"]),
        drain_at=from_text(str(value["drain_at"])),
        start=from_text(str(value["start"])),
        end=_instant(value["end"]),
        by=str(value["by"]),
        why=str(value["why"]),
        made_at=from_text(str(value["made_at"])),
        notice=str(value["notice"]),
    )


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else to_text(instant)


def _instant(value: Value) -> datetime | None:
    return from_text(str(value)) if value else None
