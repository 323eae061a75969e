"""The sweep: finds what an event, a message or a run should have brought on, and did not.

Storage events can be lost and runs can die; nothing may depend on them. The sweep hands over
again what has no receipt, what waits behind a gateway that is open again, deliveries that are
owed and slots whose run is overdue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from mdmr.calendar.instants import from_text, to_text
from mdmr.exchange import publishing, receipts, slots, uploads
from mdmr.exchange.deliveries import UNFINISHED
from mdmr.exchange.receipts import Arrival, receipt_key, receipt_of
from mdmr.organizations import registry
from mdmr.ports.authority import GatewayMode
from mdmr.ports.hub import Hub
from mdmr.ports.state import Key, Put

# An object is looked for in every sweep until it is this old. Its time is that of the upload's
# begin, and an upload in parts may take the seven days after which the bucket drops it.
OVERLAP = timedelta(days=8)
_BATCH = 100
_SWEPT = Key("SWEEP", "INBOUND")


@dataclass(frozen=True)
class Swept:
    """How much a sweep handed over again, by kind."""

    arrivals: int
    receipts: int
    deliveries: int
    slots: int


def sweep(hub: Hub) -> Swept:
    """Hand over again all that is overdue and return how much that was."""
    now = hub.clock.now()
    missed = list(without_receipt(hub))
    waiting = list(_unfollowed(hub, now))
    for arrival in missed + waiting:
        hub.intake_queue.send(uploads.message_of(arrival))
    owed = list(publishing.overdue(hub.state, now))
    for delivery_id in owed:
        hub.publish_queue.send({"delivery": delivery_id})
    late = list(_late_slots(hub, now))
    for slot in late:
        # A run that died keeps its name: each sweep starts the next under a name of its own.
        name = f"{slot.id}-again-{now:%Y%m%dT%H%M%S}"
        hub.processes.start(slot.process, name, slots.run_input(slot))
    mandate = hub.lease.mandate("sweep")
    hub.state.commit(
        mandate.check, Put({"pk": _SWEPT.partition, "sk": _SWEPT.sort, "at": to_text(now)})
    )
    return Swept(len(missed), len(waiting), len(owed), len(late))


def without_receipt(hub: Hub) -> Iterator[Arrival]:
    """Yield the arrivals since the last sweep (and a while before) that have no receipt."""
    row = hub.state.get(_SWEPT)
    since = from_text(str(row["at"])) - OVERLAP if row else None
    prefixes = [f"{each.org_id}/" for each in registry.organizations(hub.state)]
    recent = (
        Arrival.of(found)
        for prefix in prefixes
        for found in hub.inbound.versions(prefix)
        if since is None or found.arrived >= since
    )
    while batch := list(islice(recent, _BATCH)):
        keys = {receipt_key(arrival.id): arrival for arrival in batch}
        known = hub.state.get_many(keys)
        yield from (arrival for key, arrival in keys.items() if key not in known)


def _unfollowed(hub: Hub, now: datetime) -> Iterator[Arrival]:
    """Yield arrivals whose decision was made but not followed, or that wait for the gateway."""
    kinds = [receipts.PENDING]
    if hub.gate.reading().mode is GatewayMode.OPEN:
        kinds.append(receipts.HELD)
    for kind in kinds:
        for item in hub.state.query_index(UNFINISHED, kind, up_to=to_text(now)):
            yield receipt_of(item).arrival


def _late_slots(hub: Hub, now: datetime) -> Iterator[slots.Slot]:
    items = hub.state.query_index(UNFINISHED, slots.PENDING, up_to=to_text(now))
    return map(slots.slot_of, items)
