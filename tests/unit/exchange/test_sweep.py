from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.runs import close_slot
from mdmr.exchange.inbound.sweep import OVERLAP, Swept, sweep
from mdmr.exchange.ledger import incidents
from mdmr.ports.authority import NotActiveError
from mdmr.ports.state import Item

from tests.support.calls import SLOT
from tests.support.gateway import take_lease_away
from tests.support.market import AGENT, name, request
from tests.support.pictures import essence
from tests.support.story import HOUR, Platform, platform

DAY = timedelta(days=1)


@pytest.fixture
def hub() -> Platform:
    return platform()


def swept(hub: Platform) -> Swept:
    """Sweep, and let the platform do what that brought up."""
    found = sweep(hub.hub)
    hub.settle()
    return found


class TestTheSweep:
    def test_of_a_hub_where_all_is_well_finds_nothing(self, hub: Platform) -> None:
        hub.send(AGENT, name(), request(name(), "SP-1"))
        hub.pass_time(3 * HOUR)
        assert swept(hub).by_kind == Swept().by_kind

    def test_finds_an_upload_whose_event_was_lost(self, hub: Platform) -> None:
        hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
        assert swept(hub).by_kind == Swept(arrivals=1).by_kind
        assert list(essence(hub.hub).files.values()) == [("ACCEPTED", "")]
        assert swept(hub).by_kind == Swept().by_kind

    def test_finds_an_upload_under_any_key(self, hub: Platform) -> None:
        for key in ("odd", "ORG99999/odd", "org22222/odd", f"{AGENT}/a/b", "/"):
            hub.upload(key, b"x")
        assert swept(hub).by_kind == Swept(arrivals=5).by_kind
        assert {code for _, code in essence(hub.hub).files.values()} == {"F001"}

    def test_finds_every_version_of_a_key(self, hub: Platform) -> None:
        hub.send(AGENT, "odd", b"one")
        hub.settle()
        hub.upload(f"{AGENT}/odd", b"two")
        assert swept(hub).by_kind == Swept(arrivals=1).by_kind

    def test_finds_an_upload_in_parts_that_took_its_seven_days(self, hub: Platform) -> None:
        """Its time is that of its begin: sweeps have long passed that."""
        begun = hub.clock.now()
        hub.pass_time(7 * DAY)
        ended = hub.clock.now()
        hub.clock.move_to(begun)
        hub.upload(f"{AGENT}/odd", b"x")
        hub.clock.move_to(ended)
        assert swept(hub).by_kind == Swept(arrivals=1).by_kind

    def test_does_not_ask_for_receipts_of_what_is_old(self, hub: Platform) -> None:
        swept(hub)
        hub.clock.advance(DAY)
        swept(hub)
        hub.clock.advance(-OVERLAP - timedelta(seconds=1))
        hub.upload(f"{AGENT}/odd", b"x")
        hub.clock.advance(OVERLAP + timedelta(seconds=1))
        assert swept(hub).by_kind == Swept().by_kind

    def test_finds_a_file_whose_run_was_not_started(self, hub: Platform) -> None:
        arrival = hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
        hub.forgetful = True
        take_in(hub.hub, arrival)
        hub.hub.processes.started.clear()
        hub.pass_time(2 * HOUR)
        assert list(essence(hub.hub).files.values()) == [("DONE", "")]

    def test_finds_a_run_that_died(self, hub: Platform) -> None:
        take_in(hub.hub, hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1")))
        hub.hub.processes.started.clear()
        close_slot(hub.hub, SLOT)
        hub.clock.advance(HOUR)
        assert swept(hub).by_kind == Swept(executions=1).by_kind
        assert list(essence(hub.hub).files.values()) == [("DONE", "")]
        assert swept(hub).by_kind == Swept().by_kind

    def test_leaves_a_run_alone_that_is_not_overdue(self, hub: Platform) -> None:
        take_in(hub.hub, hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1")))
        hub.clock.advance(timedelta(minutes=39))
        assert sweep(hub.hub).executions == 0

    def test_starts_a_run_that_died_again_and_again_until_it_is_over(self, hub: Platform) -> None:
        take_in(hub.hub, hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1")))
        for _ in range(3):
            hub.clock.advance(HOUR)
            sweep(hub.hub)
        assert len(hub.hub.processes.started) == 1 + 3

    def test_finds_a_delivery_that_was_not_made(self, hub: Platform) -> None:
        take_in(hub.hub, hub.upload(f"{AGENT}/odd", b"x"))
        hub.hub.publish_queue.receive()
        assert swept(hub).by_kind == Swept().by_kind
        hub.clock.advance(HOUR)
        assert swept(hub).by_kind == Swept(deliveries=1).by_kind
        assert essence(hub.hub).undelivered == []

    def test_of_a_region_without_lease_hands_nothing_over(self, hub: Platform) -> None:
        hub.upload(f"{AGENT}/odd", b"x")
        take_lease_away(hub.hub)
        with pytest.raises(NotActiveError):
            sweep(hub.hub)
        assert len(hub.hub.arrivals_queue) == 0


class TestWhatAnExecutionDoesNotBringOn:
    """It is started once a sweep; from the second time on it is an incident until it moves."""

    def test_is_an_incident_from_the_second_time_on(self, hub: Platform) -> None:
        self.leave_a_run(hub)
        found = [self.sweep_later(hub).incidents for _ in range(3)]
        assert found == [0, 1, 1]
        assert [each["state"] for each in self.incidents_of(hub)] == [incidents.NEW]

    def test_is_none_any_more_when_it_went_on(self, hub: Platform) -> None:
        self.leave_a_run(hub)
        for _ in range(2):
            self.sweep_later(hub)
        hub.forgetful = False
        self.sweep_later(hub)
        hub.settle()
        assert self.sweep_later(hub).incidents == 0
        assert [each["state"] for each in self.incidents_of(hub)] == [incidents.CLOSED]

    def leave_a_run(self, hub: Platform) -> None:
        arrival = hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
        hub.forgetful = True
        take_in(hub.hub, arrival)
        hub.hub.processes.started.clear()

    def sweep_later(self, hub: Platform) -> Swept:
        hub.clock.advance(2 * HOUR)
        found = sweep(hub.hub)
        if hub.forgetful:
            hub.hub.processes.started.clear()
        return found

    def incidents_of(self, hub: Platform) -> list[Item]:
        return [each for each in hub.hub.state.items() if each["sk"] == "INCIDENT"]
