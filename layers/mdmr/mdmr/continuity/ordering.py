"""What the operator orders: change the mode now, plan a closure, take a plan back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from mdmr.continuity import committing, gateway_item, turning
from mdmr.continuity.gateway import Gateway, Plan, Scope
from mdmr.continuity.turning import Act, Drain, GatewayRefusedError, Turn
from mdmr.exchange.announcing import notices
from mdmr.ports.authority import GatewayMode
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub

# An execution lives for a year at most.
FARTHEST = timedelta(days=300)
_CLOSING = (GatewayMode.HOLD, GatewayMode.REJECT)


class Author(Struct, frozen=True):
    """Who orders something, and why."""

    by: str
    why: str


class Ordered(Struct, frozen=True):
    """The gateway after an order; `changed`: this order changed it, it was not so before."""

    gateway: Gateway
    changed: bool


class Planned(Struct, frozen=True):
    """A planned closure; `changed`: this order made the plan, there was none like it before."""

    plan: Plan
    changed: bool


class Wish(Struct, frozen=True):
    """A closure as it is wished: DRAIN at `drain_at`, `mode` from `start` on.

    `drain_at` None: not before `start`; one that is past: at once. `end` None: until it is opened
    by order.
    """

    scope: Scope
    mode: GatewayMode
    start: datetime
    end: datetime | None = None
    drain_at: datetime | None = None


def change(
    hub: Hub,
    scope: Scope,
    mode: GatewayMode,
    author: Author,
    *,
    drain: Drain | None = None,
) -> Ordered:
    """Set the mode of a scope now, tell everyone concerned, and begin what follows.

    `drain` tells what follows DRAIN. A scope that has the mode stays as it is. Raises
    GatewayRefusedError, NotActiveError.
    """
    if (drain is not None) != (mode is GatewayMode.DRAIN):
        raise GatewayRefusedError("then", "DRAIN is followed by something, and only DRAIN is")
    if drain is not None:
        _check_drain(drain, hub.clock.now())

    def turn(gateway: Gateway, act: Act) -> Turn | None:
        present = gateway.of(scope)
        if mode is (GatewayMode.OPEN if present is None else present.mode):
            return None
        return turning.set_mode(gateway, scope, mode, act, drain=drain)

    return _order(hub, author, turn)


def plan(hub: Hub, wish: Wish, author: Author) -> Planned:
    """Note a planned closure, tell everyone concerned, and begin to wait for it.

    The same wish again gives the plan that there is. Raises GatewayRefusedError, NotActiveError.
    """
    _check(wish, hub.clock.now())

    def turn(gateway: Gateway, act: Act) -> Turn | None:
        if _same(gateway, wish) is not None:
            return None
        return turning.add_plan(gateway, _plan_of(gateway, wish, act), act)

    ordered = _order(hub, author, turn)
    made = _same(ordered.gateway, wish)
    if made is None:
        raise LookupError(wish)
    return Planned(made, ordered.changed)


def cancel(hub: Hub, plan_id: str, author: Author) -> Ordered:
    """Take a plan back: one that drains already opens again. Cancelled twice is cancelled once.

    Raises GatewayRefusedError when there is no such plan or the gateway is closed by it already,
    NotActiveError.
    """

    def turn(gateway: Gateway, act: Act) -> Turn | None:
        found = gateway.plan(plan_id)
        if found is None:
            what = turning.cancelled(plan_id)
            if any(change.what == what for change in committing.history(hub.state)):
                return None
            raise GatewayRefusedError("plan", f"there is no plan {plan_id}, or it is over")
        if not gateway.begun(found):
            return turning.withdraw_plan(gateway, found, act)
        return turning.stop_draining(gateway, found, act)

    return _order(hub, author, turn)


def _order(hub: Hub, author: Author, turn: Callable[[Gateway, Act], Turn | None]) -> Ordered:
    """Commit the change that `turn` comes to (None: it is done already), and attend to it."""

    def attempt() -> Ordered:
        mandate = hub.lease.mandate(committing.SUBJECT)
        gateway, now = gateway_item.read(hub.state), hub.clock.now()
        act = Act(now, author.by, author.why, notices.next_id(hub.state, now))
        turned = turn(gateway, act)
        if turned is not None:
            gateway = committing.commit(hub, gateway, turned, act, mandate)
        gateway_item.attending(gateway.order, now).start(hub)
        return Ordered(gateway, turned is not None)

    return retry_on_contention(hub.backoff, Contended.GATEWAY, "the gateway", attempt)


def _check_drain(drain: Drain, now: datetime) -> None:
    if drain.then not in _CLOSING:
        raise GatewayRefusedError("then", "after DRAIN comes HOLD or REJECT")
    if drain.planned is not None and not now < drain.planned <= now + FARTHEST:
        raise GatewayRefusedError("planned", f"lies ahead, within {FARTHEST.days} days")


def _check(wish: Wish, now: datetime) -> None:
    if wish.mode not in _CLOSING:
        raise GatewayRefusedError("mode", "planned is HOLD or REJECT")
    if wish.start <= now:
        raise GatewayRefusedError("start", "lies in the past: change the mode now instead")
    if wish.start > now + FARTHEST:
        raise GatewayRefusedError("start", f"lies more than {FARTHEST.days} days ahead")
    if wish.drain_at is not None and wish.drain_at > wish.start:
        raise GatewayRefusedError("drain_at", "does not lie after `start`")
    if wish.end is not None and not wish.start < wish.end <= now + FARTHEST:
        raise GatewayRefusedError("end", f"lies after `start`, within {FARTHEST.days} days")


def _same(gateway: Gateway, wish: Wish) -> Plan | None:
    wanted = (wish.scope, wish.mode, wish.start, wish.end)
    return next((e for e in gateway.plans if (e.scope, e.mode, e.start, e.end) == wanted), None)


def _plan_of(gateway: Gateway, wish: Wish, act: Act) -> Plan:
    return Plan(
        id=f"GW-{gateway.version + 1:06d}",
        scope=wish.scope,
        mode=wish.mode,
        drain_at=max(wish.drain_at or wish.start, act.at),
        start=wish.start,
        end=wish.end,
        by=act.by,
        why=act.why,
        made_at=act.at,
        notice=act.notice,
    )
