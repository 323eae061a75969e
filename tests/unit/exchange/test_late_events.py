"""An upload that came before a closure is judged by when it came, not by when it is told of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.continuity.gateway import Scope
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.authority import GatewayMode

from tests.support.gateway_calls import DRAIN, HOLD, OPEN, REJECT, order
from tests.support.market import AGENT, LDC, name, request, set_parameter
from tests.support.pictures import essence
from tests.support.story import HOUR, Platform, platform

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def hub() -> Platform:
    return platform()


def put(hub: Platform) -> Arrival:
    """Upload a valid file and let a second pass; no event tells of it yet."""
    arrival = hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
    hub.clock.advance(SECOND)
    return arrival


def change(hub: Platform, *modes: GatewayMode) -> None:
    """Order modes one after the other, a minute between them."""
    for mode in modes:
        order(hub.hub, mode)
        hub.clock.advance(MINUTE)


def outcome(hub: Platform, arrival: Arrival) -> tuple[str, str]:
    """Return state and code of an upload that is told of at last."""
    receipt = take_in(hub.hub, arrival)
    return receipt.state.value, receipt.code


class TestAnUploadFromBeforeTheClosure:
    @pytest.mark.parametrize("modes", [(HOLD, REJECT), (DRAIN, REJECT), (DRAIN,)])
    def test_is_worked_where_what_is_inside_is_worked(
        self, hub: Platform, modes: tuple[GatewayMode, ...]
    ) -> None:
        arrival = put(hub)
        change(hub, *modes)
        assert outcome(hub, arrival) == ("ACCEPTED", "")

    def test_is_worked_in_drain_also_where_new_files_are_refused(self, hub: Platform) -> None:
        set_parameter(hub.hub, "gateway.drain_new", "REJECT")
        arrival = put(hub)
        change(hub, DRAIN)
        assert outcome(hub, arrival) == ("ACCEPTED", "")
        assert outcome(hub, put(hub)) == ("REJECTED", "F000")

    @pytest.mark.parametrize("modes", [(HOLD,), (DRAIN, HOLD), (HOLD, REJECT, HOLD)])
    def test_is_kept_in_hold_as_all_that_is_inside(
        self, hub: Platform, modes: tuple[GatewayMode, ...]
    ) -> None:
        arrival = put(hub)
        change(hub, *modes)
        assert outcome(hub, arrival) == ("HELD", "")
        change(hub, OPEN)
        hub.pass_time(HOUR)
        assert list(essence(hub.hub).files.values()) == [("DONE", "")]

    def test_is_held_behind_what_is_worked_first_when_the_gateway_opens(
        self, hub: Platform
    ) -> None:
        """The execution that lets held files in has not come yet."""
        arrival = put(hub)
        change(hub, HOLD, OPEN)
        assert outcome(hub, arrival) == ("HELD", "")
        hub.pass_time(HOUR)
        assert list(essence(hub.hub).files.values()) == [("DONE", "")]

    @pytest.mark.parametrize("scope", [AGENT, LDC, "1000"])
    def test_is_judged_by_each_scope_that_is_closed(self, hub: Platform, scope: str) -> None:
        early = put(hub)
        order(hub.hub, HOLD, Scope(scope))
        order(hub.hub, REJECT, Scope(scope))
        hub.clock.advance(SECOND)
        late = put(hub)
        assert outcome(hub, late) == ("REJECTED", "F000")
        assert outcome(hub, early) == ("ACCEPTED", "")

    def test_that_was_held_once_stays_held_when_new_files_are_refused(self, hub: Platform) -> None:
        arrival = put(hub)
        change(hub, HOLD)
        assert outcome(hub, arrival) == ("HELD", "")
        change(hub, REJECT)
        assert outcome(hub, arrival) == ("HELD", "")


class TestAnUploadFromWithinTheClosure:
    def test_is_kept_if_it_came_before_files_were_refused(self, hub: Platform) -> None:
        change(hub, HOLD)
        arrival = put(hub)
        change(hub, REJECT)
        assert outcome(hub, arrival) == ("HELD", "")

    def test_is_refused_if_it_came_since(self, hub: Platform) -> None:
        change(hub, HOLD, REJECT)
        assert outcome(hub, put(hub)) == ("REJECTED", "F000")

    def test_in_the_very_second_of_the_closure_is_new(self, hub: Platform) -> None:
        order(hub.hub, HOLD)
        order(hub.hub, REJECT)
        assert outcome(hub, put(hub)) == ("REJECTED", "F000")

    def test_is_worked_if_it_is_told_of_when_the_gateway_is_open_again(self, hub: Platform) -> None:
        change(hub, HOLD, REJECT)
        arrival = put(hub)
        change(hub, OPEN)
        hub.settle()
        assert outcome(hub, arrival) == ("ACCEPTED", "")
