"""The gateway at its edges: plans that meet, what counts as work, one organization among many."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.continuity import draining, gateway_item, ordering
from mdmr.continuity.gateway import ALL, Scope
from mdmr.continuity.ordering import Author
from mdmr.continuity.turning import Drain, GatewayRefusedError, add_plan
from mdmr.exchange.inbound.runs import close_slot, finish_slot
from mdmr.exchange.ledger import slots
from mdmr.exchange.ledger.slots import Slot
from mdmr.ports.authority import GatewayMode
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.states import FINAL, SetState
from msgspec.structs import replace

from tests.support.calls import SLOT, SLOT_END
from tests.support.market import AGENT, LDC, NOON, OTHER_LDC, name, request
from tests.support.pictures import essence
from tests.support.story import HOUR, Platform, platform
from tests.support.waiting_sets import complete, found, look
from tests.support.working import hub_with
from tests.unit.continuity.test_gateway import FRESH, act, plan

HOLD, DRAIN, OPEN = GatewayMode.HOLD, GatewayMode.DRAIN, GatewayMode.OPEN
AUTHOR = Author("ann", "new disks")
MINUTE = timedelta(minutes=1)
# The states of a set in which something is being done for it.
AT_WORK = {SetState.STAGING, SetState.LOADED, SetState.PROCESSING}
WAY = (SetState.STAGING, SetState.LOADED, SetState.PROCESSING, SetState.STOPPED)


class TestPlansOfOneScope:
    def test_meet_when_one_drains_in_the_second_in_which_the_other_ends(self) -> None:
        earlier, later = plan(2, 4), replace(plan(6, 8, number=3), drain_at=NOON_PLUS_4)
        assert earlier.end == later.drain_at
        for one, other in ((earlier, later), (later, earlier)):
            gateway = add_plan(FRESH, one, act()).gateway
            assert len(add_plan(gateway, other, act()).gateway.plans) == 2

    def test_overlap_when_one_drains_a_second_before_the_other_ends(self) -> None:
        earlier = plan(2, 4)
        later = replace(plan(6, 8, number=3), drain_at=NOON_PLUS_4 - timedelta(seconds=1))
        for one, other in ((earlier, later), (later, earlier)):
            gateway = add_plan(FRESH, one, act()).gateway
            with pytest.raises(GatewayRefusedError, match=f"overlaps with the plan {one.id}"):
                add_plan(gateway, other, act())

    def test_overlap_with_one_without_an_end_that_drains_before(self) -> None:
        endless = plan(2, None)
        later = replace(plan(6, 8, number=3), drain_at=NOON_PLUS_4)
        for one, other in ((endless, later), (later, endless)):
            gateway = add_plan(FRESH, one, act()).gateway
            with pytest.raises(GatewayRefusedError):
                add_plan(gateway, other, act())

    def test_meet_one_without_an_end_that_begins_when_they_end(self) -> None:
        earlier = plan(2, 4)
        endless = replace(plan(6, None, number=3), drain_at=NOON_PLUS_4)
        gateway = add_plan(FRESH, earlier, act()).gateway
        assert len(add_plan(gateway, endless, act()).gateway.plans) == 2
        gateway = add_plan(FRESH, endless, act()).gateway
        assert len(add_plan(gateway, earlier, act()).gateway.plans) == 2


NOON_PLUS_4 = plan(2, 4).end or plan().start


@pytest.fixture
def hub() -> Platform:
    return hub_with([], at=NOON)


def brought(hub: Platform, state: SetState) -> SetId:
    """Bring a set into a state, as its work does, or its end."""
    which = complete(hub, "a", 1)
    if state is SetState.COLLECTING:
        return which
    if state in (SetState.HELD, SetState.REJECTED):
        before = found(hub, which)
        rows.commit(hub.hub, before, before.moved(state, hub.clock.now()))
        return which
    look(hub, which)
    last = {SetState.FAILED: SetState.STAGING, SetState.COMPLETE: SetState.PROCESSING}
    for each in WAY[1 : WAY.index(last.get(state, state)) + 1]:
        before = found(hub, which)
        rows.commit(hub.hub, before, before.moved(each, hub.clock.now()))
    if state in last:
        before = found(hub, which)
        rows.commit(hub.hub, before, before.moved(state, hub.clock.now()))
    assert found(hub, which).state is state
    return which


def mode(hub: Platform) -> GatewayMode:
    return gateway_item.read(hub.hub.state).modes[0].mode


class TestDrainingOfSets:
    @pytest.mark.parametrize("state", list(SetState))
    def test_waits_while_a_set_is_at_work_and_for_no_other(
        self, hub: Platform, state: SetState
    ) -> None:
        brought(hub, state)
        assert draining.is_drained(hub.hub, ALL, hub.clock.now()) is (state not in AT_WORK)

    @pytest.mark.parametrize("state", sorted(AT_WORK))
    def test_closes_no_gateway_over_a_set_in_any_state_of_work(
        self, hub: Platform, state: SetState
    ) -> None:
        which = brought(hub, state)
        hub.hub.processes.started.clear()
        ordering.change(hub.hub, ALL, DRAIN, AUTHOR, drain=Drain(HOLD))
        hub.settle()
        assert mode(hub) is DRAIN
        hub.pass_time(20 * MINUTE)
        assert mode(hub) is DRAIN
        before = found(hub, which)
        ending = {
            SetState.STAGING: SetState.FAILED,
            SetState.LOADED: SetState.STOPPED,
            SetState.PROCESSING: SetState.COMPLETE,
        }
        rows.commit(hub.hub, before, before.moved(ending[state], hub.clock.now()))
        hub.pass_time(20 * MINUTE)
        assert mode(hub) is HOLD

    def test_of_another_organization_does_not_wait(self, hub: Platform) -> None:
        brought(hub, SetState.LOADED)
        covered = {
            scope: not draining.is_drained(hub.hub, Scope(scope), hub.clock.now())
            for scope in (LDC, AGENT, "4000", OTHER_LDC, "3000")
        }
        assert covered == {LDC: True, AGENT: True, "4000": True, OTHER_LDC: False, "3000": False}

    def test_every_state_of_a_set_is_work_or_waits_or_is_over(self) -> None:
        waits = {SetState.COLLECTING, SetState.HELD, SetState.STOPPED}
        assert AT_WORK | waits | FINAL == set(SetState)


class TestHoldForOneLdc:
    """Files of several LDCs share a slot; what is kept of one leaves the others as they are."""

    @pytest.fixture
    def shared(self) -> Platform:
        hub = platform()
        for ldc, sender in ((LDC, AGENT), (OTHER_LDC, OTHER_LDC)):
            file_name = name(ldc=ldc, sender=sender)
            hub.send(sender, file_name, request(file_name, "SP-1"))
        hub.settle()
        ordering.change(hub.hub, Scope(LDC), HOLD, AUTHOR)
        return hub

    def states(self, hub: Platform) -> dict[str, str]:
        files = essence(hub.hub).files
        return {key.split("/")[1].split(".")[0]: state for (key, _), (state, _) in files.items()}

    def test_lets_the_file_of_another_be_worked_in_the_same_slot(self, shared: Platform) -> None:
        shared.pass_time(HOUR)
        assert self.states(shared) == {LDC: "ACCEPTED", OTHER_LDC: "DONE"}
        ordering.change(shared.hub, Scope(LDC), OPEN, AUTHOR)
        shared.pass_time(HOUR)
        assert self.states(shared) == {LDC: "DONE", OTHER_LDC: "DONE"}

    def test_does_not_leave_the_slot_to_the_gateway_while_another_has_files(
        self, shared: Platform
    ) -> None:
        shared.clock.move_to(SLOT_END)
        assert close_slot(shared.hub, SLOT) == [LDC, OTHER_LDC]
        assert finish_slot(shared.hub, SLOT) is False
        row = shared.hub.state.get(SLOT.key) or {}
        assert row["state"] == slots.CLOSED

    def test_leaves_it_once_only_the_kept_are_left(self, shared: Platform) -> None:
        shared.clock.move_to(SLOT_END)
        close_slot(shared.hub, SLOT)
        for member in list(slots.members(shared.hub.state, SLOT, OTHER_LDC)):
            shared.hub.state.commit(slots.set_done(member.key))
        assert finish_slot(shared.hub, SLOT) is True
        row = shared.hub.state.get(SLOT.key) or {}
        assert row["state"] == slots.KEPT

    def test_is_inside_for_its_own_scope_and_for_all(self, shared: Platform) -> None:
        now = shared.clock.now()

        def slots_of(scope: str) -> list[Slot]:
            found = draining.open_work(shared.hub, Scope(scope), now)
            return [Slot.of(each.worked_in.id) for each in found]

        assert slots_of(LDC) == slots_of(OTHER_LDC) == slots_of("ALL") == slots_of("1000") == [SLOT]
        assert slots_of("ORG33333") == slots_of("8000") == []
