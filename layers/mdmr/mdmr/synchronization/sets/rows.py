"""Rows of a file set: what was decided about it, and its files.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| file set | `SET#<ldc>-<submitter>-<file id>-<tx id>` | `SET` | `unfinished`, `by_organization` |
| file in it | its set's | `FILE#<file no>#<segment>` | |

A set is in `unfinished` until it is over, and in `by_organization` under `SETS#<ldc>`, by when its
first file was accepted. A row is changed on condition that nobody changed it since it was read, and
that no file joined the set since; each change is made with `commit`, under the lease and as the
gateway allows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import to_text
from mdmr.calendar.period import Period
from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.exchange.ledger import unfinished
from mdmr.ports.authority import Concern, Mandate
from mdmr.ports.codec import from_item, record_type, some_of, to_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import (
    Absent,
    AllOf,
    AnyOf,
    AtMost,
    Check,
    Equal,
    Key,
    Put,
    StateStore,
    Update,
    Write,
)
from mdmr.ports.views import Listing
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import execution
from mdmr.synchronization.sets.states import FINAL, GATHERING, Decision, SetState, check_move

__all__ = [
    "SETS",
    "Decision",
    "FileSet",
    "KeptInsideError",
    "SetFile",
    "SetState",
    "SetStep",
    "commit",
    "concern_of",
    "files",
    "find",
    "let_through",
    "move",
    "set_key",
]

# Work that is not over so long after it last told of itself is started again by the sweep.
_WORKING = timedelta(hours=2)


@record_type()
class SetFile(Struct, frozen=True):
    """An accepted file of a set: the object in the inbound bucket, and its detail count.

    `arrived` and `accepted` are when it was uploaded and when it joined the set.
    """

    number: str
    segment: str
    name: str
    key: str
    version_id: str
    receipt_id: str
    details: int
    arrived: datetime
    accepted: datetime


class SetStep(Struct, frozen=True):
    """A change of state: what, when, why (a code or a few words)."""

    state: SetState
    at: datetime
    reason: str = ""


@record_type()
class FileSet(Struct, frozen=True):
    """A set, what was decided about it, and how far its work has come.

    `first` is when its first file was accepted, `latest` the receipt of the last one. `sequence`
    and `extracted` are those of its Manifest, None until it is read. While it waits, `waits_for` is
    for what in a word (`sets.waiting.Reason`), `until` how long at most (None: nobody knows), and
    `looks` when its execution looks again; `token` is what that waits with. `reports` are the
    deliveries of its last reports, to be announced. `decision` is what the operator decided about a
    stopped set. `faults` say what is wrong with a Manifest that cannot be read. `followed`: all
    that follows from its end was done. The rest is as the reports tell it: the loader's and the
    processor's times and statuses; `parts` are the names of those that it was loaded in, the items
    of the steps of its processing.
    """

    id: SetId
    state: SetState
    first: datetime
    epoch: int
    revision: int = 1
    latest: str = ""
    sequence: int | None = None
    extracted: datetime | None = None
    waits_for: str = ""
    until: datetime | None = None
    looks: datetime | None = None
    token: str = ""
    stl_start: datetime | None = None
    stl_end: datetime | None = None
    stl_status: str = ""
    records_read: int = 0
    sync_start: datetime | None = None
    sync_end: datetime | None = None
    status: str = ""
    status_text: str = ""
    parts: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    decision: Decision = Decision.NONE
    followed: bool = False
    history: tuple[SetStep, ...] = ()

    @property
    def key(self) -> Key:
        """Where the set lies."""
        return set_key(self.id)

    @property
    def over(self) -> bool:
        """Whether it is in a final state."""
        return self.state in FINAL

    @property
    def since(self) -> datetime:
        """When it came into its state."""
        return self.history[-1].at

    @property
    def stopped_in(self) -> SetState | None:
        """In which state a stopped set was when it stopped, None for one that is not stopped."""
        if self.state is not SetState.STOPPED:
            return None
        before = (step.state for step in reversed(self.history))
        return next((state for state in before if state is not SetState.STOPPED), None)

    @property
    def stops(self) -> list[Period]:
        """The times in which it was stopped; the last one is open while it is."""
        after = (*(step.at for step in self.history[1:]), None)
        steps = zip(self.history, after, strict=True)
        return [Period(each.at, end) for each, end in steps if each.state is SetState.STOPPED]

    def moved(self, state: SetState, at: datetime, reason: str = "") -> FileSet:
        """Return the set in its next state, the step noted in its history, waiting for nothing.

        Raises IllegalSetMoveError for a state that never follows its own.
        """
        check_move(self.state, state)
        steps = (*self.history, SetStep(state, at, reason))
        return replace(self, state=state, history=steps, waits_for="", until=None, looks=None)


# Who decides about a set changes these: a file that joins it sets `latest`, who waits `token`.
_CHANGING = tuple(
    name for name in FileSet.__struct_fields__ if name not in ("id", "first", "latest", "token")
)


def set_key(set_id: SetId) -> Key:
    """Return where a set lies."""
    return set_id.key


def find(state: StateStore, set_id: SetId) -> FileSet | None:
    """Return a set, None when no file of it was accepted."""
    item = state.get(set_key(set_id))
    return None if item is None else from_item(FileSet, item)


def files(state: StateStore, set_id: SetId) -> list[SetFile]:
    """Return the files of a set by file number and segment."""
    items = state.query(set_key(set_id).partition, prefix="FILE#")
    return [from_item(SetFile, item) for item in items]


def concern_of(set_id: SetId) -> Concern:
    """Return whom and what a set concerns, for the gateway."""
    return Concern(set_id.submitter, set_id.ldc, set_id.file_id)


def let_through(hub: Hub, set_id: SetId) -> Check:
    """Return the check of the gate for a decision about a set.

    Raises KeptInsideError while the gateway keeps what is inside as it is.
    """
    gate = hub.gate.reading(concern_of(set_id))
    if not gate.works:
        raise KeptInsideError(str(set_id))
    return gate.check


def begin(file_set: FileSet) -> Put:
    """Return the write of a new set's row, on condition that there is none yet."""
    due = execution.marks(
        file_set.id, unfinished.until(file_set.key, file_set.since + execution.GRACE)
    )
    listed = {"organization": _listed(file_set.id.ldc), "arrived": to_text(file_set.first)}
    item = to_item(file_set, file_set.key, {"closed": _is_closed(file_set)}, due, listed)
    return Put(item, condition=Absent())


def put_file(set_id: SetId, file: SetFile) -> Put:
    """Return the write of a file in a set, on condition that no other file is that part of it."""
    key = Key(set_id.key.partition, f"FILE#{file.number}#{file.segment}")
    same = Equal("receipt_id", file.receipt_id)
    return Put(to_item(file, key), condition=AnyOf((Absent(), same)))


def move(before: FileSet, after: FileSet, *, now: datetime) -> Update:
    """Return the write of a set's row, on condition that it is as it was read.

    No file joined it either. Its revision becomes one more than that of `before`. The sweep looks
    after it when it is overdue from `now` on.
    """
    values = some_of(replace(after, revision=before.revision + 1), *_CHANGING)
    due = _due(after, now)
    marks = {} if due is None else execution.marks(after.id, unfinished.until(after.key, due))
    return Update(
        after.key,
        set={**values, "closed": _is_closed(after), **marks},
        remove=() if marks else unfinished.MARKS,
        condition=AllOf(
            (
                Equal("revision", before.revision),
                Equal("latest", before.latest),
                AtMost("epoch", after.epoch),
            )
        ),
    )


def commit(
    hub: Hub, before: FileSet, after: FileSet, *writes: Write, mandate: Mandate | None = None
) -> FileSet:
    """Change a set's row together with other writes, and return the set as it is then.

    Under the mandate whose epoch the writes bear, that of the moment where none does; the row takes
    its epoch. With the check of the gate. Raises
    NotActiveError, KeptInsideError, StateBusyError, and ConditionFailedError when the set or what
    the writes rest on was changed by others: read it again. The writes stand in the failed commit
    at the positions from 3 on.
    """
    mandate = mandate or hub.lease.mandate(str(before.id))
    after = stamped(after, mandate)
    gate = let_through(hub, before.id)
    hub.state.commit(mandate.check, gate, move(before, after, now=hub.clock.now()), *writes)
    return replace(after, revision=before.revision + 1)


def stamped(after: FileSet, mandate: Mandate) -> FileSet:
    """Return a set with the epoch of a mandate."""
    return replace(after, epoch=mandate.epoch)


def _is_closed(file_set: FileSet) -> bool:
    """Return whether a set takes no more files."""
    return SetState.COLLECTING not in (file_set.state, file_set.stopped_in)


def _due(each: FileSet, now: datetime) -> datetime | None:
    """Return when the sweep is to look after a set, None when nothing is open about it."""
    if each.over:
        return None if each.followed else now + execution.GRACE
    if each.looks is not None:
        return max(each.looks, now) + execution.GRACE
    works = each.state not in GATHERING and each.state is not SetState.STOPPED
    return now + (_WORKING if works else execution.GRACE)


def _listed(ldc: str) -> str:
    """Return the partition of `by_organization` with the sets of an LDC."""
    return f"SETS#{ldc}"


SETS: Listing[FileSet] = Listing(
    name="sets",
    read=partial(from_item, FileSet),
    index="by_organization",
    partition=_listed,
    belongs_to=lambda file_set, ldc: file_set.id.ldc == ldc,
)
"""The sets of an LDC, whoever submitted them, by when their first file was accepted."""
