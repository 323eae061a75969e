"""The ordered queue in memory and on SQS: groups in order, one message of each under way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mdmr.ports.outside import Grouped, OrderedQueue
from mdmr.stores.limits import UnfitError
from mdmr.stores.memory.outside import FixedClock, MemoryOrderedQueue
from mdmr.stores.messages import SqsOrderedQueue

from tests.contract.conftest import Aws

NO_TIME = timedelta()


@dataclass(frozen=True)
class Tried:
    """A queue under test: `receive` gives (receipt, text) or None, `delete` takes a receipt."""

    queue: OrderedQueue
    receive: Callable[[], tuple[str, str] | None]
    delete: Callable[[str], None]

    def next(self) -> str:
        """Receive a message, delete it and return its text; empty when there is none."""
        found = self.receive()
        if found is None:
            return ""
        self.delete(found[0])
        return found[1]


@pytest.fixture(params=["memory", "embedded"])
def tried(request: pytest.FixtureRequest) -> Tried:
    if request.param == "memory":
        memory = MemoryOrderedQueue(FixedClock(datetime.now(UTC)))

        def take() -> tuple[str, str] | None:
            found = memory.receive()
            return None if found is None else (found.receipt, found.message["text"])

        return Tried(memory, take, memory.delete)
    aws: Aws = request.getfixturevalue("embedded")
    client = aws.client("sqs")
    attributes = {"FifoQueue": "true", "DeduplicationScope": "messageGroup"}
    attributes |= {"FifoThroughputLimit": "perMessageGroupId", "VisibilityTimeout": "150"}
    name = f"{aws.new_name('queue')}.fifo"
    url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def receive() -> tuple[str, str] | None:
        answered: Any = client.receive_message(QueueUrl=url)
        for message in answered.get("Messages", []):
            return message["ReceiptHandle"], json.loads(message["Body"])["text"]
        return None

    def delete(receipt: str) -> None:
        client.delete_message(QueueUrl=url, ReceiptHandle=receipt)

    return Tried(SqsOrderedQueue(lambda: client, url), receive, delete)


def send(tried: Tried, *texts: str, ids: str = "") -> None:
    """Send texts whose first letter is the group, with ids of their own or the given ones."""
    messages = [
        Grouped(ids or f"id-{text}", f"ORG11111.{text[0]}", {"text": text}) for text in texts
    ]
    assert tried.queue.send_all(messages) == frozenset()


def test_messages_of_a_group_come_in_the_order_they_were_sent(tried: Tried) -> None:
    texts = [f"a{number:02}" for number in range(25)]
    send(tried, *texts)
    assert [tried.next() for _ in texts] == texts
    assert tried.next() == ""


def test_a_message_under_way_holds_its_group_up_and_no_other(tried: Tried) -> None:
    send(tried, "a1", "a2", "b1", "b2")
    assert tried.receive() is not None
    assert [tried.next() for _ in range(3)] == ["b1", "b2", ""]


def test_a_message_that_comes_again_stays_the_first_of_its_group(tried: Tried) -> None:
    send(tried, "a1", "a2")
    received = tried.receive()
    assert received is not None
    tried.queue.show_again(received[0], NO_TIME)
    assert [tried.next() for _ in range(3)] == ["a1", "a2", ""]


def test_a_message_that_comes_again_later_holds_its_group_up_until_then(tried: Tried) -> None:
    send(tried, "a1", "a2", "b1")
    received = tried.receive()
    assert received is not None
    tried.queue.show_again(received[0], timedelta(minutes=1))
    assert [tried.next() for _ in range(2)] == ["b1", ""]


def test_the_same_id_in_a_group_is_the_same_message(tried: Tried) -> None:
    send(tried, "a1", "a2", "b1", ids="same")
    assert [tried.next() for _ in range(3)] == ["a1", "b1", ""]
    send(tried, "a3", ids="same")
    assert tried.next() == ""


@pytest.mark.parametrize(
    "unfit",
    [
        Grouped("", "group", {}),
        Grouped("id", "", {}),
        Grouped("id", "a group", {}),
        Grouped("id", "é", {}),
        Grouped("id", "g" * 129, {}),
        Grouped("i" * 129, "group", {}),
        Grouped("id", "group", {"text": "x" * 256 * 1024}),
    ],
)
def test_what_no_queue_takes_is_refused_and_nothing_sent(tried: Tried, unfit: Grouped) -> None:
    with pytest.raises(UnfitError):
        tried.queue.send_all([unfit])
    assert tried.receive() is None


@pytest.mark.parametrize("after", [timedelta(hours=12, seconds=1), timedelta(seconds=-1)])
def test_a_pause_that_no_queue_keeps_is_refused(tried: Tried, after: timedelta) -> None:
    send(tried, "a1")
    received = tried.receive()
    assert received is not None
    with pytest.raises(UnfitError):
        tried.queue.show_again(received[0], after)


def test_nothing_is_nothing(tried: Tried) -> None:
    assert tried.queue.send_all([]) == frozenset()


def test_what_sqs_does_not_take_is_told_by_its_id() -> None:
    class Turning:
        """A client whose queue does not take the second message of a batch."""

        def send_message_batch(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3's
            second = asked["Entries"][1]["Id"]
            return {"Successful": [], "Failed": [{"Id": second, "Code": "InternalError"}]}

    turning: Any = Turning()
    queue = SqsOrderedQueue(lambda: turning, "url")
    messages = [Grouped(f"id-{number}", "group", {}) for number in range(12)]
    assert queue.send_all(messages) == {"id-1", "id-11"}
