from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from mdmr.exchange.files.filetypes import INBOUND
from mdmr.exchange.inbound.routing import NOBODY, line_of, route
from mdmr.exchange.inbound.uploads import message_of
from mdmr.exchange.ledger.receipts import find
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.ports.codec import from_item
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.crashing import Effect, watched
from tests.support.market import AGENT, LDC, NOON, OTHER_LDC, name
from tests.support.story import Platform, platform

SECOND = timedelta(seconds=1)


@pytest.fixture
def hub() -> MemoryHub:
    return memory_hub(FixedClock(NOON))


def told(key: str, time: str = "2025-08-20T17:05:00Z") -> dict[str, Any]:
    """Return a message about the first version of a key."""
    return {"time": time, "detail": {"object": {"key": key, "version-id": "1", "size": 1}}}


def worked(hub: MemoryHub) -> list[str]:
    """Return the keys in the order in which one worker that does them all is given them."""
    keys = []
    while (waiting := hub.intake_queue.receive()) is not None:
        keys.append(str(waiting.message["detail"]["object"]["key"]))
        hub.intake_queue.delete(waiting.receipt)
    return keys


class TestTheLineOfAnUpload:
    @pytest.mark.parametrize(
        ("key", "line"),
        [
            (f"{AGENT}/{name()}", f"{AGENT}.identifiers"),
            (f"{AGENT}/{name(ldc=OTHER_LDC)}", f"{AGENT}.identifiers"),
            (f"{LDC}/{name(sender=LDC)}", f"{LDC}.identifiers"),
            (f"{AGENT}/{name('3000', tail='.T.01.01')}", f"{AGENT}.synchronization"),
            (f"{AGENT}/{name('4000', tail='.T.01.01')}", f"{AGENT}.synchronization"),
            (f"{AGENT}/{name('5000')}", f"{AGENT}.billing"),
            (f"{AGENT}/{name('5500', suffix='XML')}", f"{AGENT}.billing"),
            (f"{AGENT}/{name('7000')}", f"{AGENT}.reads"),
            (f"{AGENT}/{name('7100')}", f"{AGENT}.reads"),
            (f"{AGENT}/{name('8000')}", f"{AGENT}.schedules"),
            (f"{AGENT}/{name('9999')}", f"{AGENT}.other"),
            (f"{AGENT}/odd", f"{AGENT}.other"),
            (f"{AGENT}/", f"{AGENT}.other"),
            (AGENT, f"{AGENT}.other"),
            ("org22222/odd", NOBODY),
            ("", NOBODY),
            ("/", NOBODY),
            (name(), NOBODY),
            ("é" * 300, NOBODY),
            (f"{AGENT}/" + "é" * 300, f"{AGENT}.other"),
        ],
    )
    def test_is_that_of_its_sender_and_family(self, key: str, line: str) -> None:
        assert line_of(key) == line

    def test_has_room_for_every_type(self) -> None:
        assert all(each.family for each in INBOUND.values())

    @pytest.mark.parametrize("key", ["", "/", "ORG99999/" + "x" * 1000, "\x00|\n", "é/é"])
    def test_is_taken_by_the_queue_whatever_the_key_is(self, hub: MemoryHub, key: str) -> None:
        assert route(hub, {"1": told(key)}) == frozenset()
        assert worked(hub) == [key]


class TestRouting:
    def test_hands_on_what_it_was_given(self, hub: MemoryHub) -> None:
        message = told(f"{AGENT}/odd") | {"source": "aws.s3"}
        assert route(hub, {"1": message}) == frozenset()
        assert hub.intake_queue.messages == [message]

    def test_orders_a_batch_by_time_then_name(self, hub: MemoryHub) -> None:
        later = told(f"{AGENT}/a", "2025-08-20T17:05:01Z")
        route(hub, {"1": later, "2": told(f"{AGENT}/c"), "3": told(f"{AGENT}/b")})
        assert worked(hub) == [f"{AGENT}/b", f"{AGENT}/c", f"{AGENT}/a"]

    def test_of_the_same_message_again_is_one_message(self, hub: MemoryHub) -> None:
        """As when whoever routed it died before the message was deleted."""
        for _ in range(2):
            route(hub, {"1": told(f"{AGENT}/odd")})
        assert len(hub.intake_queue) == 1

    def test_of_another_message_about_the_same_upload_is_not_swallowed(
        self, hub: MemoryHub
    ) -> None:
        """The sweep's word must count within minutes of an event that was lost on its way."""
        route(hub, {"1": told(f"{AGENT}/odd")})
        route(hub, {"2": told(f"{AGENT}/odd")})
        assert len(hub.intake_queue) == 2

    @pytest.mark.parametrize(
        "poison", [{}, {"detail": {}}, {"detail": {"object": {}}}, {"detail": "x"}, {"detail": []}]
    )
    def test_hands_a_message_back_that_tells_of_no_upload_and_does_the_others(
        self, hub: MemoryHub, poison: dict[str, Any]
    ) -> None:
        assert route(hub, {"1": poison, "2": told(f"{AGENT}/odd")}) == {"1"}
        assert worked(hub) == [f"{AGENT}/odd"]

    def test_hands_back_what_the_queue_does_not_take(self, hub: MemoryHub) -> None:
        def around(effect: Effect) -> Any:  # noqa: ANN401 - as any effect
            return frozenset({"2"}) if effect.name == "intake_queue.send_all" else effect.happen()

        messages = {"1": told(f"{AGENT}/a"), "2": told(f"{AGENT}/b")}
        assert route(watched(hub, around), messages) == {"2"}


class TestAFlood:
    def test_of_one_organization_does_not_stand_before_the_others(self) -> None:
        hub = platform()
        flood = [hub.upload(f"{AGENT}/{number:02}", b"x") for number in range(30)]
        others = [hub.upload(f"{each}/odd", b"x") for each in (LDC, OTHER_LDC)]
        everything = [*flood, *others]
        route(hub.hub, {each.id: message_of(each) for each in everything})
        under_way = [hub.hub.intake_queue.receive() for _ in range(4)]
        keys = [str(each.message["detail"]["object"]["key"]) for each in under_way if each]
        assert keys == [f"{LDC}/odd", f"{AGENT}/00", f"{OTHER_LDC}/odd"]

    def test_is_worked_in_order_and_to_the_end(self) -> None:
        hub = platform()
        for number in range(30):
            hub.send(AGENT, f"{number:02}", b"x")
        hub.settle()
        assert _decided(hub) == [f"{AGENT}/{number:02}" for number in range(30)]


def _decided(hub: Platform) -> list[str]:
    """Return the keys of refused uploads in the order of their reports' names."""
    items = hub.hub.state.items()
    reports = [from_item(Delivery, item) for item in items if item["sk"] == "DELIVERY"]
    in_order = sorted(reports, key=lambda delivery: str(delivery.name))
    refused = [find(hub.hub.state, delivery.report.subject) for delivery in in_order]
    return [receipt.arrival.key for receipt in refused if receipt]
