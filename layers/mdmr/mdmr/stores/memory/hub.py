"""A whole hub in memory."""

from __future__ import annotations

from mdmr.continuity.gate import TableGate
from mdmr.continuity.lease import TableLease
from mdmr.continuity.start import put_into_operation
from mdmr.ports.hub import Hub
from mdmr.ports.outside import Clock
from mdmr.processes.register import REGISTER
from mdmr.stores.dynamodb.schema import MasterDirectory, indexes_of
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.outside import (
    MemoryBackoff,
    MemoryNotifications,
    MemoryOrderedQueue,
    MemoryProcesses,
    MemoryQueue,
    MemorySecret,
    MemorySubscriptions,
)
from mdmr.stores.memory.state import MemoryState
from mdmr.stores.memory.views import MemoryViews
from mdmr.stores.no_peer import NoPeer

REGION = "ca-central-1"


class MemoryHub(Hub, frozen=True):
    """The ports of a hub, known to be the twins in memory."""

    backoff: MemoryBackoff
    state: MemoryState
    directory: MemoryState
    inbound: MemoryObjects
    outbound: MemoryObjects
    data: MemoryObjects
    evidence: MemoryObjects
    arrivals_queue: MemoryQueue
    intake_queue: MemoryOrderedQueue
    publish_queue: MemoryQueue
    notifications: MemoryNotifications
    subscriptions: MemorySubscriptions
    processes: MemoryProcesses


def memory_hub(
    clock: Clock,
    *,
    environment: str = "TEST",
    region: str = REGION,
    secret: bytes = b"a secret of tests only",
    operating: bool = True,
) -> MemoryHub:
    """Return an empty hub; unless `operating` is False its leases are held and its gate is open.

    `region` is the active region and the one in which the hub's lease looks.
    """
    state = MemoryState()
    hub = MemoryHub(
        environment=environment,
        clock=clock,
        backoff=MemoryBackoff(),
        state=state,
        views=MemoryViews(state),
        directory=MemoryState(indexes=indexes_of(MasterDirectory)),
        inbound=MemoryObjects(clock, "inbound"),
        outbound=MemoryObjects(clock, "outbound"),
        data=MemoryObjects(clock, "data"),
        evidence=MemoryObjects(clock, "evidence"),
        arrivals_queue=MemoryQueue(clock),
        intake_queue=MemoryOrderedQueue(clock),
        publish_queue=MemoryQueue(clock),
        notifications=MemoryNotifications(),
        subscriptions=MemorySubscriptions(),
        processes=MemoryProcesses(),
        identifier_secret=MemorySecret(secret),
        lease=TableLease(state, clock, region),
        gate=TableGate(state),
        peer=NoPeer(),
        register=REGISTER,
    )
    if operating:
        put_into_operation(hub, region, by="test")
    return hub
