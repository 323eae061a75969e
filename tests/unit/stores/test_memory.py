from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.continuity.gateway import GATE_KEY
from mdmr.ports.authority import Concern, GatewayMode, GatewayUnsetError, NotActiveError
from mdmr.ports.state import Absent, ConditionFailedError, Equal, Put, Update, key_of
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.outside import (
    FixedClock,
    MemoryNotifications,
    MemoryProcesses,
    MemoryQueue,
)
from mdmr.stores.memory.state import MemoryState

NOON = datetime(2025, 8, 20, 12, tzinfo=EST)


def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = FixedClock(NOON)
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC
    clock.advance(timedelta(minutes=15))
    assert clock.now() == NOON + timedelta(minutes=15)
    clock.move_to(NOON)
    assert clock.now() == NOON
    with pytest.raises(ValueError, match="zone"):
        clock.move_to(datetime(2025, 8, 20))  # noqa: DTZ001 - that is what is refused


def test_version_ids_and_arrivals_follow_the_order_and_time_of_uploads() -> None:
    clock = FixedClock(NOON + timedelta(microseconds=999_999))
    bucket = MemoryObjects(clock)
    first = bucket.upload("a", b"one")
    clock.advance(timedelta(hours=1))
    second = bucket.upload("b", b"two")
    assert first.version_id < second.version_id
    assert (first.arrived, second.arrived) == (NOON, NOON + timedelta(hours=1))
    assert bucket.keys() == ["a", "b"]


def test_a_queue_gives_its_messages_in_order_and_once() -> None:
    queue = MemoryQueue(FixedClock(NOON))
    for number in range(12):
        queue.send({"number": number})
    assert len(queue) == 12
    assert queue.messages[0] == {"number": 0}
    assert [message["number"] for message in queue.receive()] == list(range(10))
    assert [message["number"] for message in queue.receive()] == [10, 11]
    assert queue.receive() == []


def test_a_queue_gives_a_delayed_message_once_it_is_time() -> None:
    clock = FixedClock(NOON)
    queue = MemoryQueue(clock)
    assert queue.next_due is None
    queue.send({"number": 1}, timedelta(minutes=10))
    assert queue.next_due == NOON + timedelta(minutes=10)
    clock.advance(timedelta(minutes=10, microseconds=-1))
    assert queue.receive() == []
    clock.advance(timedelta(microseconds=1))
    assert queue.receive() == [{"number": 1}]
    assert queue.next_due is None


def test_what_was_sent_and_started_is_kept_as_it_was_then() -> None:
    sent, started = MemoryNotifications(), MemoryProcesses()
    detail = {"id": "1"}
    sent.send("kind", detail)
    started.start("identifiers", "slot", detail)
    detail["id"] = "2"
    started.start("identifiers", "slot", detail)
    assert sent.sent == [("kind", {"id": "1"})]
    assert started.started == {("identifiers", "slot"): {"id": "1"}}


def test_all_items_of_a_table_are_told_in_the_order_of_their_keys() -> None:
    state = MemoryState()
    items = [{"pk": partition, "sk": sort} for partition in "BA" for sort in "21"]
    state.commit(*map(Put, items))
    assert state.items() == sorted(items, key=key_of)


def test_threads_that_count_in_one_item_lose_nothing() -> None:
    state = MemoryState()
    state.commit(Put({"pk": "a", "sk": "a", "n": 0}))

    def add_hundred(_: int) -> None:
        for _ in range(100):
            added = False
            while not added:
                (item,) = state.query("a")
                number = int(str(item["n"]))
                try:
                    state.commit(Update(key_of(item), {"n": number + 1}, (), Equal("n", number)))
                    added = True
                except ConditionFailedError:
                    continue

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_hundred, range(4)))
    assert state.items() == [{"pk": "a", "sk": "a", "n": 400}]


def test_a_hub_in_memory_is_in_operation() -> None:
    hub = memory_hub(FixedClock(NOON), environment="PROD")
    reading = hub.gate.reading(Concern("ORG11111"))
    assert reading.mode is GatewayMode.OPEN
    hub.state.commit(
        hub.lease.mandate("ORG1").check, reading.check, Put({"pk": "a", "sk": "a"}, Absent())
    )
    assert hub.environment == "PROD"


def test_a_hub_in_memory_may_be_left_out_of_operation() -> None:
    hub = memory_hub(FixedClock(NOON), operating=False)
    assert hub.state.get(GATE_KEY) is None
    with pytest.raises(GatewayUnsetError):
        hub.gate.reading(Concern("ORG11111"))
    with pytest.raises(NotActiveError):
        hub.lease.mandate("ORG1")
