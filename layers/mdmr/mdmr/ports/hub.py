"""The ports of one hub, together."""

from __future__ import annotations

from msgspec import Struct

from mdmr.ports.authority import Gate, Lease
from mdmr.ports.contention import Backoff
from mdmr.ports.objects import ObjectStore
from mdmr.ports.outside import (
    Clock,
    IdentifierSecret,
    Notifications,
    OrderedQueue,
    Processes,
    Queue,
    Subscriptions,
)
from mdmr.ports.peer import Peer
from mdmr.ports.processes import ProcessRegister
from mdmr.ports.state import StateStore
from mdmr.ports.views import Views


class Hub(Struct, frozen=True):
    """Everything that a use case may touch; each use case takes what it needs from here.

    Uploads are told to `arrivals_queue` and worked from `intake_queue`. `register` says which
    process works a file; `processes` starts and wakes the executions of state machines. `views` are
    lists of what lies in `state`.
    """

    environment: str
    clock: Clock
    backoff: Backoff
    state: StateStore
    views: Views
    directory: StateStore
    inbound: ObjectStore
    outbound: ObjectStore
    data: ObjectStore
    evidence: ObjectStore
    arrivals_queue: Queue
    intake_queue: OrderedQueue
    publish_queue: Queue
    notifications: Notifications
    subscriptions: Subscriptions
    processes: Processes
    identifier_secret: IdentifierSecret
    lease: Lease
    gate: Gate
    peer: Peer
    register: ProcessRegister
