"""The smaller ports: clock, queues, notifications, processes, the identifier secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

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


class Notifications(Protocol):
    """Tells organizations what happened, at least once."""

    def send(self, kind: str, detail: Mapping[str, Value]) -> None:
        """Hand over one event; `detail` names at least `id`, `organization` and `time`."""
        ...


class Processes(Protocol):
    """Starts the conductor of a process."""

    def start(self, process: str, name: str, data: Mapping[str, Value]) -> None:
        """Start one execution; a name that was started before (within 90 days) is no fault."""
        ...


class IdentifierSecret(Protocol):
    """The secret from which Universal SDP IDs are derived."""

    def read(self) -> bytes:
        """Return the secret of this deployment, the same in both regions."""
        ...
