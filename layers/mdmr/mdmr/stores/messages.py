"""What is handed to others: messages to a queue, events to the notification bus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from mdmr.ports.state import Value
from mdmr.stores.limits import delay_seconds, message_text

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

SOURCE = "mdmr"


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
