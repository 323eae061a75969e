"""Parts of a hub's ports: what a use case touches, said in its signature.

A `Hub` has every part, so that it fits wherever some are asked for. A use case that takes a
`ProcessHub` cannot reach a bucket or a queue: the type checker holds it to that. A new room writes
down its own combination: `class BillingHub(HasState, HasClock, HasData, Protocol)`.
"""

from __future__ import annotations

from typing import Protocol

from mdmr.ports.authority import Gate, Lease
from mdmr.ports.objects import ObjectStore
from mdmr.ports.outside import Clock, Processes, Queue
from mdmr.ports.state import StateStore


class HasClock(Protocol):
    """It tells the time."""

    @property
    def clock(self) -> Clock:
        """The clock."""
        ...


class HasState(Protocol):
    """It reads and writes the hub's state."""

    @property
    def state(self) -> StateStore:
        """The table of the hub's state."""
        ...


class HasDirectory(Protocol):
    """It reads and writes the master directory."""

    @property
    def directory(self) -> StateStore:
        """The table of the master directory."""
        ...


class HasData(Protocol):
    """It reads and writes the hub's own objects."""

    @property
    def data(self) -> ObjectStore:
        """The bucket of the hub's own data."""
        ...


class HasPublishing(Protocol):
    """It hands over deliveries to be made."""

    @property
    def publish_queue(self) -> Queue:
        """The queue of deliveries."""
        ...


class HasProcesses(Protocol):
    """It starts and wakes executions of state machines."""

    @property
    def processes(self) -> Processes:
        """What starts and wakes executions."""
        ...


class HasLease(Protocol):
    """It decides in the active region only."""

    @property
    def lease(self) -> Lease:
        """The lease that names the active region."""
        ...


class HasGate(Protocol):
    """It asks the gateway."""

    @property
    def gate(self) -> Gate:
        """The gateway."""
        ...


class ProcessHub(HasClock, HasState, HasProcesses, HasLease, Protocol):
    """What a process touches when a file joins it, and when its work starts or goes on."""
