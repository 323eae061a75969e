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


class Held(Struct, frozen=True):
    """A file in a window: which, and its line in the notice."""

    order: str
    receipt_id: str
    arrived: datetime
    ldc: str
    line: str


def current(state: StateStore, closure: int, sender: str, minutes: int, now: datetime) -> Window:
    """Return the window that a file held now joins: the first after now that is not closed."""
    window = Window(closure, sender, slot_end(now, minutes))
    while (row := state.get(window.key)) is not None and row["state"] != OPEN:
        window = Window(closure, sender, slot_end(window.ends, minutes))
    return window


def join(window: Window, receipt: Receipt, ldc: str) -> list[Write]:
    """Return the writes by which a held file joins a window, on condition that it is open."""
    arrival = receipt.arrival
    opened = Update(
        window.key,
        set={
            "state": OPEN,
            **window.data,
            **unfinished.until(window.ends + GRACE),
            **restarts.mark(window.execution),
        },
        condition=AnyOf((Absent(), Equal("state", OPEN))),
    )
    name = printable(arrival.name, _NAME_SIZE)
    rest = f" {arrival.size} {receipt.sha256}"
    member: Item = {
        "pk": window.files,
        "sk": f"{to_text(arrival.arrived)}#{name}#{receipt.id}",
        "receipt": receipt.id,
        "arrived": to_text(arrival.arrived),
        "ldc": ldc,
        "line": (name or "?")[: _LINE_SIZE - len(rest)] + rest,
    }
    return [opened, Put(member, condition=Absent())]


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
    return map(_held_of, state.query(partition))


def of_closure(state: StateStore, closure: int) -> Iterator[Held]:
    """Yield all files held in a closure by arrival, then name, whoever sent them."""
    windows = [Window.of(item) for item in state.query(f"HELD#{closure}")]
    return merge(*(files(state, each.files) for each in windows), key=lambda held: held.order)


def _held_of(item: Item) -> Held:
    return Held(
        order=str(item["sk"]),
        receipt_id=str(item["receipt"]),
        arrived=from_text(str(item["arrived"])),
        ldc=str(item["ldc"]),
        line=str(item["line"]),
    )
