"""Slots of a process: what was accepted joins the open slot, and a run works the closed one.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| slot | `SLOT#<slot id>` | `SLOT` | `unfinished` until its run is over |
| file in it | `SLOT#<slot id>` | `FILE#<ldc>#<arrived>#<name>#<receipt id>` | |
| slots with work for an LDC | `FAMILY#<process>#<ldc>` | `SLOTS`; an attribute each | |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from mdmr.calendar.instants import est_id, from_est_id, to_text
from mdmr.calendar.slots import slot_end
from mdmr.exchange.ledger import restarts, unfinished
from mdmr.exchange.ledger.restarts import Restart
from mdmr.ports.codec import SCHEMA, attributes_of, from_item, record_type, to_item
from mdmr.ports.processes import AcceptedFile
from mdmr.ports.state import (
    Absent,
    AllOf,
    AnyOf,
    Check,
    Equal,
    Item,
    Key,
    Put,
    StateStore,
    Update,
    Write,
    key_of,
)
from mdmr.ports.work import InRun

# KEPT: its run worked what it could and left the rest to the gateway, which keeps it.
OPEN, CLOSED, KEPT, WORKED = "OPEN", "CLOSED", "KEPT", "WORKED"
# A run that is not over this long after the slot's end is started again by the sweep.
GRACE = timedelta(minutes=30)
# The sweep looks after a kept slot no oftener: it is the gateway that starts its run again.
_LOOKED_AFTER = timedelta(days=1)


class Slot(Struct, frozen=True):
    """One slot of a process: the run at `ends` works its files."""

    process: str
    ends: datetime

    @property
    def id(self) -> str:
        """The slot's id, also the name of its run: process and end in EST."""
        return f"{self.process}-{est_id(self.ends)}"

    @property
    def key(self) -> Key:
        """Where the slot lies."""
        return Key(f"SLOT#{self.id}", "SLOT")

    @property
    def worked_in(self) -> InRun:
        """The slot's run as the receipts of its files name it."""
        return InRun(self.process, self.id)

    @classmethod
    def of(cls, slot_id: str) -> Slot:
        """Return the slot of an id. Raises ValueError when it is none."""
        process, _, ends = slot_id.rpartition("-")
        return cls(process, from_est_id(ends))


@record_type()
class SlotRow(Struct, frozen=True):
    """A slot and how far it is; `kept_under`: the version of the gateway that it is left to."""

    state: str
    process: str
    ends: datetime
    kept_under: int | None = None

    @property
    def slot(self) -> Slot:
        """The slot."""
        return Slot(self.process, self.ends)

    @property
    def waits(self) -> bool:
        """Whether its run is to be over, and no gateway keeps it."""
        return self.state in (OPEN, CLOSED)

    def kept_before(self, version: int) -> bool:
        """Return whether it was left to the gateway as it stood before a version of it."""
        return self.kept_under is not None and self.state == KEPT and self.kept_under < version


@record_type()
class MemberRow(Struct, frozen=True):
    """A file of an LDC in a slot; `done` when its work is over."""

    ldc: str
    receipt: str
    done: bool = False


class Member(Struct, frozen=True):
    """A file in a slot; `done` when its work is over."""

    key: Key
    ldc: str
    receipt_id: str
    done: bool

    @property
    def slot(self) -> Slot:
        """The slot that it is a member of."""
        return Slot.of(self.key.partition.partition("#")[2])


def find(state: StateStore, slot: Slot) -> SlotRow | None:
    """Return the row of a slot, None when no file has joined it."""
    item = state.get(slot.key)
    return None if item is None else from_item(SlotRow, item)


def current(state: StateStore, process: str, minutes: int, now: datetime) -> Slot:
    """Return the slot that a file accepted now joins: the first after now that is not closed."""
    slot = Slot(process, slot_end(now, minutes))
    while (row := find(state, slot)) is not None and row.state != OPEN:
        slot = Slot(process, slot_end(slot.ends, minutes))
    return slot


def join(slot: Slot, file: AcceptedFile) -> list[Write]:
    """Return the writes by which an accepted file joins a slot, on condition that it is open."""
    opened = Update(
        slot.key,
        set={
            **attributes_of(SlotRow(OPEN, slot.process, slot.ends)),
            **unfinished.until(slot.key, slot.ends + GRACE),
            **restarts.mark(run_of(slot)),
        },
        condition=AnyOf((Absent(), Equal("state", OPEN))),
    )
    member = to_item(MemberRow(file.ldc, file.id), member_key(slot, file))
    noted: Item = {SCHEMA: 1, slot.id: to_text(slot.ends)}
    family = Update(family_key(slot, file.ldc), set=noted)
    return [opened, Put(member, condition=Absent()), family]


def close(slot: Slot, check: Check) -> list[Write]:
    """Return the writes that close an open slot under a mandate."""
    return [Update(slot.key, set={"state": CLOSED}, condition=Equal("state", OPEN)), check]


def finish(slot: Slot) -> Update:
    """Return the write that notes the end of a slot's run."""
    return Update(
        slot.key,
        set={"state": WORKED},
        remove=(*unfinished.MARKS, "kept_under"),
        condition=AnyOf((Equal("state", CLOSED), Equal("state", KEPT), Equal("state", WORKED))),
    )


def keep(slot: Slot, version: int, now: datetime) -> Update:
    """Return the write that leaves the rest of a slot to the gateway, as of a version of it."""
    due = unfinished.until(slot.key, now + _LOOKED_AFTER)
    return Update(
        slot.key,
        set={"state": KEPT, "kept_under": version, **due},
        condition=AnyOf((Equal("state", CLOSED), Equal("state", KEPT))),
    )


def go_on(row: SlotRow, now: datetime) -> Update:
    """Return the write that has a kept slot's run to be over in time again.

    It fails when a run came to the slot since the row was read.
    """
    as_read = AllOf((Equal("state", KEPT), Equal("kept_under", row.kept_under)))
    due = unfinished.until(row.slot.key, now + GRACE)
    return Update(row.slot.key, set={"state": CLOSED, **due}, condition=as_read)


def run_since(item: Item) -> datetime:
    """Return when the run of a closed slot began, or will."""
    return unfinished.due_of(item) - GRACE


def leave(slot: Slot, ldc: str) -> Update:
    """Return the write that notes that a slot has no more work for an LDC."""
    return Update(family_key(slot, ldc), remove=(slot.id,))


def family_key(slot: Slot, ldc: str) -> Key:
    """Return where the slots of a process are noted that have work for an LDC."""
    return Key(f"FAMILY#{slot.process}#{ldc}", "SLOTS")


def in_order(state: StateStore, slot: Slot, ldc: str) -> Iterator[Member]:
    """Yield the files of an LDC in the order of work, up to and including those of a slot.

    Files of earlier slots come first while the run of their slot is not over: what arrived
    earlier is worked earlier, whichever run does it.
    """
    noted = state.get(family_key(slot, ldc)) or {}
    earlier = sorted(name for name in noted if name.startswith(slot.process) and name < slot.id)
    for each in [*map(Slot.of, earlier), slot]:
        yield from members(state, each, ldc)


def member_key(slot: Slot, file: AcceptedFile) -> Key:
    """Return where a file lies in its slot: in the order of work, per LDC by arrival and name."""
    arrival = file.arrival
    order = (file.ldc, to_text(arrival.arrived), arrival.name, file.id)
    return Key(slot.key.partition, "#".join(("FILE", *order)))


def members(state: StateStore, slot: Slot, ldc: str | None = None) -> Iterator[Member]:
    """Yield the files of a slot (of one LDC) in the order of work."""
    prefix = "FILE#" if ldc is None else f"FILE#{ldc}#"
    items = state.query(slot.key.partition, prefix=prefix)
    return map(_member_of, items)


def set_done(member_at: Key) -> Update:
    """Return the write that notes the end of a file's work."""
    return Update(member_at, set={"done": True}, condition=Equal("done", value=False))


def run_of(slot: Slot) -> Restart:
    """Return the execution that waits for a slot's end and works its files."""
    return Restart(slot.process, slot.id, {"slot": slot.id, "ends": to_text(slot.ends)})


def _member_of(item: Item) -> Member:
    row = from_item(MemberRow, item)
    return Member(key_of(item), row.ldc, row.receipt, done=row.done)
