"""Rows of a file set: what was decided about it, and its files.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| file set | `SET#<ldc>-<submitter>-<file id>-<tx id>` | `SET` | `unfinished` until it is over |
| file in it | its set's | `FILE#<file no>#<segment>` | |

A row is changed on condition that nobody changed it since it was read, and that no file joined the
set since; each change is made with `commit`, under the lease and as the gateway allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import from_text, to_text
from mdmr.calendar.period import Period
from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.exchange.ledger import unfinished
from mdmr.ports.authority import Concern, Mandate
from mdmr.ports.hub import Hub
from mdmr.ports.state import (
    Absent,
    AllOf,
    AnyOf,
    AtMost,
    Check,
    Equal,
    Item,
    Key,
    Put,
    StateStore,
    Update,
    Value,
    Write,
)
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import execution
from mdmr.synchronization.sets.states import FINAL, GATHERING, Decision, SetState, check_move

__all__ = [
    "Decision",
    "FileSet",
    "KeptInsideError",
    "SetFile",
    "SetState",
    "SetStep",
    "commit",
    "concern_of",
    "file_set_of",
    "files",
    "find",
    "let_through",
    "move",
    "set_key",
]

# Work that is not over so long after it last told of itself is started again by the sweep.
_WORKING = timedelta(hours=2)
_INSTANTS = ("extracted", "stl_start", "stl_end", "sync_start", "sync_end", "until", "looks")


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


def set_key(set_id: SetId) -> Key:
    """Return where a set lies."""
    return set_id.key


def find(state: StateStore, set_id: SetId) -> FileSet | None:
    """Return a set, None when no file of it was accepted."""
    item = state.get(set_key(set_id))
    return None if item is None else file_set_of(item)


def files(state: StateStore, set_id: SetId) -> list[SetFile]:
    """Return the files of a set by file number and segment."""
    return [_file_of(item) for item in state.query(set_key(set_id).partition, prefix="FILE#")]


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
    item: Item = {
        "pk": file_set.key.partition,
        "sk": file_set.key.sort,
        **{name: value for name, value in _values(file_set).items() if value is not None},
        "first": to_text(file_set.first),
        "latest": file_set.latest,
        **execution.marks(file_set.id, unfinished.until(file_set.since + execution.GRACE)),
    }
    return Put(item, condition=Absent())


def put_file(set_id: SetId, file: SetFile) -> Put:
    """Return the write of a file in a set, on condition that no other file is that part of it."""
    item: Item = {
        "pk": set_id.key.partition,
        "sk": f"FILE#{file.number}#{file.segment}",
        "receipt": file.receipt_id,
        "name": file.name,
        "object_key": file.key,
        "version_id": file.version_id,
        "details": file.details,
        "arrived": to_text(file.arrived),
        "accepted": to_text(file.accepted),
    }
    return Put(item, condition=AnyOf((Absent(), Equal("receipt", file.receipt_id))))


def move(before: FileSet, after: FileSet, *, now: datetime) -> Update:
    """Return the write of a set's row, on condition that it is as it was read.

    No file joined it either. Its revision becomes one more than that of `before`. The sweep looks
    after it when it is overdue from `now` on.
    """
    values = _values(replace(after, revision=before.revision + 1))
    due = _due(after, now)
    remove = [name for name, value in values.items() if value is None]
    if due is None:
        remove += unfinished.MARKS
    else:
        values |= execution.marks(after.id, unfinished.until(due))
    return Update(
        after.key,
        set={name: value for name, value in values.items() if value is not None},
        remove=tuple(remove),
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


def file_set_of(item: Item) -> FileSet:
    """Return the set of an item."""
    instants = {name: from_text(str(item[name])) for name in _INSTANTS if name in item}
    steps = cast("Sequence[Item]", item["history"])
    sequence = item.get("sequence")
    return FileSet(
        id=SetId.of(str(item["pk"]).partition("#")[2]),
        state=SetState(str(item["state"])),
        first=from_text(str(item["first"])),
        epoch=int(str(item["epoch"])),
        revision=int(str(item["revision"])),
        latest=str(item["latest"]),
        sequence=None if sequence is None else int(str(sequence)),
        waits_for=str(item.get("waits_for", "")),
        token=str(item.get("token", "")),
        stl_status=str(item.get("stl_status", "")),
        records_read=int(str(item.get("records_read", 0))),
        status=str(item.get("status", "")),
        status_text=str(item.get("status_text", "")),
        parts=tuple(cast("Sequence[str]", item.get("parts", ()))),
        reports=tuple(cast("Sequence[str]", item.get("reports", ()))),
        faults=tuple(cast("Sequence[str]", item.get("faults", ()))),
        decision=Decision(str(item.get("decision", ""))),
        followed=bool(item.get("followed", False)),
        history=tuple(
            SetStep(SetState(str(each["state"])), from_text(str(each["at"])), str(each["reason"]))
            for each in steps
        ),
        **instants,
    )


def _values(each: FileSet) -> dict[str, Value]:
    """Return the attributes of a row but its key, `latest` and `token`; None: to be removed."""
    instants: Mapping[str, datetime | None] = {name: getattr(each, name) for name in _INSTANTS}
    return {
        "state": each.state.value,
        "closed": SetState.COLLECTING not in (each.state, each.stopped_in),
        "epoch": each.epoch,
        "revision": each.revision,
        "sequence": each.sequence,
        "waits_for": each.waits_for,
        "stl_status": each.stl_status,
        "records_read": each.records_read,
        "status": each.status,
        "status_text": each.status_text,
        "parts": list(each.parts),
        "reports": list(each.reports),
        "faults": list(each.faults) or None,
        "decision": each.decision.value,
        "followed": each.followed,
        "history": [
            {"state": step.state.value, "at": to_text(step.at), "reason": step.reason}
            for step in each.history
        ],
        **{name: None if at is None else to_text(at) for name, at in instants.items()},
    }


def _due(each: FileSet, now: datetime) -> datetime | None:
    """Return when the sweep is to look after a set, None when nothing is open about it."""
    if each.over:
        return None if each.followed else now + execution.GRACE
    if each.looks is not None:
        return max(each.looks, now) + execution.GRACE
    works = each.state not in GATHERING and each.state is not SetState.STOPPED
    return now + (_WORKING if works else execution.GRACE)


def _file_of(item: Item) -> SetFile:
    _, number, segment = str(item["sk"]).split("#")
    return SetFile(
        number,
        segment,
        str(item["name"]),
        str(item["object_key"]),
        str(item["version_id"]),
        str(item["receipt"]),
        int(str(item["details"])),
        from_text(str(item["arrived"])),
        from_text(str(item["accepted"])),
    )
