"""What is inside the hub: runs that still have files to work, and those that the gateway keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from mdmr.calendar.slots import slot_end
from mdmr.continuity.gateway import EVERYTHING, Scope
from mdmr.exchange.files.filetypes import INBOUND, SlotProcess
from mdmr.exchange.ledger import receipts, slots, unfinished
from mdmr.exchange.ledger.receipts import receipt_key, receipt_of
from mdmr.exchange.ledger.slots import Slot
from mdmr.organizations import parameters
from mdmr.ports.authority import Concern
from mdmr.ports.state import Item, Key, StateStore, key_of
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.states import SetState
from mdmr.synchronization.sets.waiting import Reason

# A run is looked at this long after it has begun, and once more when the sweep would take
# it up: more looks tell no more, the planned start comes anyway.
_LOOKS = (timedelta(minutes=1), slots.GRACE)
_AT_WORK = frozenset(
    {SetState.STAGING.value, SetState.LOADED.value, SetState.PROCESSING.value},
)
# While a set is at work it is looked at so often: its end is told to nobody.
OF_SETS = timedelta(minutes=15)
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


class Inside(Struct, frozen=True):
    """A slot whose run is not over, and when that run began or will."""

    slot: Slot
    run_since: datetime


def inside(state: StateStore, scope: Scope, now: datetime) -> list[Inside]:
    """Return the slots that have files of a scope: accepted, and worked until their run is over.

    What the gateway keeps does not count: it is not worked as long as the gateway stands so.
    """
    found = [
        Inside(slots.slot_of(item), slots.run_since(item))
        for item in unfinished_slots(state, now)
        if item["state"] != slots.KEPT
    ]
    return [each for each in found if _has_files(state, each.slot, scope)]


def next_look(found: list[Inside], now: datetime) -> datetime | None:
    """Return when it is worth looking again, None when no look would tell more."""
    looks = (each.run_since + look for each in found for look in _LOOKS)
    return min((look for look in looks if look > now), default=None)


def unfinished_slots(state: StateStore, now: datetime) -> list[Item]:
    """Return the slots whose run is not over, as they are now.

    The newest ones too, which an index may not show yet.
    """
    keys = {
        key_of(item): None
        for item in unfinished.overdue(state, _END_OF_TIME)
        if unfinished.kind_of(item) == "SLOT"
    }
    keys.update(dict.fromkeys(_newest(state, now)))
    rows = state.get_many(keys)
    return [rows[key] for key in keys if key in rows and rows[key]["state"] != slots.WORKED]


def sets_at_work(state: StateStore, scope: Scope) -> bool:
    """Return whether a file set of a scope is being staged or processed."""
    return any(
        item["state"] in _AT_WORK and scope.covers(rows.concern_of(_set_of(item)))
        for item in _unfinished_sets(state)
    )


def kept_sets(state: StateStore) -> list[SetId]:
    """Return the file sets that wait for the gateway, as far as an index shows them.

    Those that it does not show yet look again by themselves.
    """
    found = _unfinished_sets(state)
    return [_set_of(each) for each in found if each.get("waits_for") == Reason.GATEWAY.value]


def _unfinished_sets(state: StateStore) -> list[Item]:
    found = unfinished.overdue(state, _END_OF_TIME)
    return [each for each in found if unfinished.kind_of(each) == "SET"]


def _set_of(item: Item) -> SetId:
    return SetId.of(str(item["pk"]).partition("#")[2])


def _newest(state: StateStore, now: datetime) -> list[Key]:
    processes = {
        (each.starts.process, each.starts.minutes)
        for each in INBOUND.values()
        if isinstance(each.starts, SlotProcess)
    }
    found = []
    for process, minutes in sorted(processes):
        length = parameters.count(state, minutes, at=now)
        ends = (slot_end(at, length) for at in (now - timedelta(minutes=length), now))
        found += [Slot(process, end).key for end in ends]
    return found


def _has_files(state: StateStore, slot: Slot, scope: Scope) -> bool:
    members = list(slots.members(state, slot))
    if scope.text == EVERYTHING:
        return bool(members)
    found = state.get_many(receipt_key(each.receipt_id) for each in members)
    return any(scope.covers(_concern(receipt_of(item))) for item in found.values())


def _concern(receipt: receipts.Receipt) -> Concern:
    return Concern(receipt.arrival.organization, receipt.ldc, receipt.file_id)
