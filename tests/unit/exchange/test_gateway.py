from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.continuity.gateway import GATE_KEY
from mdmr.exchange.inbound.intake import refuse_for_good, take_in
from mdmr.exchange.inbound.sweep import Swept, sweep
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState
from mdmr.ports.authority import GatewayMode, GatewayUnsetError
from mdmr.ports.state import Delete

from tests.support.gateway import set_mode
from tests.support.market import AGENT, LDC, name, request, set_parameter
from tests.support.pictures import essence
from tests.support.story import HOUR, Platform, platform

CLOSED = [GatewayMode.HOLD, GatewayMode.REJECT, GatewayMode.DRAIN]


@pytest.fixture
def hub() -> Platform:
    return platform()


def states(hub: Platform) -> list[tuple[str, str]]:
    return list(essence(hub.hub).files.values())


class TestANewFile:
    @pytest.mark.parametrize(
        ("mode", "drain_new", "state", "code"),
        [
            (GatewayMode.OPEN, "HOLD", "ACCEPTED", ""),
            (GatewayMode.HOLD, "REJECT", "HELD", ""),
            (GatewayMode.REJECT, "HOLD", "REJECTED", "F000"),
            (GatewayMode.DRAIN, "HOLD", "HELD", ""),
            (GatewayMode.DRAIN, "REJECT", "REJECTED", "F000"),
        ],
    )
    def test_is_taken_kept_or_refused_as_the_mode_says(
        self, hub: Platform, mode: GatewayMode, drain_new: str, state: str, code: str
    ) -> None:
        set_parameter(hub.hub, "gateway.drain_new", drain_new)
        set_mode(hub.hub, mode)
        hub.send(AGENT, name(), request(name(), "SP-1"))
        hub.settle()
        assert states(hub) == [(state, code)]

    def test_is_not_even_checked_while_it_is_held(self, hub: Platform) -> None:
        set_mode(hub.hub, GatewayMode.HOLD)
        hub.send(AGENT, "odd", b"\x00")
        hub.settle()
        assert states(hub) == [("HELD", "")]
        assert hub.hub.notifications.sent == []

    def test_is_refused_with_f000_whatever_else_is_wrong(self, hub: Platform) -> None:
        set_mode(hub.hub, GatewayMode.REJECT)
        hub.send(AGENT, "odd", b"")
        hub.settle()
        assert states(hub) == [("REJECTED", "F000")]

    def test_is_not_decided_before_the_gateway_has_a_mode(self, hub: Platform) -> None:
        arrival = hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
        hub.hub.state.commit(Delete(GATE_KEY))
        with pytest.raises(GatewayUnsetError):
            take_in(hub.hub, arrival)


class TestAHeldFile:
    @pytest.fixture
    def held(self, hub: Platform) -> Platform:
        set_mode(hub.hub, GatewayMode.HOLD)
        hub.send(AGENT, name(), request(name(), "SP-1"))
        hub.settle()
        return hub

    @pytest.mark.parametrize("mode", CLOSED)
    @pytest.mark.parametrize("drain_new", ["HOLD", "REJECT"])
    def test_stays_held_until_the_gateway_is_open_however_often_it_is_told(
        self, held: Platform, mode: GatewayMode, drain_new: str
    ) -> None:
        set_parameter(held.hub, "gateway.drain_new", drain_new)
        set_mode(held.hub, mode)
        (arrival,) = [each.arrival for each in receipts.of_organization(held.hub.state, AGENT)]
        assert take_in(held.hub, arrival).state is FileState.HELD
        assert refuse_for_good(held.hub, arrival).state is FileState.HELD
        held.pass_time(3 * HOUR)
        assert states(held) == [("HELD", "")]

    def test_is_worked_once_the_gateway_is_open(self, held: Platform) -> None:
        held.pass_time(3 * HOUR)
        set_mode(held.hub, GatewayMode.OPEN)
        held.pass_time(2 * HOUR)
        assert states(held) == [("DONE", "")]

    def test_keeps_its_history(self, held: Platform) -> None:
        set_mode(held.hub, GatewayMode.OPEN)
        held.pass_time(2 * HOUR)
        (receipt,) = receipts.of_organization(held.hub.state, AGENT)
        steps = [step.state.value for step in receipt.history]
        assert steps == ["HELD", "ACCEPTED", "PROCESSING", "DONE"]

    def test_is_checked_by_the_time_of_its_arrival(self, hub: Platform) -> None:
        set_mode(hub.hub, GatewayMode.HOLD)
        ahead = name(at="20250821120600")
        hub.send(AGENT, ahead, request(ahead, "SP-1"))
        hub.pass_time(30 * HOUR)
        set_mode(hub.hub, GatewayMode.OPEN)
        hub.pass_time(2 * HOUR)
        assert states(hub) == [("REJECTED", "F004")]

    def test_is_worked_in_the_order_of_arrival(self, hub: Platform) -> None:
        set_mode(hub.hub, GatewayMode.HOLD)
        first, second = name(at="20250820120009"), name(at="20250820120001")
        for file_name in (first, second):
            hub.send(AGENT, file_name, request(file_name, "SP-1", f"SP-{file_name}"))
            hub.clock.advance(timedelta(seconds=1))
        hub.settle()
        set_mode(hub.hub, GatewayMode.OPEN)
        hub.pass_time(2 * HOUR)
        responses = [each for each in essence(hub.hub).received if each[1] == "2000"]
        assert {each[3]: each[4][-2:] for each in responses} == {first: "00", second: "01"}

    def test_is_offered_again_by_the_sweep_only_when_the_gateway_is_open(
        self, held: Platform
    ) -> None:
        held.pass_time(HOUR)
        assert sweep(held.hub).by_kind == Swept().by_kind
        set_mode(held.hub, GatewayMode.OPEN)
        assert sweep(held.hub).by_kind == Swept(receipts=1).by_kind

    def test_of_a_name_that_was_held_twice_is_accepted_once(self, held: Platform) -> None:
        held.send(AGENT, name(), request(name(), "SP-2"))
        held.send(LDC, name(sender=LDC), request(name(sender=LDC), "SP-3"))
        held.settle()
        set_mode(held.hub, GatewayMode.OPEN)
        held.pass_time(2 * HOUR)
        assert sorted(states(held)) == [("DONE", ""), ("DONE", ""), ("REJECTED", "F011")]
