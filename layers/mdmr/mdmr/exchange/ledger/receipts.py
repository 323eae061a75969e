"""Receipts: one for each version of an object that arrived, from arrival to its final state.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| receipt | `RECEIPT#<id>` | `RECEIPT` | `by_organization`; `unfinished` until followed |
| accepted name (F011) | `NAME#<file name>` | `CLAIM` | |
| accepted content (F012) | `CONTENT#<ldc>#<file id>#<sha-256>` | `CLAIM` | |
| accepted set part (F014) | `PART#<ldc>#<submitter>#<file id>#<tx id>` | `<file no>#<segment>` | |
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from mdmr.calendar.instants import to_text
from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.exchange.files.names import FileName, SetPart
from mdmr.exchange.ledger import unfinished
from mdmr.exchange.ledger.states import FileState, check_move
from mdmr.ports.codec import Attributes, from_item, record_type, some_of, to_item
from mdmr.ports.objects import ObjectVersion
from mdmr.ports.state import AllOf, Equal, Item, Key, StateStore, Update
from mdmr.ports.views import Listing
from mdmr.ports.work import WorkedIn

__all__ = [
    "BY_ORGANIZATION",
    "FILES",
    "GRACE",
    "Arrival",
    "FileState",
    "Receipt",
    "Step",
    "accept_again",
    "content_key",
    "find",
    "item_of",
    "move",
    "move_and_tell",
    "name_key",
    "note_followed",
    "of_organization",
    "part_key",
    "receipt_key",
]

BY_ORGANIZATION = "by_organization"
# What follows from a decision and was not begun this long after it is begun by the sweep.
GRACE = timedelta(minutes=10)
_SORT = "RECEIPT"


class Arrival(Struct, frozen=True):
    """An object version in the inbound bucket. `organization` owns the prefix it lies in."""

    key: str
    version_id: str
    size: int
    arrived: datetime

    @classmethod
    def of(cls, found: ObjectVersion) -> Arrival:
        """Return the arrival that a version in the inbound bucket is."""
        return cls(found.key, found.version_id, found.size, found.arrived)

    @property
    def id(self) -> str:
        """The receipt's id, the same however often the arrival is told."""
        return hashlib.sha256(f"{self.key}\n{self.version_id}".encode()).hexdigest()[:32]

    @property
    def organization(self) -> str:
        """The organization of the prefix: the proven sender."""
        return self.key.partition("/")[0]

    @property
    def sender(self) -> str | None:
        """The organization if it has the form of an ORG ID: the only prefix that a log may tell."""
        return self.organization if ORG_ID.accepts(self.organization) else None

    @property
    def name(self) -> str:
        """The file's name: the key without the prefix."""
        return self.key.partition("/")[2]


class Step(Struct, frozen=True):
    """A change of state: what, when, why (a code or a few words)."""

    state: FileState
    at: datetime
    reason: str = ""


def _with_arrival(older: Attributes) -> Attributes:
    """Return a receipt of version 1, whose arrival was four attributes, with one for all of it."""
    names = {"object_key": "key", "version_id": "version_id", "size": "size", "arrived": "arrived"}
    arrival = {names[name]: value for name, value in older.items() if name in names}
    return {"worked_in": None, "arrival": arrival, **older}


@record_type(_with_arrival)
class Receipt(Struct, frozen=True):
    """What the hub decided about an arrival, and what became of it.

    `ldc` and `file_id` are empty when the name does not match the pattern; `code` is the F code
    of a refused file; `worked_in` the run or the set of an accepted one, or the window of a held
    one; `deliveries` the reports that intake owes; `followed` is set when all that follows from
    the intake decision was begun.
    """

    arrival: Arrival
    state: FileState
    epoch: int
    sha256: str
    details: int = 0
    ldc: str = ""
    file_id: str = ""
    code: str = ""
    worked_in: WorkedIn | None = None
    deliveries: tuple[str, ...] = ()
    followed: bool = False
    history: tuple[Step, ...] = field(default=())

    @property
    def id(self) -> str:
        """The id of the arrival."""
        return self.arrival.id

    @property
    def key(self) -> Key:
        """Where the receipt lies."""
        return receipt_key(self.id)

    @property
    def work_id(self) -> str:
        """The name of the run, set or window that the file is in; empty for none."""
        return self.worked_in.id if self.worked_in else ""

    def moved(self, state: FileState, at: datetime, reason: str = "") -> Receipt:
        """Return the receipt in its next state, the step noted in its history.

        Raises IllegalMoveError for a state that never follows its own.
        """
        check_move(self.state, state)
        steps = (*self.history, Step(state, at, reason))
        return replace(self, state=state, history=steps)

    def after(self, earlier: Receipt) -> Receipt:
        """Return the receipt with the history of an earlier one of the same arrival before it.

        Raises IllegalMoveError unless the earlier decision is one that is made anew.
        """
        check_move(earlier.state, FileState.ARRIVED)
        return replace(self, history=(*earlier.history, *self.history))


def receipt_key(receipt_id: str) -> Key:
    """Return where the receipt of an id lies."""
    return Key(f"RECEIPT#{receipt_id}", _SORT)


def name_key(name: str) -> Key:
    """Return the claim on a file name."""
    return Key(f"NAME#{name}", "CLAIM")


def content_key(ldc: str, file_id: str, sha256: str) -> Key:
    """Return the claim on a content."""
    return Key(f"CONTENT#{ldc}#{file_id}#{sha256}", "CLAIM")


def part_key(name: FileName, part: SetPart) -> Key:
    """Return the claim on a part of a synchronization set, which is its submitter's."""
    of_set = f"PART#{name.org_1}#{name.org_2}#{name.file_id}#{part.tx_id}"
    return Key(of_set, f"{part.file_no}#{part.segment_no}")


def find(state: StateStore, receipt_id: str) -> Receipt | None:
    """Return the receipt of an id, or None."""
    item = state.get(receipt_key(receipt_id))
    return None if item is None else from_item(Receipt, item)


def of_organization(
    state: StateStore, org_id: str, *, newest_first: bool = True
) -> Iterator[Receipt]:
    """Yield the receipts of a sender by arrival; just written ones may lack for a moment."""
    items = state.query_index(BY_ORGANIZATION, org_id, newest_first=newest_first)
    return (from_item(Receipt, item) for item in items)


def item_of(receipt: Receipt) -> Item:
    """Return the item of a receipt; while something is open about it, it is found by `due`."""
    arrival = receipt.arrival
    index: Attributes = {"arrived": to_text(arrival.arrived)}
    # An object that lies in no prefix has nobody who could ask for it.
    if arrival.organization:
        index["organization"] = arrival.organization
    return to_item(receipt, receipt.key, index, _open_work(receipt))


def move(receipt: Receipt, *, since: FileState) -> Update:
    """Return the write of a receipt's new state, on condition that it is still in `since`."""
    return Update(
        receipt.key,
        set=some_of(receipt, "state", "history"),
        condition=Equal("state", since.value),
    )


def move_and_tell(receipt: Receipt, *, since: FileState) -> Update:
    """Return the write of a new state from which something follows: see `note_followed`."""
    moved = move(receipt, since=since)
    return replace(moved, set={**moved.set, "followed": False, **_open_work(receipt)})


def accept_again(receipt: Receipt, *, left: WorkedIn | None) -> Update:
    """Return the write by which a failed file waits for its process again.

    On condition that it failed in the work that it left and was not taken up since.
    """
    moved = move_and_tell(receipt, since=FileState.FAILED)
    there = some_of(replace(receipt, state=FileState.FAILED, worked_in=left), "state", "worked_in")
    failed_there = AllOf(tuple(Equal(name, value) for name, value in there.items()))
    values = {**moved.set, **some_of(receipt, "worked_in")}
    return replace(moved, set=values, condition=failed_there)


def note_followed(receipt: Receipt) -> Update:
    """Return the write that notes that what follows from a receipt's present state was begun.

    A held file stays found by the sweep, until it is decided.
    """
    return Update(
        receipt.key,
        set={"followed": True},
        remove=() if receipt.state is FileState.HELD else unfinished.MARKS,
        condition=Equal("state", receipt.state.value),
    )


def _open_work(receipt: Receipt) -> Item:
    """Return the attributes by which a receipt is found while something is open about it."""
    held = receipt.state is FileState.HELD
    if receipt.followed and not held:
        return {}
    return unfinished.until(receipt.key, receipt.history[-1].at + GRACE)


FILES: Listing[Receipt] = Listing(
    name="files",
    read=partial(from_item, Receipt),
    index=BY_ORGANIZATION,
    partition=lambda org_id: org_id,
    belongs_to=lambda receipt, org_id: receipt.arrival.organization == org_id,
)
"""The receipts of what an organization sent, by arrival."""
