from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.continuity import gateway_item
from mdmr.continuity.gate import TableGate
from mdmr.continuity.gateway import ALL, Gateway, Opening, Plan, Scope, ScopeMode
from mdmr.continuity.turning import (
    Act,
    Drain,
    GatewayRefusedError,
    add_plan,
    end_opening,
    go_on_inside,
    let_new_files_in,
    set_mode,
    stop_draining,
    withdraw_plan,
)
from mdmr.exchange.announcing.notices import NoticeAction
from mdmr.ports.authority import Concern, GatewayMode
from mdmr.ports.codec import from_item
from mdmr.ports.state import Put
from mdmr.stores.memory.state import MemoryState
from msgspec.structs import replace

OPEN, DRAIN, HOLD, REJECT = (
    GatewayMode.OPEN,
    GatewayMode.DRAIN,
    GatewayMode.HOLD,
    GatewayMode.REJECT,
)
NOON = datetime(2025, 8, 20, 12, tzinfo=EST)
HOUR = timedelta(hours=1)
LDC, AGENT, READER = "ORG11111", "ORG22222", "ORG33333"
FRESH = Gateway.first(OPEN, NOON, "ann")
ANY = Concern(AGENT, LDC, "1000")


def act(hours: float = 0, notice: str = "NT-2025-000001", *, ordered: bool = True) -> Act:
    return Act(NOON + hours * HOUR, "bob", "new disks", notice, ordered=ordered)


def plan(start: float = 2, end: float | None = 4, scope: Scope = ALL, number: int = 2) -> Plan:
    return Plan(
        id=f"GW-{number:06d}",
        scope=scope,
        mode=HOLD,
        drain_at=NOON + HOUR,
        start=NOON + start * HOUR,
        end=None if end is None else NOON + end * HOUR,
        by="ann",
        why="new disks",
        made_at=NOON,
        notice="NT-2025-000007",
    )


def after(gateway: Gateway, *steps: tuple[Scope, GatewayMode]) -> Gateway:
    for scope, mode in steps:
        drain = Drain(HOLD) if mode is DRAIN else None
        gateway = set_mode(gateway, scope, mode, act(), drain=drain).gateway
    return gateway


class TestScopes:
    @pytest.mark.parametrize("text", ["ALL", LDC, "1000", "5500"])
    def test_are_everything_an_organization_or_an_inbound_type(self, text: str) -> None:
        assert Scope.parse(text) == Scope(text)

    @pytest.mark.parametrize("text", ["", "all", "ORG1", "2000", "FR01"])
    def test_are_nothing_else(self, text: str) -> None:
        assert Scope.parse(text) is None

    @pytest.mark.parametrize(
        ("scope", "concern", "covered"),
        [
            ("ALL", Concern("odd"), True),
            (LDC, Concern(AGENT, LDC, "1000"), True),
            (LDC, Concern(LDC), True),
            (LDC, Concern(AGENT, "ORG44444", "1000"), False),
            (AGENT, Concern(AGENT), True),
            ("1000", Concern(AGENT, LDC, "1000"), True),
            ("1000", Concern(AGENT), False),
        ],
    )
    def test_cover_files_by_sender_ldc_or_type(
        self,
        scope: str,
        concern: Concern,
        covered: bool,  # noqa: FBT001
    ) -> None:
        assert Scope(scope).covers(concern) is covered


class TestTheModeForAFile:
    def test_is_the_strictest_of_those_that_apply(self) -> None:
        gateway = after(
            FRESH, (ALL, DRAIN), (Scope(LDC), HOLD), (Scope("1000"), HOLD), (Scope("1000"), REJECT)
        )
        assert gateway.mode_for(Concern(READER, "ORG44444", "7000")) is DRAIN
        assert gateway.mode_for(Concern(AGENT, LDC, "4000")) is HOLD
        assert gateway.mode_for(Concern(AGENT, LDC, "1000")) is REJECT

    def test_is_hold_for_new_ones_while_held_ones_are_worked(self) -> None:
        gateway = after(FRESH, (ALL, HOLD), (ALL, OPEN))
        assert gateway.mode_for(ANY) is HOLD
        assert gateway.releases(ANY)

    def test_of_a_held_file_is_open_only_when_every_scope_is(self) -> None:
        gateway = after(FRESH, (ALL, HOLD), (Scope(LDC), HOLD), (ALL, OPEN))
        assert not gateway.releases(ANY)
        assert gateway.releases(Concern(READER, "ORG44444", "7000"))


class TestAChangeOfMode:
    def test_that_is_not_in_the_table_is_refused_with_the_reason(self) -> None:
        with pytest.raises(GatewayRefusedError, match="all files: OPEN cannot become REJECT"):
            set_mode(FRESH, ALL, REJECT, act())

    def test_is_the_next_version_and_an_order_is_attended_to(self) -> None:
        turn = set_mode(FRESH, ALL, HOLD, act())
        assert (turn.gateway.version, turn.gateway.order) == (2, 2)
        by_itself = set_mode(turn.gateway, ALL, OPEN, act(ordered=False))
        assert (by_itself.gateway.version, by_itself.gateway.order) == (3, 2)

    def test_keeps_who_when_and_why(self) -> None:
        mode = set_mode(FRESH, ALL, HOLD, act(1)).gateway.of(ALL)
        assert mode is not None
        assert (mode.by, mode.why, mode.since) == ("bob", "new disks", NOON + HOUR)

    def test_of_one_scope_leaves_the_others(self) -> None:
        gateway = after(FRESH, (Scope(LDC), HOLD))
        assert gateway.of(ALL) == FRESH.of(ALL)
        assert gateway.of(Scope(AGENT)) is None

    def test_is_told_in_a_thread_that_ends_with_the_opening(self) -> None:
        gateway, actions = FRESH, []
        for number, mode in enumerate((HOLD, REJECT, HOLD, OPEN), start=1):
            turn = set_mode(gateway, ALL, mode, act(notice=f"NT-2025-{number:06d}"))
            gateway = turn.gateway
            assert turn.told is not None
            actions.append((turn.told.action.value, turn.told.supersedes[-1:]))
        assert actions == [("NEW", ""), ("UPD", "1"), ("UPD", "2"), ("END", "3")]

    def test_to_drain_is_told_until_the_planned_start(self) -> None:
        drain = Drain(REJECT, NOON + 2 * HOUR)
        told = set_mode(FRESH, ALL, DRAIN, act(1), drain=drain).told
        assert told is not None
        assert (told.start, told.end, told.then) == (NOON + HOUR, NOON + 2 * HOUR, REJECT)

    def test_by_order_ends_the_plan_that_was_followed(self) -> None:
        planned = add_plan(FRESH, plan(), act()).gateway
        begun = set_mode(
            planned, ALL, DRAIN, act(1), drain=Drain(HOLD, NOON + 2 * HOUR), plan=planned.plans[0]
        ).gateway
        assert begun.begun(begun.plans[0])
        assert after(begun, (ALL, HOLD)).plans == ()

    def test_leaves_a_plan_that_has_not_begun(self) -> None:
        planned = add_plan(FRESH, plan(), act()).gateway
        assert after(planned, (ALL, HOLD), (ALL, OPEN)).plans == planned.plans


class TestAFileInside:
    @pytest.mark.parametrize(
        ("modes", "works"),
        [
            ([(ALL, HOLD)], False),
            ([(ALL, DRAIN)], True),
            ([(ALL, HOLD), (ALL, REJECT)], True),
            ([(ALL, HOLD), (ALL, OPEN)], True),
            ([(Scope(LDC), HOLD)], False),
            ([(Scope("7000"), HOLD)], True),
            ([(Scope(LDC), HOLD), (ALL, DRAIN)], False),
            ([(Scope(LDC), HOLD), (ALL, HOLD), (ALL, REJECT)], True),
            ([(ALL, HOLD), (ALL, OPEN), (Scope(LDC), DRAIN)], True),
        ],
    )
    def test_is_worked_unless_the_strictest_mode_that_applies_is_hold(
        self,
        modes: list[tuple[Scope, GatewayMode]],
        works: bool,  # noqa: FBT001
    ) -> None:
        assert after(FRESH, *modes).reading(ANY).works is works

    @pytest.mark.parametrize(
        ("modes", "resuming"),
        [
            ([(ALL, HOLD)], False),
            ([(ALL, DRAIN), (ALL, REJECT), (ALL, OPEN)], False),
            ([(ALL, HOLD), (ALL, REJECT)], True),
            ([(ALL, HOLD), (ALL, OPEN)], True),
            ([(ALL, HOLD), (ALL, OPEN), (ALL, HOLD)], True),
            ([(Scope(LDC), HOLD), (ALL, DRAIN)], False),
            ([(Scope(LDC), HOLD), (ALL, DRAIN), (ALL, REJECT)], True),
        ],
    )
    def test_goes_on_after_any_change_that_may_let_it(
        self,
        modes: list[tuple[Scope, GatewayMode]],
        resuming: bool,  # noqa: FBT001
    ) -> None:
        gateway = after(FRESH, *modes)
        assert gateway.resuming is resuming
        assert not go_on_inside(gateway, act()).gateway.resuming


class TestAnOpening:
    def test_is_over_in_two_steps_and_ends_the_closure(self) -> None:
        gateway = after(FRESH, (ALL, HOLD), (ALL, OPEN))
        opening = gateway.of(ALL)
        assert opening is not None
        assert opening.opening is Opening.RELEASING
        turn = let_new_files_in(gateway, opening, act(3))
        assert turn.gateway.mode_for(ANY) is OPEN
        assert turn.closed is not None
        assert (turn.closed.start, turn.closed.end) == (NOON, NOON + 3 * HOUR)
        clearing = turn.gateway.of(ALL)
        assert clearing is not None
        done = end_opening(turn.gateway, clearing, act(3)).gateway
        assert (done.closure, done.attention) == (2, NOON)
        assert go_on_inside(done, act(3)).gateway.attention is None

    def test_does_not_end_the_closure_while_another_scope_is_closed(self) -> None:
        gateway = after(FRESH, (ALL, HOLD), (Scope(LDC), HOLD), (ALL, OPEN))
        opening = gateway.of(ALL)
        assert opening is not None
        assert end_opening(gateway, opening, act()).gateway.closure == 1

    def test_of_one_scope_leaves_nothing_of_it(self) -> None:
        gateway = after(FRESH, (Scope(LDC), HOLD), (Scope(LDC), OPEN))
        opening = gateway.of(Scope(LDC))
        assert opening is not None
        done = end_opening(gateway, opening, act()).gateway
        assert done.modes == FRESH.modes
        assert done.closure == 2


class TestPlans:
    def test_are_told_with_mode_from_and_to(self) -> None:
        told = add_plan(FRESH, plan(), act()).told
        assert told is not None
        assert (told.mode, told.start, told.end) == (HOLD, NOON + 2 * HOUR, NOON + 4 * HOUR)
        assert (told.action, told.reference) == (NoticeAction.NEW, "GW-000002")

    def test_of_one_scope_do_not_overlap(self) -> None:
        gateway = add_plan(FRESH, plan(), act()).gateway
        with pytest.raises(GatewayRefusedError, match="overlaps with the plan GW-000002"):
            add_plan(gateway, plan(3, 5, number=3), act())
        with pytest.raises(GatewayRefusedError, match="overlaps"):
            add_plan(gateway, plan(3, None, number=3), act())

    def test_of_different_scopes_may_overlap(self) -> None:
        gateway = add_plan(FRESH, plan(), act()).gateway
        assert len(add_plan(gateway, plan(scope=Scope(LDC), number=3), act()).gateway.plans) == 2

    def test_that_are_withdrawn_are_cancelled_in_their_thread(self) -> None:
        gateway = add_plan(FRESH, plan(), act()).gateway
        turn = withdraw_plan(gateway, gateway.plans[0], act(notice="NT-2025-000009"))
        assert turn.gateway.plans == ()
        assert turn.told is not None
        assert (turn.told.action, turn.told.supersedes) == (NoticeAction.CAN, "NT-2025-000001")

    def test_that_drain_are_cancelled_by_opening(self) -> None:
        gateway = add_plan(FRESH, plan(), act()).gateway
        made = gateway.plans[0]
        drain = Drain(HOLD, made.start)
        draining = set_mode(gateway, ALL, DRAIN, act(1), drain=drain, plan=made).gateway
        turn = stop_draining(draining, made, act(1))
        assert turn.told is not None
        assert (turn.told.mode, turn.told.action) == (OPEN, NoticeAction.CAN)
        assert turn.gateway.plans == ()

    def test_that_have_closed_the_gateway_are_not_cancelled(self) -> None:
        gateway = add_plan(FRESH, plan(), act()).gateway
        made = gateway.plans[0]
        drain = Drain(HOLD, made.start)
        draining = set_mode(gateway, ALL, DRAIN, act(1), drain=drain, plan=made).gateway
        closed = set_mode(draining, ALL, HOLD, act(2), plan=made).gateway
        with pytest.raises(GatewayRefusedError, match="open it by order"):
            stop_draining(closed, made, act(3))

    def test_are_attended_to_at_their_times(self) -> None:
        gateway = add_plan(FRESH, plan(), act()).gateway
        assert gateway.attention == NOON + HOUR


class TestTheItem:
    def test_brings_the_gateway_back(self) -> None:
        gateway = add_plan(after(FRESH, (Scope(LDC), HOLD)), plan(), act()).gateway
        drained = after(gateway, (Scope("1000"), DRAIN))
        told = replace(drained, telling=("NT-2025-000001",), closure=7, resuming=True)
        assert from_item(Gateway, gateway_item.item_of(told)) == told

    def test_is_found_by_the_sweep_only_while_there_is_something_to_do(self) -> None:
        assert "due" not in gateway_item.item_of(FRESH)
        assert "due" not in gateway_item.item_of(after(FRESH, (ALL, HOLD)))
        assert "due" in gateway_item.item_of(after(FRESH, (ALL, DRAIN)))


def test_the_gate_tells_when_it_was_closed_to_a_concern() -> None:
    state = MemoryState()
    gateway = after(FRESH, (ALL, HOLD), (ALL, OPEN))
    opening = gateway.of(ALL)
    assert opening is not None
    turn = let_new_files_in(gateway, opening, act(1))
    assert turn.closed is not None
    state.commit(turn.closed.write)
    mode = ScopeMode(Scope(LDC), HOLD, NOON, "ann", closed_since=NOON + 2 * HOUR)
    state.commit(Put(gateway_item.item_of(turn.gateway.with_mode(mode))))
    whole = Period(NOON, NOON + HOUR)
    assert TableGate(state).closed(Concern(READER)) == [whole]
    assert TableGate(state).closed(ANY) == [whole, Period(NOON + 2 * HOUR)]
