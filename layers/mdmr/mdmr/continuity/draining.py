"""What is inside the hub while it drains: the runs that still have files to work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mdmr.calendar.slots import slot_end
from mdmr.continuity.gateway import EVERYTHING, Scope
from mdmr.exchange.files.filetypes import INBOUND
from mdmr.exchange.ledger import receipts, slots, unfinished
from mdmr.exchange.ledger.receipts import receipt_key, receipt_of
from mdmr.exchange.ledger.slots import Slot
from mdmr.organizations import parameters
from mdmr.ports.authority import Concern
from mdmr.ports.state import Item, StateStore

# A run is looked at this long after its slot has ended, and once more when the sweep would take
# it up: more looks tell no more, the planned start comes anyway.
_LOOKS = (timedelta(minutes=1), slots.GRACE)
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


def inside(state: StateStore, scope: Scope, now: datetime) -> list[Slot]:
    """Return the unfinished slots that have files of a scope: accepted, not worked to the end."""
    items = {str(item["pk"]): item for item in _unfinished(state, now)}
    found = (slots.slot_of(item) for item in items.values())
    return [slot for slot in found if _has_files(state, slot, scope)]


def next_look(found: list[Slot], now: datetime) -> datetime | None:
    """Return when it is worth looking again, None when no look would tell more."""
    looks = (slot.ends + each for slot in found for each in _LOOKS)
    return min((look for look in looks if look > now), default=None)


def _unfinished(state: StateStore, now: datetime) -> Iterator[Item]:
    """Yield slots whose run is not over, the newest ones too, which an index may not show yet."""
    for item in unfinished.overdue(state, _END_OF_TIME):
        if unfinished.kind_of(item) == "SLOT":
            yield item
    for process, minutes in {
        (e.starts.process, e.starts.minutes) for e in INBOUND.values() if e.starts
    }:
        length = parameters.count(state, minutes, at=now)
        for at in (now - timedelta(minutes=length), now):
            found = state.get(Slot(process, slot_end(at, length)).key)
            if found is not None and found["state"] != slots.WORKED:
                yield found


def _has_files(state: StateStore, slot: Slot, scope: Scope) -> bool:
    members = list(slots.members(state, slot))
    if scope.text == EVERYTHING:
        return bool(members)
    found = state.get_many(receipt_key(each.receipt_id) for each in members)
    return any(scope.covers(_concern(receipt_of(item))) for item in found.values())


def _concern(receipt: receipts.Receipt) -> Concern:
    return Concern(receipt.arrival.organization, receipt.ldc, receipt.file_id)
