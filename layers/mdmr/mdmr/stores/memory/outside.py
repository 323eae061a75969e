"""The smaller ports in memory: clocks, queues, notifications, processes, the secret."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from mdmr.ports.state import Value
from mdmr.stores.limits import check_execution_name, message_text


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
    """A queue whose messages wait in `messages` until they are received."""

    def __init__(self) -> None:
        self._texts: deque[str] = deque()

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Copies of the messages that wait, oldest first."""
        return [json.loads(text) for text in self._texts]

    def send(self, message: Mapping[str, Value]) -> None:
        """Hand over one message. Raises UnfitError for what is no JSON object or too large."""
        self._texts.append(message_text(message))

    def receive(self, at_most: int = 10) -> list[dict[str, Any]]:
        """Take up to `at_most` messages out of the queue, oldest first."""
        taken = min(at_most, len(self._texts))
        return [json.loads(self._texts.popleft()) for _ in range(taken)]

    def __len__(self) -> int:
        return len(self._texts)


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
