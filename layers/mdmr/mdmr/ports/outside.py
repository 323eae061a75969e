"""The smaller ports: clock, queues, notifications, processes, the identifier secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from mdmr.ports.state import Value


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class Queue(Protocol):
    """Brings a message to its worker at least once, in any order."""

    def send(self, message: Mapping[str, Value], delay: timedelta = timedelta()) -> None:
        """Hand over one message, a JSON object; it comes after a delay of at most 15 minutes."""
        ...


class Grouped(Struct, frozen=True):
    """A message for an ordered queue.

    `id` is its own: the same id again in a group within five minutes is the same message.
    """

    id: str
    group: str
    message: Mapping[str, Value]


class OrderedQueue(Protocol):
    """Brings messages to their workers at least once: a group's one after the other, in order.

    No two messages of a group are worked at the same time; groups do not wait for each other.
    """

    def send_all(self, messages: Sequence[Grouped]) -> frozenset[str]:
        """Hand over messages in their order and return the ids of those that were not taken."""
        ...

    def show_again(self, receipt: str, after: timedelta) -> None:
        """Let a received message come again so much later; its group waits until then.

        `receipt` is what its receiver was given with it.
        """
        ...


class Notifications(Protocol):
    """Tells organizations what happened, at least once."""

    def send(self, kind: str, detail: Mapping[str, Value]) -> None:
        """Hand over one event; `detail` names at least `id`, `organization` and `time`."""
        ...


class Subscription(Struct, frozen=True):
    """Somebody who is told of what happens, besides who fetches it.

    `endpoint` is where: an address, a queue or a page, by `protocol`. `confirmed`: the subscriber
    agreed; before, its filter cannot be read. `policy` is the filter as it was given, None for
    none; `scope` what of a notification it looks at (`MessageBody` or `MessageAttributes`).
    """

    id: str
    protocol: str
    endpoint: str
    confirmed: bool
    policy: str | None = None
    scope: str = ""


class Subscriptions(Protocol):
    """Who subscribes to the notifications of this region."""

    def read(self) -> list[Subscription]:
        """Return all subscriptions, by id."""
        ...


class Processes(Protocol):
    """Starts the conductor of a process, and wakes one that waits."""

    def start(self, process: str, name: str, data: Mapping[str, Value]) -> None:
        """Start one execution; a name that was started before (within 90 days) is no fault."""
        ...

    def wake(self, token: str) -> None:
        """Let the execution go on that waits with this token; a token that is over is no fault."""
        ...


class IdentifierSecret(Protocol):
    """The secret from which Universal SDP IDs are derived."""

    def read(self) -> bytes:
        """Return the secret of this deployment, the same in both regions."""
        ...
