"""Held files: what came while the gateway was closed, in the windows in which it is told.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| window of a sender | `HELD#<closure>` | `<ends>#<sender>` | `unfinished` until it is told |
| file in it | `HELD#<closure>#<sender>#<ends>` | `<arrived>#<name>#<receipt id>` | |

A sender that is no ORG ID is written as a hash. A name is cut and made printable in the key: it
only orders files that arrived in the same second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import merge

from msgspec import Struct

from mdmr.calendar.instants import from_text, to_text
from mdmr.calendar.slots import slot_end
from mdmr.exchange.files.layouts.records import printable
from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.exchange.ledger import restarts, unfinished
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.ledger.restarts import Restart
from mdmr.ports.codec import attributes_of, from_item, record_type, to_item
from mdmr.ports.state import (
    Absent,
    AnyOf,
    Equal,
    Item,
    Key,
    Put,
    StateStore,
    Update,
    Value,
    Write,
)
from mdmr.ports.work import InWindow

OPEN, CLOSED, TOLD = "OPEN", "CLOSED", "TOLD"
# A window that is not told this long after its end is taken up by the sweep.
GRACE = timedelta(minutes=10)
_PROCESS = "gateway"
_NAME_SIZE = 255
_LINE_SIZE = 200


class Window(Struct, frozen=True):
    """The files of one sender that are held in a stretch of time: one notice tells of them."""

    closure: int
    sender: str
    ends: datetime

    @property
    def id(self) -> str:
        """The window's id, also the name of the execution that tells of it."""
        return self.worked_in.id

    @property
    def worked_in(self) -> InWindow:
        """The window as the receipts of its files name it."""
        return InWindow(self.closure, self._tag, self.ends)

    @property
    def key(self) -> Key:
        """Where the window lies."""
        return Key(f"HELD#{self.closure}", f"{to_text(self.ends)}#{self._tag}")

    @property
    def files(self) -> str:
        """The partition of its files."""
        return f"HELD#{self.closure}#{self._tag}#{to_text(self.ends)}"

    @property
    def execution(self) -> Restart:
        """The execution that tells of it at its end."""
        return Restart(_PROCESS, self.id, {"held": self.data, "at": to_text(self.ends)})

    @property
    def data(self) -> dict[str, Value]:
        """The window as plain data."""
        return {"closure": self.closure, "sender": self.sender, "ends": to_text(self.ends)}

    @classmethod
    def of(cls, data: Item) -> Window:
        """Return the window of plain data."""
        return cls(int(str(data["closure"])), str(data["sender"]), from_text(str(data["ends"])))

    @classmethod
    def of_work(cls, worked_in: InWindow, sender: str) -> Window:
        """Return the window that a held file of a sender is in."""
        return cls(worked_in.closure, sender, worked_in.ends)

    @property
    def _tag(self) -> str:
        if ORG_ID.accepts(self.sender):
            return self.sender
        return hashlib.sha256(self.sender.encode()).hexdigest()[:16]


@record_type()
class WindowRow(Struct, frozen=True):
    """A window and how far it is; `notice` is its notice's id, empty when there is none."""

    state: str
    closure: int
    sender: str
    ends: datetime
    notice: str = ""

    @property
    def window(self) -> Window:
        """The window."""
        return Window(self.closure, self.sender, self.ends)


@record_type()
class Held(Struct, frozen=True):
    """A file in a window: which, and its line in the notice. `name` is cut and printable."""

    receipt_id: str
    arrived: datetime
    name: str
    ldc: str
    line: str

    @property
    def order(self) -> str:
        """Its place among the files of its window, and of all windows of a closure."""
        return f"{to_text(self.arrived)}#{self.name}#{self.receipt_id}"


def find(state: StateStore, window: Window) -> WindowRow | None:
    """Return the row of a window, None when no file has joined it."""
    item = state.get(window.key)
    return None if item is None else from_item(WindowRow, item)


def current(state: StateStore, closure: int, sender: str, minutes: int, now: datetime) -> Window:
    """Return the window that a file held now joins: the first after now that is not closed."""
    window = Window(closure, sender, slot_end(now, minutes))
    while (row := find(state, window)) is not None and row.state != OPEN:
        window = Window(closure, sender, slot_end(window.ends, minutes))
    return window


def join(window: Window, receipt: Receipt, ldc: str) -> list[Write]:
    """Return the writes by which a held file joins a window, on condition that it is open."""
    arrival = receipt.arrival
    opened = Update(
        window.key,
        set={
            **attributes_of(WindowRow(OPEN, window.closure, window.sender, window.ends)),
            **unfinished.until(window.key, window.ends + GRACE),
            **restarts.mark(window.execution),
        },
        condition=AnyOf((Absent(), Equal("state", OPEN))),
    )
    name = printable(arrival.name, _NAME_SIZE)
    rest = f" {arrival.size} {receipt.sha256}"
    line = (name or "?")[: _LINE_SIZE - len(rest)] + rest
    file = Held(receipt.id, arrival.arrived, name, ldc, line)
    return [opened, Put(to_item(file, Key(window.files, file.order)), condition=Absent())]


def close(window: Window) -> Update:
    """Return the write that closes an open window: no file joins it any more."""
    return Update(window.key, set={"state": CLOSED}, condition=Equal("state", OPEN))


def set_told(window: Window, notice: str) -> Update:
    """Return the write that notes a closed window's notice; empty: there is nobody to tell."""
    return Update(
        window.key,
        set={"state": TOLD, "notice": notice},
        remove=unfinished.MARKS,
        condition=Equal("state", CLOSED),
    )


def files(state: StateStore, partition: str) -> Iterator[Held]:
    """Yield the files of a window by arrival, then name."""
    return (from_item(Held, item) for item in state.query(partition))


def of_closure(state: StateStore, closure: int) -> Iterator[Held]:
    """Yield all files held in a closure by arrival, then name, whoever sent them."""
    rows = [from_item(WindowRow, item) for item in state.query(f"HELD#{closure}")]
    return merge(*(files(state, row.window.files) for row in rows), key=lambda held: held.order)
