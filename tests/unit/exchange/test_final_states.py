"""Whatever happens to an upload, it ends in a state that its sender is told."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from mdmr.exchange.files.frame import UNREAD
from mdmr.exchange.inbound import uploads
from mdmr.exchange.inbound.intake import refuse_for_good, take_in
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.exchange.outbound import deliveries
from mdmr.organizations import registry
from mdmr.ports.authority import GatewayMode
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectMissingError
from mdmr.ports.state import Update

from tests.support.crashing import Effect, watched
from tests.support.gateway import set_mode
from tests.support.market import AGENT, name, request, set_parameter
from tests.support.story import Platform, platform

FILE = request(name(), "SP-1")
EVENT: dict[str, Any] = {
    "time": "2025-08-20T17:05:00Z",
    "detail": {
        "object": {"key": f"{AGENT}/{name()}", "size": 99, "version-id": "gone", "etag": "x"}
    },
}


@pytest.fixture
def hub() -> Platform:
    return platform()


def report(hub: Platform, receipt: Receipt) -> list[str]:
    """Return the fields of the one detail of the FR01 about a file."""
    hub.settle()
    (delivery_id,) = receipt.deliveries
    delivery = deliveries.find(hub.hub.state, delivery_id)
    assert delivery is not None
    assert delivery.state == "DELIVERED"
    return hub.hub.outbound.read(delivery.object_key).decode().splitlines()[3].split("|")


def without_bytes(hub: Platform, fault: type[Exception]) -> Hub:
    """Return the hub as a worker sees it to whom the bucket gives no bytes."""

    def around(effect: Effect) -> Any:  # noqa: ANN401 - as any effect
        if effect.name == "inbound.stream":
            raise fault(effect.name)
        return effect.happen()

    return watched(hub.hub, around)


class TestAVersionThatIsGone:
    def test_is_refused_by_what_the_storage_event_told(self, hub: Platform) -> None:
        arrival = uploads.arrival_at_last(hub.hub.inbound, EVENT)
        receipt = refuse_for_good(hub.hub, arrival)
        assert (receipt.state, receipt.code) == (FileState.REJECTED, "F099")
        detail = report(hub, receipt)
        assert detail[1:3] == ["20250820120500", name()]
        assert detail[6:9] == ["99", UNREAD, "F099"]

    def test_is_refused_by_what_the_sweep_told(self, hub: Platform) -> None:
        arrival = hub.upload(f"{AGENT}/{name()}", FILE)
        message = uploads.message_of(arrival)
        hub.hub.inbound._versions.clear()
        assert uploads.arrival_at_last(hub.hub.inbound, message) == arrival

    def test_of_a_file_that_was_held_is_refused_too(self, hub: Platform) -> None:
        set_mode(hub.hub, GatewayMode.HOLD)
        arrival = hub.upload(f"{AGENT}/{name()}", FILE)
        take_in(hub.hub, arrival)
        set_mode(hub.hub, GatewayMode.OPEN)
        hub.hub.inbound._versions.clear()
        assert refuse_for_good(hub.hub, arrival).code == "F099"

    @pytest.mark.parametrize("part", ["key", "version-id", "size", "time"])
    def test_of_which_the_message_tells_too_little_is_left_to_a_person(
        self, hub: Platform, part: str
    ) -> None:
        told = {each: of for each, of in EVENT["detail"]["object"].items() if each != part}
        message = {"detail": {"object": told}} | ({} if part == "time" else {"time": EVENT["time"]})
        with pytest.raises(KeyError):
            uploads.arrival_at_last(hub.hub.inbound, message)


class TestBytesThatAreNotGiven:
    @pytest.mark.parametrize("fault", [ObjectMissingError, PermissionError])
    def test_are_not_needed_to_refuse_a_file_for_good(
        self, hub: Platform, fault: type[Exception]
    ) -> None:
        arrival = hub.upload(f"{AGENT}/{name()}", FILE)
        receipt = refuse_for_good(without_bytes(hub, fault), arrival)
        assert report(hub, receipt)[6:9] == [str(len(FILE)), UNREAD, "F099"]

    def test_keep_a_file_from_being_accepted(self, hub: Platform) -> None:
        arrival = hub.upload(f"{AGENT}/{name()}", FILE)
        with pytest.raises(PermissionError):
            take_in(without_bytes(hub, PermissionError), arrival)


class TestAFileAboveTheLargestSize:
    def test_is_not_read(self, hub: Platform) -> None:
        set_parameter(hub.hub, "intake.max_mb", "1")
        arrival = hub.upload(f"{AGENT}/{name()}", b"x" * 1_000_001)
        receipt = take_in(without_bytes(hub, AssertionError), arrival)
        assert (receipt.code, receipt.sha256) == ("F010", UNREAD)
        assert report(hub, receipt)[6:9] == ["1000001", UNREAD, "F010"]

    def test_of_exactly_that_size_is_read(self, hub: Platform) -> None:
        set_parameter(hub.hub, "intake.max_mb", "1")
        arrival = hub.upload(f"{AGENT}/{name()}", b"x" * 1_000_000)
        receipt = take_in(hub.hub, arrival)
        assert receipt.code == "F013"
        assert receipt.sha256 == hashlib.sha256(b"x" * 1_000_000).hexdigest()

    def test_is_told_what_comes_before_the_size(self, hub: Platform) -> None:
        set_parameter(hub.hub, "intake.max_mb", "1")
        assert take_in(hub.hub, hub.upload(f"{AGENT}/odd", b"x" * 1_000_001)).code == "F001"

    def test_is_not_read_to_refuse_it_for_good_either(self, hub: Platform) -> None:
        arrival = Arrival(f"{AGENT}/{name()}", "v1", 5_000_000_000_000, hub.clock.now())
        receipt = refuse_for_good(without_bytes(hub, SystemExit), arrival)  # type: ignore[arg-type]
        assert report(hub, receipt)[6:8] == ["999999999999", UNREAD]


class TestASenderOfWhomNothingCanBeRead:
    def test_gets_its_report_all_the_same(self, hub: Platform) -> None:
        row = registry.organization_key(AGENT)
        hub.hub.state.commit(Update(row, set={"roles": ["nothing known"]}))
        hub.send(AGENT, name(), FILE)
        hub.settle()
        (key,) = hub.hub.outbound.keys()
        assert key.startswith(f"{AGENT}/")
        assert "|F099|" in hub.hub.outbound.read(key).decode()
        assert hub.dead == []
        hub.pass_time(timedelta(hours=3))
        assert len(hub.hub.outbound.keys()) == 1
