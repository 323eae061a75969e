"""Looks that meet something else on their way: a gateway that closes, a set that is changed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.ports.authority import Concern, Gate, GateReading, GatewayMode
from mdmr.synchronization.sets import attending, finding, rows, sequence
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.states import SetState
from msgspec.structs import replace

from tests.support.gateway import set_mode
from tests.support.market import LDC, NOON, set_parameter
from tests.support.story import Platform
from tests.support.waiting_sets import (
    MINUTE,
    complete,
    files,
    found,
    look,
    reasons,
    send,
    set_id,
)
from tests.support.working import hub_with
from tests.unit.contested import Contested, touches

A, B, P = set_id("a"), set_id("b"), set_id("p", "3000")
HOUR = timedelta(hours=1)


@pytest.fixture
def hub() -> Platform:
    return hub_with([], at=NOON)


class _Closing:
    """A gate that is closed to HOLD right after it was read once."""

    def __init__(self, hub: Platform) -> None:
        self._hub, self._gate = hub, hub.hub.gate
        self._read = False

    def reading(self, concern: Concern, arrived: datetime | None = None) -> GateReading:
        found = self._gate.reading(concern, arrived)
        if not self._read:
            set_mode(self._hub.hub, GatewayMode.HOLD)
        self._read = True
        return found

    def __getattr__(self, name: str) -> object:
        return getattr(self._gate, name)


def closing(hub: Platform) -> Gate:
    gate: Gate = _Closing(hub)  # type: ignore[assignment] # the rest is as it was
    return gate


class TestALook:
    def test_that_meets_a_gateway_which_closes_waits_for_that(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        looked = attending.look(replace(hub.hub, gate=closing(hub)), A)
        assert looked.outcome is Outcome.WAIT
        assert found(hub, A).waits_for == "GATEWAY"
        assert found(hub, A).state is SetState.COLLECTING

    def test_that_would_reject_a_set_which_is_changed_looks_again(self, hub: Platform) -> None:
        send(hub, files("a", 1), "00")
        hub.clock.advance(HOUR)
        late = Contested(hub.hub.state, touches("SET#"), fails=1, failing=(2,))
        looked = attending.look(replace(hub.hub, state=late), A)
        assert (looked.outcome, late.refused) == (Outcome.OVER, 1)
        assert looked.each == found(hub, A)
        assert set(reasons(hub, "a")) == {"00", "01", "02", "03", "04", "05"}

    def test_returns_the_set_as_it_is_where_nothing_is_new(self, hub: Platform) -> None:
        complete(hub, "b", 2)
        assert look(hub, B).each == found(hub, B)
        assert look(hub, B).each == found(hub, B)


class TestWhenASetLooks:
    def test_for_the_gateway_nobody_knows_until_when(self, hub: Platform) -> None:
        send(hub, files("a", 1), "00")
        look(hub, A)
        assert found(hub, A).until == NOON + HOUR
        set_mode(hub.hub, GatewayMode.HOLD)
        look(hub, A)
        assert (found(hub, A).waits_for, found(hub, A).until) == ("GATEWAY", None)

    def test_is_noted_anew_when_it_waits_for_something_else(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        complete(hub, "b", 2)
        set_mode(hub.hub, GatewayMode.HOLD)
        look(hub, B)
        assert found(hub, B).looks == NOON + 2 * HOUR
        hub.clock.advance(MINUTE)
        set_mode(hub.hub, GatewayMode.OPEN)
        look(hub, B)
        assert (found(hub, B).waits_for, found(hub, B).looks) == ("TURN", NOON + 121 * MINUTE)

    def test_is_the_end_of_its_wait_whatever_was_noted(self, hub: Platform) -> None:
        set_parameter(hub.hub, "sync.wait_min", "180")
        send(hub, files("a", 1), "00")
        look(hub, A)
        each = found(hub, A)
        rows.commit(hub.hub, each, replace(each, looks=NOON + 150 * MINUTE))
        look(hub, A)
        assert found(hub, A).looks == NOON + 180 * MINUTE

    def test_is_left_where_it_is_for_the_same_and_still_far_off(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        complete(hub, "b", 2)
        look(hub, B)
        hub.clock.advance(HOUR - MINUTE)
        look(hub, B)
        assert found(hub, B).looks == NOON + 2 * HOUR
        hub.clock.advance(MINUTE)
        look(hub, B)
        assert found(hub, B).looks == NOON + 3 * HOUR


def test_the_directory_of_the_ldc_is_asked_for_a_slot(
    hub: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    def read(_: object, key: str | None) -> dict[str, object]:
        asked.append(key)
        return {}

    monkeypatch.setattr("mdmr.synchronization.sets.finding.directory_map.read", read)
    complete(hub, "p", 1, file_id="3000")
    finding.facts_of(hub.hub, found(hub, P))
    before = sequence.find(hub.hub.state, LDC)
    after = replace(before, directory="map-1")
    hub.hub.state.commit(sequence.move(before, after, epoch=1))
    finding.facts_of(hub.hub, found(hub, P))
    assert asked == [None, "map-1"]
