"""The sequence of an LDC: one series of numbers for both types of sets, and whose turn it is.

| What | Partition | Sort key |
|---|---|---|
| sequence of an LDC | `SEQUENCE#<ldc>` | `SEQUENCE` |

The row also names the LDC's directory map: a set that ends puts the next one there in the commit
in which it gives its turn back.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.period import Period
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.state import Absent, AllOf, AtMost, Equal, Key, Put, StateStore
from mdmr.synchronization.set_id import SetId

_SORT = "SEQUENCE"


class Waiting(Struct, frozen=True):
    """A set whose Manifest was read and whose turn has not come; `complete` since when, if so."""

    id: SetId
    number: int
    complete: datetime | None = None


@record_type()
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
    return Sequence(ldc) if item is None else from_item(Sequence, item)


def move(before: Sequence, after: Sequence, *, epoch: int) -> Put:
    """Return the write of a sequence, on condition that it is as it was read."""
    if before.revision == 0:
        condition: Absent | AllOf = Absent()
    else:
        condition = AllOf((Equal("revision", before.revision), AtMost("epoch", epoch)))
    written = replace(after, revision=before.revision + 1)
    return Put(to_item(written, sequence_key(after.ldc), {"epoch": epoch}), condition)
