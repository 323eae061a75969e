"""What is handed to others: messages to a queue, events to the notification bus."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from mdmr.ports.outside import Grouped
from mdmr.ports.state import Value
from mdmr.stores.limits import check_grouped, delay_seconds, hidden_seconds, message_text

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

SOURCE = "mdmr"
_BATCH = 10


class NotSentError(Exception):
    """An event was not taken; sending it again is right."""


class SqsQueue:
    """The Queue on SQS; `url` names it, `client` gives the boto3 client, made on first use."""

    def __init__(self, client: Callable[[], SQSClient], url: str) -> None:
        self._make_client = client
        self._url = url

    @cached_property
    def _client(self) -> SQSClient:
        return self._make_client()

    def send(self, message: Mapping[str, Value], delay: timedelta = timedelta()) -> None:
        """Hand over one message, hidden for whole seconds of the delay, rounded up.

        Raises UnfitError for what is no JSON object or too large, or for too long a delay.
        """
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=message_text(message),
            DelaySeconds=delay_seconds(delay),
        )


class SqsOrderedQueue:
    """The OrderedQueue on SQS (FIFO); `url` names it, `client` gives the boto3 client."""

    def __init__(self, client: Callable[[], SQSClient], url: str) -> None:
        self._make_client = client
        self._url = url

    @cached_property
    def _client(self) -> SQSClient:
        return self._make_client()

    def send_all(self, messages: Sequence[Grouped]) -> frozenset[str]:
        """Hand over messages in their order and return the ids of those that were not taken.

        Raises UnfitError for what is no JSON object or too large, or for an unfit id or group.
        """
        for each in messages:
            check_grouped(each)
        batches = (messages[at : at + _BATCH] for at in range(0, len(messages), _BATCH))
        return frozenset().union(*map(self._send, batches))

    def show_again(self, receipt: str, after: timedelta) -> None:
        """Let a received message come again after whole seconds, rounded up.

        Raises UnfitError beyond 12 hours.
        """
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=hidden_seconds(after)
        )

    def _send(self, batch: Sequence[Grouped]) -> frozenset[str]:
        answered = self._client.send_message_batch(
            QueueUrl=self._url,
            Entries=[
                {
                    "Id": str(number),
                    "MessageBody": message_text(each.message),
                    "MessageGroupId": each.group,
                    "MessageDeduplicationId": each.id,
                }
                for number, each in enumerate(batch)
            ],
        )
        return frozenset(batch[int(failed["Id"])].id for failed in answered.get("Failed", ()))


class BusNotifications:
    """Notifications on an EventBridge bus, with source `mdmr` and the kind as detail type."""

    def __init__(self, client: Callable[[], EventBridgeClient], bus: str) -> None:
        self._make_client = client
        self._bus = bus

    @cached_property
    def _client(self) -> EventBridgeClient:
        return self._make_client()

    def send(self, kind: str, detail: Mapping[str, Value]) -> None:
        """Hand over one event. Raises NotSentError, and UnfitError for what is no JSON object."""
        answered = self._client.put_events(
            Entries=[
                {
                    "Source": SOURCE,
                    "DetailType": kind,
                    "Detail": message_text(detail),
                    "EventBusName": self._bus,
                }
            ]
        )
        if answered["FailedEntryCount"]:
            raise NotSentError(answered["Entries"][0].get("ErrorCode", "unknown"))
