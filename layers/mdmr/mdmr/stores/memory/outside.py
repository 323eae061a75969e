"""The smaller ports in memory: clocks, queues, notifications, processes, the secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from mdmr.ports.outside import Clock
from mdmr.ports.state import Value
from mdmr.stores.limits import check_execution_name, delay_seconds, message_text


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, instant: datetime) -> None:
        self.move_to(instant)

    def now(self) -> datetime:
        """Return the instant it was moved to last, in UTC."""
        return self._instant

    def move_to(self, instant: datetime) -> None:
        """Show this aware instant from now on. Raises ValueError for one without a zone."""
        if instant.tzinfo is None:
            raise ValueError("an instant has a zone")
        self._instant = instant.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move on by a stretch of time."""
        self.move_to(self._instant + by)


class MemoryQueue:
    """A queue whose messages wait in `messages` until they are received.

    A delayed message comes when `clock` says so.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[tuple[datetime, str]] = []

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Copies of the messages that wait, delayed ones too, in the order they were sent."""
        return [json.loads(text) for _, text in self._waiting]

    @property
    def next_due(self) -> datetime | None:
        """When the next of the messages comes, None when there is none."""
        return min((due for due, _ in self._waiting), default=None)

    def send(self, message: Mapping[str, Value], delay: timedelta = timedelta()) -> None:
        """Hand over one message. Raises UnfitError where SQS would not take it or its delay."""
        seconds = timedelta(seconds=delay_seconds(delay))
        self._waiting.append((self._clock.now() + seconds, message_text(message)))

    def receive(self, at_most: int = 10) -> list[dict[str, Any]]:
        """Take up to `at_most` messages that have come out of the queue, oldest first."""
        now = self._clock.now()
        taken = [each for each in self._waiting if each[0] <= now][:at_most]
        for each in taken:
            self._waiting.remove(each)
        return [json.loads(text) for _, text in taken]

    def __len__(self) -> int:
        return len(self._waiting)


class Notification(NamedTuple):
    """One event that was handed over."""

    kind: str
    detail: dict[str, Any]


class MemoryNotifications:
    """Notifications that are kept in `sent`, in order."""

    def __init__(self) -> None:
        self.sent: list[Notification] = []

    def send(self, kind: str, detail: Mapping[str, Value]) -> None:
        """Keep one event. Raises UnfitError for what is no JSON object or too large."""
        self.sent.append(Notification(kind, json.loads(message_text(detail))))


class MemoryProcesses:
    """Executions that were started: (process, name) to the input of the first start."""

    def __init__(self) -> None:
        self.started: dict[tuple[str, str], dict[str, Any]] = {}

    def start(self, process: str, name: str, data: Mapping[str, Value]) -> None:
        """Start one execution; a name that was started before keeps its first input."""
        check_execution_name(name)
        self.started.setdefault((process, name), json.loads(message_text(data)))


class MemorySecret:
    """An identifier secret that is given."""

    def __init__(self, secret: bytes = b"a secret of tests only") -> None:
        self._secret = secret

    def read(self) -> bytes:
        """Return the secret."""
        return self._secret
