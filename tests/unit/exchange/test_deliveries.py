from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import DELIVERED, INTENDED, Delivery, Report, Staged
from mdmr.exchange.outbound.publishing import DeliveryUnknownError, content_of, publish
from mdmr.ports.authority import NotActiveError
from mdmr.ports.state import ConditionFailedError
from mdmr.stores.memory.hub import MemoryHub
from msgspec.structs import replace

from tests.support.gateway import take_lease_away
from tests.support.market import AGENT, LDC, NOON, OTHER_LDC
from tests.support.story import Platform, platform

NOW = datetime(2025, 8, 20, 10, 15, 30, tzinfo=EST)
SUMMARY = Report("IR01", LDC, AGENT, "one", Staged("staged/x", 0))


@pytest.fixture
def hub() -> MemoryHub:
    return platform().hub


def decided(hub: MemoryHub, *reports: Report, at: datetime = NOW) -> list[str]:
    """Decide deliveries and return the times in their names."""
    found, writes = deliveries.intend(hub.state, reports, now=at, epoch=1)
    hub.state.commit(*writes)
    assert [deliveries.find(hub.state, each.id) for each in found] == found
    return [each.name.date_time for each in found]


def about(subject: str, **changed: str) -> Report:
    return replace(SUMMARY, subject=subject, **changed)


class TestTheNameOfADelivery:
    def test_bears_the_time_of_its_decision(self, hub: MemoryHub) -> None:
        assert decided(hub, SUMMARY) == ["202508201015"]

    def test_steps_to_the_next_free_minute_within_one_decision(self, hub: MemoryHub) -> None:
        reports = [about(each) for each in "abc"]
        assert decided(hub, *reports) == ["202508201015", "202508201016", "202508201017"]

    def test_steps_to_the_next_free_minute_after_other_decisions(self, hub: MemoryHub) -> None:
        assert decided(hub, about("a")) == ["202508201015"]
        assert decided(hub, about("b")) == ["202508201016"]
        assert decided(hub, about("c"), at=NOW + timedelta(hours=1)) == ["202508201115"]

    def test_steps_to_the_next_free_second_where_names_have_14_digits(self, hub: MemoryHub) -> None:
        reports = [about(each, file_id="FR01") for each in "ab"]
        assert decided(hub, *reports) == ["20250820101530", "20250820101531"]

    @pytest.mark.parametrize(
        "changed", [{"org_1": OTHER_LDC}, {"recipient": LDC}, {"file_id": "2000"}]
    )
    def test_is_free_when_ldc_recipient_or_type_differ(
        self, hub: MemoryHub, changed: dict[str, str]
    ) -> None:
        assert decided(hub, SUMMARY, about("b", **changed)) == ["202508201015"] * 2

    def test_is_taken_by_as_many_at_once_as_a_commit_holds(self, hub: MemoryHub) -> None:
        most = [about(str(each)) for each in range(deliveries.MOST_AT_ONCE)]
        assert len(set(decided(hub, *most))) == len(most)
        with pytest.raises(ValueError, match="more than one commit holds"):
            decided(hub, *(about(f"x{each}") for each in range(99)))

    def test_is_given_to_one_of_two_decisions_made_at_once(self, hub: MemoryHub) -> None:
        _, one = deliveries.intend(hub.state, [about("a")], now=NOW, epoch=1)
        _, two = deliveries.intend(hub.state, [about("b")], now=NOW, epoch=1)
        hub.state.commit(*one)
        with pytest.raises(ConditionFailedError):
            hub.state.commit(*two)

    def test_lies_in_the_prefix_of_the_recipient_only(self, hub: MemoryHub) -> None:
        (found,), _ = deliveries.intend(hub.state, [SUMMARY], now=NOW, epoch=1)
        assert found.object_key == f"{AGENT}/{LDC}.{AGENT}.IR01.00.202508201015.DAT"


class TestADelivery:
    def test_is_the_same_however_often_it_is_decided(self, hub: MemoryHub) -> None:
        decided(hub, SUMMARY)
        with pytest.raises(ConditionFailedError):
            decided(hub, SUMMARY)

    @pytest.mark.parametrize("subject", ["two", "one\n", "on", ""])
    def test_about_another_subject_is_another(self, subject: str) -> None:
        assert about(subject).delivery_id != SUMMARY.delivery_id

    def test_of_records_that_are_alike_shares_no_staged_object(self, hub: MemoryHub) -> None:
        one, two = (deliveries.stage(hub.data, each, b"DTL|x\n", 1) for each in "ab")
        assert one.key != two.key
        assert deliveries.stage(hub.data, "a", b"DTL|x\n", 1) == one


class TestPublishing:
    @pytest.fixture
    def owed(self) -> tuple[Platform, Delivery]:
        ready = platform()
        receipt = take_in(ready.hub, ready.upload(f"{AGENT}/odd", b"x"))
        found = deliveries.find(ready.hub.state, receipt.deliveries[0])
        assert found is not None
        assert found.state == INTENDED
        return ready, found

    def test_writes_the_object_and_tells_its_recipient(
        self, owed: tuple[Platform, Delivery]
    ) -> None:
        ready, delivery = owed
        ready.hub.notifications.sent.clear()
        publish(ready.hub, delivery.id)
        content = ready.hub.outbound.read(delivery.object_key)
        (event,) = ready.hub.notifications.sent
        assert event.kind == "FILE_DELIVERED"
        assert event.detail["organization"] == AGENT
        assert event.detail["key"] == delivery.object_key
        assert event.detail["size"] == len(content)
        assert content == b"".join(content_of(ready.hub, delivery))

    def test_notes_it_as_done(self, owed: tuple[Platform, Delivery]) -> None:
        ready, delivery = owed
        publish(ready.hub, delivery.id)
        item = ready.hub.state.get(deliveries.delivery_key(delivery.id))
        assert item is not None
        assert item["state"] == DELIVERED
        assert "unfinished" not in item

    def test_again_does_nothing(self, owed: tuple[Platform, Delivery]) -> None:
        ready, delivery = owed
        publish(ready.hub, delivery.id)
        told, items = list(ready.hub.notifications.sent), ready.hub.state.items()
        ready.clock.advance(timedelta(hours=1))
        publish(ready.hub, delivery.id)
        assert (ready.hub.notifications.sent, ready.hub.state.items()) == (told, items)

    def test_never_writes_other_bytes_over_an_object(self, owed: tuple[Platform, Delivery]) -> None:
        ready, delivery = owed
        ready.hub.outbound.put_new(delivery.object_key, b"other")
        publish(ready.hub, delivery.id)
        assert ready.hub.outbound.read(delivery.object_key) == b"other"
        found = deliveries.find(ready.hub.state, delivery.id)
        assert found is not None
        assert found.state == INTENDED

    def test_completes_a_delivery_whose_object_lies_there_already(
        self, owed: tuple[Platform, Delivery]
    ) -> None:
        ready, delivery = owed
        ready.hub.outbound.put_new(delivery.object_key, content_of(ready.hub, delivery))
        publish(ready.hub, delivery.id)
        found = deliveries.find(ready.hub.state, delivery.id)
        assert found is not None
        assert found.state == DELIVERED

    def test_of_what_was_never_decided_is_an_error(self, hub: MemoryHub) -> None:
        with pytest.raises(DeliveryUnknownError):
            publish(hub, "no such delivery")

    def test_is_for_the_active_region_only(self, owed: tuple[Platform, Delivery]) -> None:
        ready, delivery = owed
        take_lease_away(ready.hub)
        with pytest.raises(NotActiveError):
            publish(ready.hub, delivery.id)
        assert ready.hub.outbound.keys() == []

    def test_tells_the_time_of_the_decision_however_late_it_comes(
        self, owed: tuple[Platform, Delivery]
    ) -> None:
        ready, delivery = owed
        ready.clock.advance(timedelta(hours=1))
        publish(ready.hub, delivery.id)
        assert ready.hub.notifications.sent[-1].detail["time"] == NOON.isoformat()
