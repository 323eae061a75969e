"""The smaller ports in memory: clocks, queues, notifications, processes, the secret."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from msgspec import Struct

from mdmr.ports.contention import Contended
from mdmr.ports.outside import Clock, Grouped, Subscription
from mdmr.ports.state import Value
from mdmr.stores.limits import (
    check_execution_name,
    check_grouped,
    check_token,
    delay_seconds,
    hidden_seconds,
    message_text,
)

_SAME_ID_LASTS = timedelta(minutes=5)


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


class MemoryBackoff:
    """Counts lost attempts by what was contended for; nothing waits, and `waits` has the bounds."""

    def __init__(self) -> None:
        self.lost: Counter[Contended] = Counter()
        self.waits: list[timedelta] = []

    def wait(self, contended: Contended, at_most: timedelta) -> None:
        """Count a lost attempt."""
        self.lost[contended] += 1
        self.waits.append(at_most)


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


class Waiting(Struct):
    """A message of an ordered queue: `visible` from then on, received so often."""

    group: str
    text: str
    visible: datetime
    receives: int = 0
    receipt: str = ""

    @property
    def message(self) -> dict[str, Any]:
        """A copy of the message."""
        found: dict[str, Any] = json.loads(self.text)
        return found


class MemoryOrderedQueue:
    """An ordered queue whose messages wait until they are received and deleted.

    A message that was received is hidden for `hidden`, and with it those behind it in its group.
    """

    def __init__(self, clock: Clock, hidden: timedelta = timedelta(seconds=150)) -> None:
        self._clock = clock
        self._hidden = hidden
        self._waiting: list[Waiting] = []
        self._sent: dict[tuple[str, str], datetime] = {}
        self._received = 0

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Copies of the messages that are not deleted, in the order they were sent."""
        return [each.message for each in self._waiting]

    def send_all(self, messages: Sequence[Grouped]) -> frozenset[str]:
        """Hand over messages; all are taken. Raises UnfitError where SQS would not take one."""
        now = self._clock.now()
        texts = [message_text(each.message) for each in messages]
        for each in messages:
            check_grouped(each)
        for each, text in zip(messages, texts, strict=True):
            sent = self._sent.get((each.group, each.id))
            if sent is None or sent + _SAME_ID_LASTS <= now:
                self._sent[each.group, each.id] = now
                self._waiting.append(Waiting(each.group, text, now))
        return frozenset()

    def receive(self) -> Waiting | None:
        """Take the oldest message whose group has none under way; None: there is none."""
        now, under_way = self._clock.now(), set[str]()
        for each in self._waiting:
            if each.visible <= now and each.group not in under_way:
                self._received += 1
                each.visible, each.receives = now + self._hidden, each.receives + 1
                each.receipt = f"receipt-{self._received}"
                return each
            under_way.add(each.group)
        return None

    def delete(self, receipt: str) -> None:
        """Delete a received message; one that was received again since stays."""
        self._waiting = [each for each in self._waiting if each.receipt != receipt]

    def show_again(self, receipt: str, after: timedelta) -> None:
        """Let a received message come again after whole seconds. Raises UnfitError, LookupError."""
        seconds = timedelta(seconds=hidden_seconds(after))
        for each in self._waiting:
            if each.receipt == receipt:
                each.visible = self._clock.now() + seconds
                return
        raise LookupError(receipt)

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


class MemorySubscriptions:
    """Subscriptions that are given, in `those`."""

    def __init__(self) -> None:
        self.those: list[Subscription] = []

    def read(self) -> list[Subscription]:
        """Return all subscriptions, by id."""
        return sorted(self.those, key=lambda each: (each.id, each.endpoint))


class MemoryProcesses:
    """Executions that were started: (process, name) to the input of the first start.

    `woken` are the tokens that were woken, in order.
    """

    def __init__(self) -> None:
        self.started: dict[tuple[str, str], dict[str, Any]] = {}
        self.woken: list[str] = []

    def start(self, process: str, name: str, data: Mapping[str, Value]) -> None:
        """Start one execution; a name that was started before keeps its first input."""
        check_execution_name(name)
        self.started.setdefault((process, name), json.loads(message_text(data)))

    def wake(self, token: str) -> None:
        """Let the execution go on that waits with this token. Raises UnfitError for no token."""
        self.woken.append(check_token(token))


class MemorySecret:
    """An identifier secret that is given."""

    def __init__(self, secret: bytes = b"a secret of tests only") -> None:
        self._secret = secret

    def read(self) -> bytes:
        """Return the secret."""
        return self._secret
