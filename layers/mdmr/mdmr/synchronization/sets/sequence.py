"""The sequence of an LDC: one series of numbers for both types of sets, and whose turn it is.

| What | Partition | Sort key |
|---|---|---|
| sequence of an LDC | `SEQUENCE#<ldc>` | `SEQUENCE` |

The row also names the LDC's directory map: a set that ends puts the next one there in the commit
in which it gives its turn back.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from datetime import datetime
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import from_text, to_text
from mdmr.calendar.period import Period
from mdmr.ports.state import Absent, AllOf, AtMost, Equal, Item, Key, Put, StateStore, Value
from mdmr.synchronization.set_id import SetId

_SORT = "SEQUENCE"


class Waiting(Struct, frozen=True):
    """A set whose Manifest was read and whose turn has not come; `complete` since when, if so."""

    id: SetId
    number: int
    complete: datetime | None = None


class Sequence(Struct, frozen=True):
    """How far an LDC's numbers are used, which set is under way, and which wait.

    `last` is the last number used, `open` the set under way and `number` its number. `turned` is
    when the turn last went to a set, or came back unused. `pauses` are the times in which a P-Sync
    waited for its slot. `directory` is the key of the LDC's directory map in the data bucket
    (empty: none yet), `snapshot` that of the files that the next P-Sync is held against (empty: no
    such files), `extracted` the Extracted Date Time of the last complete set.
    """

    ldc: str
    last: int = 0
    open: SetId | None = None
    number: int = 0
    turned: datetime | None = None
    waiting: tuple[Waiting, ...] = ()
    pauses: tuple[Period, ...] = ()
    directory: str = ""
    snapshot: str = ""
    extracted: datetime | None = None
    revision: int = 0

    @property
    def next(self) -> int:
        """The number that is expected next while no set is under way."""
        return self.last + 1

    def waits(self, set_id: SetId) -> Waiting | None:
        """Return what is noted of a set that waits, None when nothing is."""
        return next((each for each in self.waiting if each.id == set_id), None)

    def with_waiting(self, waiting: Waiting) -> Sequence:
        """Return the sequence with a set among those that wait, by number."""
        others = (each for each in self.waiting if each.id != waiting.id)
        ordered = sorted((*others, waiting), key=lambda each: (each.number, each.id))
        return replace(self, waiting=tuple(ordered))

    def without(self, set_id: SetId) -> Sequence:
        """Return the sequence without a set among those that wait."""
        return replace(self, waiting=tuple(each for each in self.waiting if each.id != set_id))

    def taken(self, set_id: SetId, number: int, at: datetime) -> Sequence:
        """Return the sequence with the turn given to a set."""
        return replace(self.without(set_id), open=set_id, number=number, turned=at, pauses=())

    def given_back(self, at: datetime, *, used: bool) -> Sequence:
        """Return the sequence with no set under way; `used`: the number is not to come again."""
        if used:
            return replace(self, open=None, last=self.number)
        return replace(self, open=None, turned=at)


def sequence_key(ldc: str) -> Key:
    """Return where the sequence of an LDC lies."""
    return Key(f"SEQUENCE#{ldc}", _SORT)


def find(state: StateStore, ldc: str) -> Sequence:
    """Return the sequence of an LDC, that of an LDC without sets being at its start."""
    item = state.get(sequence_key(ldc))
    return Sequence(ldc) if item is None else sequence_of(item)


def move(before: Sequence, after: Sequence, *, epoch: int) -> Put:
    """Return the write of a sequence, on condition that it is as it was read."""
    if before.revision == 0:
        condition: Absent | AllOf = Absent()
    else:
        condition = AllOf((Equal("revision", before.revision), AtMost("epoch", epoch)))
    return Put(_item_of(replace(after, revision=before.revision + 1), epoch), condition)


def sequence_of(item: Item) -> Sequence:
    """Return the sequence of an item."""
    opened = str(item["open"])
    waiting = cast("Several[Item]", item["waiting"])
    pauses = cast("Several[Several[str]]", item["pauses"])
    return Sequence(
        ldc=str(item["pk"]).partition("#")[2],
        last=int(str(item["last"])),
        open=SetId.of(opened) if opened else None,
        number=int(str(item["number"])),
        turned=_instant(item["turned"]),
        waiting=tuple(_waiting_of(each) for each in waiting),
        pauses=tuple(Period(from_text(start), from_text(end)) for start, end in pauses),
        directory=str(item["directory"]),
        snapshot=str(item["snapshot"]),
        extracted=_instant(item["extracted"]),
        revision=int(str(item["revision"])),
    )


def _item_of(each: Sequence, epoch: int) -> Item:
    key = sequence_key(each.ldc)
    return {
        "pk": key.partition,
        "sk": key.sort,
        "last": each.last,
        "open": str(each.open) if each.open else "",
        "number": each.number,
        "turned": _text(each.turned),
        "waiting": [
            {"set": str(one.id), "number": one.number, "complete": _text(one.complete)}
            for one in each.waiting
        ],
        "pauses": [[to_text(one.start), _text(one.end)] for one in each.pauses],
        "directory": each.directory,
        "snapshot": each.snapshot,
        "extracted": _text(each.extracted),
        "revision": each.revision,
        "epoch": epoch,
    }


def _waiting_of(item: Item) -> Waiting:
    return Waiting(SetId.of(str(item["set"])), int(str(item["number"])), _instant(item["complete"]))


def _instant(value: Value) -> datetime | None:
    return from_text(str(value)) if value else None


def _text(instant: datetime | None) -> str:
    return "" if instant is None else to_text(instant)
