"""Hears what the hub tells organizations, and what it could not deal with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mdmr_local.hub import LocalHub

_NAME = "simulate-listener"
_RETENTION_SECONDS = 14 * 24 * 3600
_MOST_MESSAGES = 10


@dataclass(frozen=True)
class Event:
    """A notification event: what `events.jsonl` holds of it."""

    time: str
    kind: str
    organization: str
    file_name: str
    bucket_key: str


class Listener:
    """A queue behind a rule on the hub's notification bus, and the hub's dead queue.

    A queue forgets after 14 days: both are to be emptied more often than that.
    """

    def __init__(self, hub: LocalHub) -> None:
        self._sqs = hub.embedded.client("sqs")
        self._dead = hub.outputs["DeadQueueUrl"]
        self._queue = _subscribe(hub, self._sqs)
        self._heard: set[str] = set()

    def events(self) -> Iterator[Event]:
        """Yield the events since the last time, in order; one that is told again is left out."""
        for body in self._drain(self._queue):
            told = json.loads(body)
            detail = told["detail"]
            if detail["id"] in self._heard:
                continue
            self._heard.add(detail["id"])
            yield Event(
                time=detail["time"],
                kind=told["detail-type"],
                organization=detail["organization"],
                file_name=detail.get("file", ""),
                bucket_key=detail.get("key", ""),
            )

    def dead(self) -> Iterator[str]:
        """Yield the messages that ended in the dead queue since the last time."""
        yield from self._drain(self._dead)

    def _drain(self, queue: str) -> Iterator[str]:
        while True:
            found = self._sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=_MOST_MESSAGES)
            messages: list[dict[str, Any]] = found.get("Messages", [])
            if not messages:
                return
            for message in messages:
                yield message["Body"]
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages)
            ]
            self._sqs.delete_message_batch(QueueUrl=queue, Entries=entries)


def _subscribe(hub: LocalHub, sqs: Any) -> str:
    attributes = {"MessageRetentionPeriod": str(_RETENTION_SECONDS)}
    queue: str = sqs.create_queue(QueueName=_NAME, Attributes=attributes)["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    events = hub.embedded.client("events")
    bus = hub.outputs["NotificationBusName"]
    pattern = json.dumps({"source": ["mdmr"]})
    events.put_rule(Name=_NAME, EventBusName=bus, EventPattern=pattern)
    target = {"Id": "queue", "Arn": asked["Attributes"]["QueueArn"]}
    events.put_targets(Rule=_NAME, EventBusName=bus, Targets=[target])
    return queue
