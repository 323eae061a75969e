"""Attending to the gateway: whatever is due about it is done, and told when to look again."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from mdmr.continuity import committing, draining, gateway_item, turning
from mdmr.continuity.gateway import Gateway, Opening, Plan, ScopeMode
from mdmr.continuity.releasing import hand_over, release
from mdmr.continuity.resuming import resume
from mdmr.continuity.turning import Act, Drain, Turn
from mdmr.exchange.announcing import notices
from mdmr.exchange.announcing.spreading import spread
from mdmr.ports.authority import GatewayMode
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import StateBusyError

_MAX_CHANGES = 20
_OPEN, _DRAIN = GatewayMode.OPEN, GatewayMode.DRAIN
_OVERTAKEN = "closed by order already, or too late to begin"


class _Due(Struct, frozen=True):
    """A change that is due, by whom and why; `turn` needs the act that does it.

    It concerns files inside that go on, the mode of a scope, or a plan.
    """

    by: str
    why: str
    inside: bool = False
    scope_mode: ScopeMode | None = None
    plan: Plan | None = None

    def turn(self, gateway: Gateway, act: Act) -> Turn:
        """Return the change."""
        if self.inside:
            return turning.go_on_inside(gateway, act)
        if self.scope_mode is not None:
            mode, then = self.scope_mode, self.scope_mode.then
            if mode.opening is Opening.RELEASING:
                return turning.let_new_files_in(gateway, mode, act)
            if mode.opening is Opening.CLEARING:
                return turning.end_opening(gateway, mode, act)
            plan = gateway.plan(mode.plan)
            return turning.set_mode(gateway, mode.scope, then or _DRAIN, act, plan=plan)
        return _turn_of_plan(gateway, self.plan, act)


class Attended(Struct, frozen=True):
    """Nothing is due any more before `next_look` (None: nothing is ahead), after some `changes`."""

    next_look: datetime | None
    changes: int = 0


def attend(hub: Hub, order: int, until: datetime) -> Attended:
    """Do what is due about the gateway; return when to look again, and how often it changed it.

    `order` is the number of the order or plan whose execution asks: when a later one was made,
    its execution attends. Files inside that may go on are begun with before any held file is let
    in. Held files are decided until `until` at most, then at once again. Repeated, it does nothing
    new. Raises NotActiveError, StateBusyError.
    """
    once = partial(_advance, hub, order, until, set[str]())
    for changes in range(_MAX_CHANGES):
        done = retry_on_contention(hub.backoff, Contended.GATEWAY, "the gateway", once)
        if done is not None:
            return replace(done, changes=changes)
    message = f"the gateway: {_MAX_CHANGES} changes did not come to an end"
    raise StateBusyError(message)


def _advance(hub: Hub, order: int, until: datetime, spread_by_now: set[str]) -> Attended | None:
    """Make the first change that is due, and return None; or return that nothing is due now.

    `spread_by_now` are the notices that were spread in this call of `attend`; more are added.
    Raises ConditionFailedError where another was faster.
    """
    gateway = gateway_item.read(hub.state)
    # Before the next change is made: notices get their names in the order of changes.
    for notice in gateway.telling:
        if notice not in spread_by_now:
            spread(hub, notice)
            spread_by_now.add(notice)
    now = hub.clock.now()
    if gateway.order != order:
        gateway_item.attending(gateway.order, now).start(hub)
        return Attended(None)
    if gateway.resuming:
        resume(hub, gateway)
    due, opening = _due(hub, gateway, now), _opening(gateway)
    if due is None:
        if opening is None:
            return Attended(_next_look(hub, gateway, now))
        if not _let_held_files_in(hub, gateway, opening, until):
            return Attended(hub.clock.now())
        due = _Due(opening.by, opening.why, scope_mode=opening)
    _do(hub, gateway, due)
    return None


def _do(hub: Hub, gateway: Gateway, due: _Due) -> None:
    """Commit a change that is due. Raises ConditionFailedError where another was faster."""
    mandate = hub.lease.mandate(committing.SUBJECT)
    now = hub.clock.now()
    act = Act(now, due.by, due.why, notices.next_id(hub.state, now), ordered=False)
    committing.commit(hub, gateway, due.turn(gateway, act), act, mandate)


def _due(hub: Hub, gateway: Gateway, now: datetime) -> _Due | None:
    """Return the first change that is due by time or by what is inside, None for none."""
    if gateway.resuming:
        last = gateway.last_changed
        return _Due(last.by, last.why, inside=True)
    for mode in gateway.modes:
        if mode.drains and _drained(hub, mode, now):
            return _Due(mode.by, mode.why, scope_mode=mode)
    for plan in gateway.plans:
        at = _next_time(gateway, plan)
        if at is not None and at <= now:
            why = _OVERTAKEN if _overtaken(gateway, plan, now) else plan.why
            return _Due(plan.by, why, plan=plan)
    return None


def _let_held_files_in(hub: Hub, gateway: Gateway, opening: ScopeMode, until: datetime) -> bool:
    """Return whether all held files that an opening lets in were come to."""
    if opening.opening is Opening.RELEASING:
        return release(hub, gateway, until)
    hand_over(hub, gateway)
    return True


def _overtaken(gateway: Gateway, plan: Plan, now: datetime) -> bool:
    """Return whether a plan cannot begin: the gateway is closed already, or it is too late."""
    mode = gateway.of(plan.scope)
    closed = mode is not None and mode.mode is not _OPEN
    return not gateway.begun(plan) and (closed or (plan.end is not None and plan.end <= now))


def _turn_of_plan(gateway: Gateway, plan: Plan | None, act: Act) -> Turn:
    """Return what comes next in a plan that is due: DRAIN, OPEN, or nothing of it at all."""
    if plan is None:
        raise LookupError("a change is due for a scope or for a plan")
    if gateway.begun(plan):
        return turning.set_mode(gateway, plan.scope, _OPEN, act, plan=plan)
    if _overtaken(gateway, plan, act.at):
        return turning.withdraw_plan(gateway, plan, act)
    drain = Drain(plan.mode, plan.start)
    return turning.set_mode(gateway, plan.scope, _DRAIN, act, drain=drain, plan=plan)


def _drained(hub: Hub, mode: ScopeMode, now: datetime) -> bool:
    if mode.planned is not None and mode.planned <= now:
        return True
    return draining.is_drained(hub, mode.scope, now)


def _next_time(gateway: Gateway, plan: Plan) -> datetime | None:
    """Return when a plan goes on by itself; while it drains, what is inside decides."""
    if not gateway.begun(plan):
        return plan.drain_at
    mode = gateway.of(plan.scope)
    return None if mode is None or mode.mode is _DRAIN else plan.end


def _next_look(hub: Hub, gateway: Gateway, now: datetime) -> datetime | None:
    times = [_next_time(gateway, plan) for plan in gateway.plans]
    for mode in gateway.modes:
        if mode.drains:
            times.append(mode.planned)
            times.append(draining.next_look(hub, mode.scope, now))
    return min((each for each in times if each is not None and each > now), default=None)


def _opening(gateway: Gateway) -> ScopeMode | None:
    return next((each for each in gateway.modes if each.opening is not Opening.DONE), None)
