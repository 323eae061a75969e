"""How the gateway is stored, and what else of the hub's items has a value by default."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.continuity import gateway_item
from mdmr.continuity.gateway import ALL, Gateway
from mdmr.continuity.turning import add_plan
from mdmr.exchange.ledger import slots
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.exchange.ledger.states import IllegalMoveError
from mdmr.ports.authority import GatewayMode, GatewayUnsetError
from mdmr.ports.codec import from_item
from mdmr.ports.state import Check, Equal, Put
from mdmr.stores.memory.state import MemoryState
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import execution
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON
from tests.support.story import platform
from tests.unit.continuity.test_gateway import FRESH, act, after, plan

MINUTE = timedelta(minutes=1)


class TestTheGateway:
    @pytest.fixture
    def planned(self) -> Gateway:
        return add_plan(FRESH, plan(), act()).gateway

    def test_is_looked_after_ten_minutes_after_something_is_due(self, planned: Gateway) -> None:
        item = gateway_item.item_of(planned)
        assert planned.attention == plan().drain_at
        assert (item["unfinished"], item["due"]) == ("OPEN#GATE#0", "2025-08-20T18:10:00.000Z")
        assert item["again"] == {
            "process": "gateway",
            "name": "gateway-2",
            "input": {"order": 2, "at": "2025-08-20T18:00:00.000Z"},
        }

    def test_is_read_back_with_the_plan_that_a_scope_follows(self) -> None:
        mode = replace(FRESH.modes[0], plan="GW-000002", planned=NOON, closed_since=NOON)
        gateway = FRESH.with_mode(mode)
        assert from_item(Gateway, gateway_item.item_of(gateway)) == gateway

    def test_is_read_once_the_hub_is_in_operation(self) -> None:
        state = MemoryState()
        with pytest.raises(GatewayUnsetError, match="not put into operation"):
            gateway_item.read(state)
        held = after(FRESH, (ALL, GatewayMode.HOLD), (ALL, GatewayMode.OPEN))
        state.commit(Put(gateway_item.item_of(held)))
        assert gateway_item.read(state) == held


def test_a_receipt_has_no_details_before_they_are_counted() -> None:
    receipt = Receipt(Arrival(f"{AGENT}/x", "v", 1, NOON), FileState.DONE, 1, "")
    assert receipt.details == 0
    with pytest.raises(IllegalMoveError):
        receipt.moved(FileState.ACCEPTED, NOON)


def test_a_slot_is_closed_under_a_mandate() -> None:
    slot = Slot("identifiers", NOON)
    check = Check(slot.key, Equal("state", "OPEN"))
    assert slots.close(slot, check)[1:] == [check]


def test_earlier_slots_are_worked_in_their_order_whoever_joined_first() -> None:
    state = MemoryState()
    ends = [NOON + minutes * MINUTE for minutes in (30, 10, 20, 40)]
    for number, end in enumerate(ends):
        arrival = Arrival(f"{AGENT}/x", str(number), 1, NOON)
        receipt = Receipt(arrival, FileState.ACCEPTED, 1, "", ldc=LDC)
        state.commit(*slots.join(Slot("identifiers", end), receipt))
    found = slots.in_order(state, Slot("identifiers", ends[3]), LDC)
    assert [each.slot.ends for each in found] == sorted(ends)


def test_a_set_of_which_nothing_is_known_is_woken_by_its_start() -> None:
    hub = platform().hub
    which = SetId(LDC, AGENT, "4000", "tx")
    execution.wake(hub, which)
    assert list(hub.processes.started) == [("synchronization", str(which))]
