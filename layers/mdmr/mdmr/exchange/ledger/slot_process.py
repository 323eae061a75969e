"""A process that works files in slots: what a slot collects is worked by one run at its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from mdmr.calendar.slots import slot_end
from mdmr.exchange.ledger import restarts, slots, unfinished
from mdmr.exchange.ledger.receipts import Receipt, receipt_key
from mdmr.exchange.ledger.slots import Slot, SlotRow
from mdmr.organizations import parameters
from mdmr.ports.authority import Concern
from mdmr.ports.codec import from_item
from mdmr.ports.parts import HasState, ProcessHub
from mdmr.ports.processes import AcceptedFile, Covers, Joined, OpenWork
from mdmr.ports.state import ConditionFailedError, Item, Key, StateStore, key_of
from mdmr.ports.work import WorkedIn

# A run is looked at this long after it has begun, and once more when the sweep would start
# it again: more looks show no more, the planned start comes anyway.
_LOOKS = (timedelta(minutes=1), slots.GRACE)
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


class SlotProcess(Struct, frozen=True):
    """A process by the name of its state machine; `minutes` names the parameter of its slots."""

    name: str
    minutes: str

    def takes(self, hub: ProcessHub, file_name: str) -> bool:  # noqa: ARG002 - there is a next slot
        """Return True: a file that comes too late for one slot joins the next."""
        return True

    def join(self, hub: ProcessHub, file: AcceptedFile, at: datetime) -> Joined:
        """Let a file join the open slot."""
        slot = slots.current(hub.state, self.name, self._length(hub.state, at), at)
        return Joined(slot.worked_in, tuple(slots.join(slot, file)))

    def join_again(self, hub: ProcessHub, file: AcceptedFile, at: datetime) -> Joined:
        """Let a file that failed join the open slot; there it has its old place in the order."""
        return self.join(hub, file, at)

    def start(self, hub: ProcessHub, worked_in: WorkedIn) -> None:
        """Start the run that waits for the end of a slot."""
        slots.run_of(Slot.of(worked_in.id)).start(hub)

    def open_work(self, hub: ProcessHub, covers: Covers, now: datetime) -> list[OpenWork]:
        """Return the slots that have files: accepted, and worked until their run is over.

        What the gateway keeps does not count: it is not worked as long as the gateway stands so.
        """
        return [
            OpenWork(row.slot.worked_in, _next_look(slots.run_since(item), now))
            for row, item in self.unfinished_slots(hub, now)
            if row.state != slots.KEPT and _has_files(hub.state, row.slot, covers)
        ]

    def resume(self, hub: ProcessHub, version: int) -> None:
        """Start the runs again that left files to the gateway before, the oldest first.

        A run finds out by itself what it may work now.
        """
        now = hub.clock.now()
        found = self.unfinished_slots(hub, now)
        kept = [(row, item) for row, item in found if row.kept_before(version)]
        for row, item in sorted(kept, key=lambda pair: pair[0].ends):
            mandate = hub.lease.mandate(row.slot.id)
            # Started first: a slot that is kept no more is not found here again.
            restarts.start_once(hub, item, f"gateway-{version}")
            try:
                hub.state.commit(mandate.check, slots.go_on(row, now))
            except ConditionFailedError:
                continue

    def unfinished_slots(self, hub: HasState, now: datetime) -> list[tuple[SlotRow, Item]]:
        """Return the slots whose run is not over, as they are now, with their items.

        The newest ones too, which an index may not show yet.
        """
        keys = {
            key_of(item): None
            for item in unfinished.overdue(hub.state, _END_OF_TIME, ("SLOT",))
            if item["process"] == self.name
        }
        keys.update(dict.fromkeys(self._newest(hub.state, now)))
        items = hub.state.get_many(keys)
        rows = [(from_item(SlotRow, items[key]), items[key]) for key in keys if key in items]
        return [(row, item) for row, item in rows if row.state != slots.WORKED]

    def _newest(self, state: StateStore, now: datetime) -> list[Key]:
        length = self._length(state, now)
        ends = (slot_end(at, length) for at in (now - timedelta(minutes=length), now))
        return [Slot(self.name, end).key for end in ends]

    def _length(self, state: StateStore, at: datetime) -> int:
        return parameters.count(state, self.minutes, at=at)


def _next_look(run_since: datetime, now: datetime) -> datetime | None:
    return min((at for look in _LOOKS if (at := run_since + look) > now), default=None)


def _has_files(state: StateStore, slot: Slot, covers: Covers) -> bool:
    members = list(slots.members(state, slot))
    if covers is None:
        return bool(members)
    found = state.get_many(receipt_key(each.receipt_id) for each in members)
    return any(covers(_concern(from_item(Receipt, item))) for item in found.values())


def _concern(receipt: Receipt) -> Concern:
    return Concern(receipt.arrival.organization, receipt.ldc, receipt.file_id)
