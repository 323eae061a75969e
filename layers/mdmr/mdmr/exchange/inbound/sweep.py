"""The sweep: finds what an event, a message or a run should have brought on, and did not.

Storage events can be lost and runs can die; nothing may depend on them. The sweep hands over
again what has no receipt, what waits behind a gateway that is open again, deliveries that are
owed, and executions that an overdue item tells (`restarts`): runs of slots, the gateway, notices.

| What | Partition | Sort key |
|---|---|---|
| how far uploads were looked through | `SWEEP` | `INBOUND` |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from mdmr.calendar.instants import from_text
from mdmr.evidence.filing import file_away
from mdmr.exchange.inbound import stuck, uploads
from mdmr.exchange.inbound.case import concern_of
from mdmr.exchange.ledger import restarts, unfinished
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt, receipt_key
from mdmr.exchange.ledger.slots import SlotRow
from mdmr.exchange.outbound import deliveries
from mdmr.jobs.batching import chunks
from mdmr.ports.authority import Concern, GatewayMode, Mandate
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import Item, Key, Put

# An object is looked for in every sweep until it is this old. Its time is that of the upload's
# begin, and an upload in parts may take the seven days after which the bucket drops it.
OVERLAP = timedelta(days=8)
# How far back the next sweep looks is noted this often; a note in every sweep would gain nothing.
_NOTED_EVERY = timedelta(days=1)
_BATCH = 100
_EXECUTION = "EXECUTION"
_SWEPT = Key("SWEEP", "INBOUND")


class Swept(Struct, frozen=True):
    """How much a sweep handed over again, by kind, and how long ago the oldest of it began.

    `incidents` are those that it opened about executions that it started in vain before.
    """

    arrivals: int = 0
    receipts: int = 0
    deliveries: int = 0
    executions: int = 0
    oldest: timedelta = timedelta(0)
    incidents: int = 0

    @property
    def by_kind(self) -> dict[str, int]:
        """How much was handed over again, by kind."""
        return {
            "arrivals": self.arrivals,
            "receipts": self.receipts,
            "deliveries": self.deliveries,
            "executions": self.executions,
        }


@record_type()
class LookedThrough(Struct, frozen=True):
    """Until when uploads were looked through."""

    at: datetime


def sweep(hub: Hub) -> Swept:
    """Hand over again all that is overdue and return how much that was; file new evidence.

    Raises NotActiveError: the region that is not active has nothing to hand over.
    """
    mandate = hub.lease.mandate("sweep")
    now = hub.clock.now()
    missed = _look_through_uploads(hub, mandate, now)
    found: dict[str, list[Item]] = defaultdict(list)
    for item in unfinished.overdue(hub.state, now):
        found[_EXECUTION if restarts.has_mark(item) else unfinished.kind_of(item)].append(item)
    handed = _take_in_again(hub, found["RECEIPT"])
    begun = [each.arrived for each in (*missed, *handed)]
    begun += [from_text(str(item["decided"])) for item in found["DELIVERY"]]
    begun += [row.ends for row in _slots(found[_EXECUTION]) if row.waits]
    swept = Swept(
        len(missed),
        len(handed),
        _publish_again(hub, found["DELIVERY"]),
        _execute_again(hub, found[_EXECUTION], now),
        now - min(begun, default=now),
        stuck.report_stuck(hub, found[_EXECUTION], now),
    )
    file_away(hub)
    return swept


def without_receipt(hub: Hub, since: datetime | None) -> Iterator[Arrival]:
    """Yield the arrivals since an instant (None: all) that have no receipt."""
    recent = (
        Arrival.of(found)
        for found in hub.inbound.versions("")
        if since is None or found.arrived >= since
    )
    for batch in chunks(recent, _BATCH):
        keys = {receipt_key(arrival.id): arrival for arrival in batch}
        known = hub.state.get_many(keys)
        yield from (arrival for key, arrival in keys.items() if key not in known)


def _look_through_uploads(hub: Hub, mandate: Mandate, now: datetime) -> list[Arrival]:
    row = hub.state.get(_SWEPT)
    noted = from_item(LookedThrough, row).at if row else None
    missed = list(without_receipt(hub, noted - OVERLAP if noted else None))
    for arrival in missed:
        hub.arrivals_queue.send(uploads.message_of(arrival))
    if noted is None or now - noted >= _NOTED_EVERY:
        hub.state.commit(mandate.check, Put(to_item(LookedThrough(now), _SWEPT)))
    return missed


def _slots(items: Iterable[Item]) -> Iterator[SlotRow]:
    return (from_item(SlotRow, item) for item in items if unfinished.kind_of(item) == "SLOT")


def _take_in_again(hub: Hub, items: Sequence[Item]) -> list[Arrival]:
    """Hand decided arrivals over whose decision was not followed, and held ones once it is time.

    Returns them.
    """
    receipts = [from_item(Receipt, item) for item in items]
    open_to: dict[Concern, bool] = {}
    sent: list[Arrival] = []
    for receipt in receipts:
        if receipt.state is FileState.HELD and receipt.followed:
            concern = concern_of(receipt.arrival)
            if concern not in open_to:
                open_to[concern] = hub.gate.reading(concern).mode is GatewayMode.OPEN
            if not open_to[concern]:
                continue
        hub.arrivals_queue.send(uploads.message_of(receipt.arrival))
        sent.append(receipt.arrival)
    return sent


def _publish_again(hub: Hub, items: Sequence[Item]) -> int:
    for item in items:
        hub.publish_queue.send({"delivery": deliveries.id_of(item)})
    return len(items)


def _execute_again(hub: Hub, items: Sequence[Item], now: datetime) -> int:
    for item in items:
        restarts.start_again(hub, item, now)
    return len(items)
