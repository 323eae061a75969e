"""Runs and sweeps at their boundaries: how long a failure is the same, what is handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.calendar.instants import to_text
from mdmr.exchange.inbound import inside
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.runs import REPEATS, fail_file
from mdmr.exchange.inbound.sweep import sweep
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import Key
from msgspec.structs import replace

from tests.support.calls import SLOT, failing
from tests.support.gateway import set_mode
from tests.support.market import AGENT, LDC, READER, name, request, set_parameter
from tests.support.story import ERROR, HOUR, Platform, platform

SECOND = timedelta(seconds=1)


@pytest.fixture
def hub() -> Platform:
    return platform()


def states(hub: Platform) -> dict[FileState, int]:
    found = [each.state for each in receipts.of_organization(hub.hub.state, AGENT)]
    return {state: found.count(state) for state in found}


class TestAFileThatIsSetAside:
    @pytest.mark.parametrize(("after", "same"), [(REPEATS, True), (REPEATS + SECOND, False)])
    def test_is_the_same_one_when_its_step_is_tried_again_in_time(
        self, after: timedelta, *, same: bool
    ) -> None:
        call = failing()
        hub = call.platform
        failed = fail_file(hub.hub, SLOT, LDC, ERROR)
        assert failed is not None
        assert failed.state is FileState.FAILED
        hub.clock.advance(after)
        again = fail_file(hub.hub, SLOT, LDC, ERROR)
        assert again is not None
        # Later it is another failure: the next in order is to blame for that.
        assert (again.id == failed.id) is same
        left = {FileState.FAILED: 1, FileState.ACCEPTED: 2}
        assert states(hub) == (left if same else {FileState.FAILED: 2, FileState.ACCEPTED: 1})

    def test_is_the_one_in_work_and_not_one_that_failed_before(self) -> None:
        call = failing()
        hub = call.platform
        first = fail_file(hub.hub, SLOT, LDC, ERROR)
        following = inside.next_in_order(hub.hub, SLOT, LDC)
        assert following is not None
        moved = following.moved(FileState.PROCESSING, hub.clock.now())
        hub.hub.state.commit(receipts.move(moved, since=FileState.ACCEPTED))
        second = fail_file(hub.hub, SLOT, LDC, "Another")
        assert second is not None
        assert first is not None
        assert (second.id, second.history[-1].reason) == (following.id, "Another")
        assert second.id != first.id

    def test_has_an_incident_that_names_its_sender(self) -> None:
        call = failing()
        hub = call.platform
        failed = fail_file(hub.hub, SLOT, LDC, ERROR)
        assert failed is not None
        item = hub.hub.state.get(Key(f"INCIDENT#{ERROR}-{failed.id}", "INCIDENT")) or {}
        told = {each: item[each] for each in ("subject", "concerns", "what", "opened")}
        assert told == {
            "subject": failed.id,
            "concerns": AGENT,
            "what": ERROR,
            "opened": to_text(hub.clock.now()),
        }


class TestAFileInside:
    @pytest.mark.parametrize("state", list(FileState))
    def test_is_accepted_or_in_work_and_has_a_process(
        self, hub: Platform, state: FileState
    ) -> None:
        taken = take_in(hub.hub, hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1")))
        given = replace(taken, state=state)
        under_way = state in (FileState.ACCEPTED, FileState.PROCESSING)
        assert inside.is_inside(given) is under_way
        assert not inside.is_inside(replace(given, worked_in=None))
        set_mode(hub.hub, GatewayMode.HOLD)
        kept = inside.kept(hub.hub, [given, replace(given, worked_in=None)])
        assert kept == (frozenset({taken.id}) if under_way else frozenset())


class TestASweep:
    @pytest.mark.parametrize(
        ("mode", "handed"),
        [(GatewayMode.OPEN, 1), (GatewayMode.DRAIN, 0), (GatewayMode.REJECT, 0)],
    )
    def test_offers_held_files_to_an_open_gateway_only(
        self, hub: Platform, mode: GatewayMode, handed: int
    ) -> None:
        set_parameter(hub.hub, "gateway.drain_new", "REJECT")
        set_mode(hub.hub, GatewayMode.HOLD)
        hub.send(AGENT, name(), request(name(), "SP-1"))
        hub.settle()
        hub.clock.advance(HOUR)
        set_mode(hub.hub, mode)
        assert sweep(hub.hub).receipts == handed

    def test_asks_each_sender_of_held_files_by_itself(self, hub: Platform) -> None:
        set_mode(hub.hub, GatewayMode.HOLD)
        for sender in (AGENT, READER):
            hub.send(sender, "odd", b"odd")
        hub.settle()
        hub.clock.advance(HOUR)
        set_mode(hub.hub, GatewayMode.OPEN)
        assert sweep(hub.hub).receipts == 2

    @pytest.mark.parametrize(("hours", "noted"), [(23, 0), (24, 24), (25, 25)])
    def test_notes_how_far_it_has_come_once_a_day(
        self, hub: Platform, hours: int, noted: int
    ) -> None:
        start = hub.clock.now()
        sweep(hub.hub)
        hub.clock.advance(hours * HOUR)
        sweep(hub.hub)
        item = hub.hub.state.get(Key("SWEEP", "INBOUND")) or {}
        assert item["at"] == to_text(start + noted * HOUR)

    def test_tells_how_long_ago_the_oldest_began(self, hub: Platform) -> None:
        assert sweep(hub.hub).oldest == timedelta(0)
        hub.upload(f"{AGENT}/one", b"x")
        hub.clock.advance(HOUR)
        hub.upload(f"{AGENT}/two", b"x")
        hub.clock.advance(HOUR)
        found = sweep(hub.hub)
        assert (found.arrivals, found.oldest) == (2, 2 * HOUR)
        assert found.by_kind == {
            "arrivals": 2,
            "receipts": 0,
            "deliveries": 0,
            "executions": 0,
        }


def test_a_receipt_is_found_in_its_slot_or_it_is_an_error(hub: Platform) -> None:
    taken: Receipt = take_in(hub.hub, hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1")))
    assert inside.next_in_order(hub.hub, SLOT, LDC) == taken
    assert inside.next_in_order(hub.hub, SLOT, READER) is None
