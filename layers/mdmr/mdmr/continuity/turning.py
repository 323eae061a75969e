"""Changes of the gateway: from how it stands to how it stands next. Pure rules, nothing written."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from mdmr.continuity.gate import ClosedPeriod
from mdmr.continuity.gateway import Gateway, Opening, Plan, Scope, ScopeMode
from mdmr.continuity.modes import refusal
from mdmr.exchange.announcing.notices import NoticeAction
from mdmr.ports.authority import GatewayMode

_OPEN, _DRAIN = GatewayMode.OPEN, GatewayMode.DRAIN
# The last notices that are told again when an execution attends anew.
_MOST_TELLING = 20


class GatewayRefusedError(Exception):
    """What was ordered may not be done; `field` names what of the order is to blame."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class Act(Struct, frozen=True):
    """One change of the gateway: when, by whom, why, and the id that its notice will have.

    `ordered`: a person does it, not the execution of a plan.
    """

    at: datetime
    by: str
    why: str
    notice: str
    ordered: bool = True


class Drain(Struct, frozen=True):
    """What follows DRAIN when nothing is inside, at `planned` at the latest."""

    then: GatewayMode
    planned: datetime | None = None


class Told(Struct, frozen=True):
    """What the notice of a change tells."""

    scope: Scope
    mode: GatewayMode
    action: NoticeAction
    start: datetime
    end: datetime | None = None
    supersedes: str = ""
    reference: str = ""
    then: GatewayMode | None = None
    planned: bool = False


class Turn(Struct, frozen=True):
    """A change: the gateway after it, in words what it is, its notice, the period it ends."""

    gateway: Gateway
    what: str
    told: Told | None = None
    closed: ClosedPeriod | None = None


def set_mode(
    gateway: Gateway,
    scope: Scope,
    mode: GatewayMode,
    act: Act,
    *,
    drain: Drain | None = None,
    plan: Plan | None = None,
    withdrawn: bool = False,
) -> Turn:
    """Return the change of a scope's mode.

    `drain` tells what follows DRAIN. `plan` is the one that is followed; an order
    without one ends the plan that was followed. `withdrawn`: it opens because its plan is
    cancelled. Raises GatewayRefusedError when the mode cannot follow the present one.
    """
    before = gateway.of(scope) or ScopeMode(scope, _OPEN, act.at, act.by)
    if reason := refusal(before.mode, mode):
        raise GatewayRefusedError("mode", f"{scope.words}: {reason}")
    opens = mode is _OPEN
    thread = before.notice or (plan.notice if plan else "")
    then, planned = (drain.then, drain.planned) if drain else (None, None)
    end = planned if mode is _DRAIN else (plan.end if plan and not opens else None)
    told = Told(
        scope=scope,
        mode=mode,
        action=_action(thread, opens=opens, withdrawn=withdrawn),
        start=act.at,
        end=end,
        supersedes=thread,
        reference=plan.id if plan else before.plan,
        then=then,
    )
    after = ScopeMode(
        scope=scope,
        mode=mode,
        since=act.at,
        by=act.by,
        why=act.why,
        notice="" if opens else act.notice,
        then=then,
        planned=planned,
        plan=plan.id if plan and not opens else "",
        closed_since=before.closed_since or (None if opens else act.at),
        opening=Opening.RELEASING if opens else Opening.DONE,
    )
    over = {before.plan} - ({after.plan} if after.plan else set())
    kept = tuple(each for each in gateway.plans if each.id not in over)
    resuming = gateway.resuming or _frees(gateway, before.mode, mode)
    changed = replace(gateway, plans=kept, resuming=resuming).with_mode(after)
    what = f"{scope.text}: {before.mode.value} to {mode.value}"
    return Turn(_next(changed, act), what, told)


def add_plan(gateway: Gateway, plan: Plan, act: Act) -> Turn:
    """Return the change that notes a plan. Raises GatewayRefusedError where plans overlap."""
    for other in gateway.plans:
        if other.scope == plan.scope and _meet(other, plan):
            raise GatewayRefusedError("start", f"it overlaps with the plan {other.id}")
    told = Told(
        scope=plan.scope,
        mode=plan.mode,
        action=NoticeAction.NEW,
        start=plan.start,
        end=plan.end,
        reference=plan.id,
        planned=True,
    )
    changed = replace(gateway, plans=(*gateway.plans, replace(plan, notice=act.notice)))
    return Turn(_next(changed, act), f"plan {plan.id} made", told)


def withdraw_plan(gateway: Gateway, plan: Plan, act: Act) -> Turn:
    """Return the change that takes a plan back which has not begun."""
    told = Told(
        scope=plan.scope,
        mode=plan.mode,
        action=NoticeAction.CAN,
        start=plan.start,
        end=plan.end,
        supersedes=plan.notice,
        reference=plan.id,
        planned=True,
    )
    changed = replace(gateway, plans=tuple(e for e in gateway.plans if e.id != plan.id))
    return Turn(_next(changed, act), cancelled(plan.id), told)


def stop_draining(gateway: Gateway, plan: Plan, act: Act) -> Turn:
    """Return the change that takes a plan back while it drains.

    Raises GatewayRefusedError when it has closed the gateway already.
    """
    mode = gateway.of(plan.scope)
    if mode is None or mode.mode is not _DRAIN:
        raise GatewayRefusedError("plan", f"{plan.id} has closed the gateway: open it by order")
    turn = set_mode(gateway, plan.scope, _OPEN, act, withdrawn=True)
    return replace(turn, what=cancelled(plan.id))


def cancelled(plan_id: str) -> str:
    """Return what the history calls the cancelling of a plan."""
    return f"plan {plan_id} cancelled"


def go_on_inside(gateway: Gateway, act: Act) -> Turn:
    """Return the change that notes that the runs of what was kept inside were started again."""
    return Turn(_next(replace(gateway, resuming=False), act), "files inside worked again")


def let_new_files_in(gateway: Gateway, opening: ScopeMode, act: Act) -> Turn:
    """Return the change after which new files of an opening scope are worked again."""
    since = opening.closed_since
    period = ClosedPeriod(opening.scope, since, act.at) if since and since < act.at else None
    after = replace(opening, opening=Opening.CLEARING, closed_since=None)
    what = f"{opening.scope.text}: held files worked"
    return Turn(_next(gateway.with_mode(after), act), what, closed=period)


def end_opening(gateway: Gateway, opening: ScopeMode, act: Act) -> Turn:
    """Return the change that ends an opening; the closure is over when every scope is open."""
    after = gateway.with_mode(replace(opening, opening=Opening.DONE))
    modes = tuple(
        each
        for number, each in enumerate(after.modes)
        if number == 0 or each.mode is not _OPEN or each.opening is not Opening.DONE
    )
    all_open = all(e.mode is _OPEN and e.opening is Opening.DONE for e in modes)
    closure = gateway.closure + 1 if all_open else gateway.closure
    after = replace(after, modes=modes, closure=closure)
    return Turn(_next(after, act), f"{opening.scope.text}: open")


def _frees(gateway: Gateway, before: GatewayMode, mode: GatewayMode) -> bool:
    """Return whether a change may let files go on that HOLD keeps inside, of any scope.

    The end of a HOLD does, and REJECT, which is stricter than it.
    """
    if mode is GatewayMode.REJECT:
        return any(each.mode is GatewayMode.HOLD for each in gateway.modes)
    return before is GatewayMode.HOLD


def _action(thread: str, *, opens: bool, withdrawn: bool) -> NoticeAction:
    if not thread:
        return NoticeAction.NEW
    if withdrawn:
        return NoticeAction.CAN
    return NoticeAction.END if opens else NoticeAction.UPD


def _next(gateway: Gateway, act: Act) -> Gateway:
    """Return the next version; an order makes it the one that is attended to."""
    version = gateway.version + 1
    return replace(gateway, version=version, order=version if act.ordered else gateway.order)


def with_telling(gateway: Gateway, notice: str) -> Gateway:
    """Return the gateway with one more notice among the last ones."""
    return replace(gateway, telling=(*gateway.telling, notice)[-_MOST_TELLING:])


def _meet(one: Plan, other: Plan) -> bool:
    """Return whether two plans share some time from the begin of draining on."""
    return (one.end is None or other.drain_at < one.end) and (
        other.end is None or one.drain_at < other.end
    )
