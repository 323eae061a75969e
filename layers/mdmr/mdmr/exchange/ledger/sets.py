"""File sets as intake sees them: an accepted file joins its set, unless that takes no more.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| file set | `SET#<ldc>-<submitter>-<file id>-<tx id>` | `SET` | `unfinished` until it is over |
| file in it | its set's | `FILE#<file no>#<segment>` | |

The rest of a set's row is kept by `mdmr.synchronization.sets.rows`.
"""

from __future__ import annotations

from datetime import timedelta

from mdmr.calendar.instants import to_text
from mdmr.exchange.files.names import FileName, SetPart
from mdmr.exchange.ledger import restarts, unfinished
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.ledger.restarts import Restart
from mdmr.ports.hub import Hub
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
from mdmr.ports.work import InSet

PROCESS = "synchronization"
# What a set waits for is looked after by the sweep when it is so long overdue.
GRACE = timedelta(minutes=10)
_SORT = "SET"


def set_key(set_name: str) -> Key:
    """Return where a set lies."""
    return Key(f"SET#{set_name}", _SORT)


def file_key(set_name: str, number: str, segment: str) -> Key:
    """Return where a file of a set lies."""
    return Key(f"SET#{set_name}", f"FILE#{number}#{segment}")


def set_of(name: FileName, part: SetPart) -> InSet:
    """Return the set that a file belongs to; its id is also the name of its execution."""
    return InSet(name.org_1, name.org_2, name.file_id, part.tx_id)


def run_of(set_name: str) -> Restart:
    """Return the execution that works a set from its first file to its end."""
    return Restart(PROCESS, set_name, {"set": set_name})


def marks(set_name: str, due: Item) -> dict[str, Value]:
    """Return the attributes by which the sweep finds a set: when, and what it is to start."""
    return {**due, **restarts.mark(run_of(set_name))}


def is_closed(state: StateStore, set_name: str) -> bool:
    """Return whether a set takes no more files: it is complete, or it is over."""
    row = state.get(set_key(set_name))
    return row is not None and bool(row["closed"])


def join(state: StateStore, set_name: str, part: SetPart, receipt: Receipt) -> list[Write]:
    """Return the writes by which an accepted file joins its set, the first one begins it.

    On condition that the set still takes files, and for the first that there is none yet.
    """
    row, now = state.get(set_key(set_name)), receipt.history[-1].at
    key = file_key(set_name, part.file_no, part.segment_no)
    file: Item = {
        "pk": key.partition,
        "sk": key.sort,
        "receipt": receipt.id,
        "name": receipt.arrival.name,
        "object_key": receipt.arrival.key,
        "version_id": receipt.arrival.version_id,
        "details": receipt.details,
        "arrived": to_text(receipt.arrival.arrived),
        "accepted": to_text(now),
    }
    joined = Put(file, condition=AnyOf((Absent(), Equal("receipt", receipt.id))))
    if row is None:
        return [_begun(set_name, receipt), joined]
    # Only this attribute: whoever decides about the set sees by it that one more file is there.
    one_more = Update(
        set_key(set_name), set={"latest": receipt.id}, condition=Equal("closed", value=False)
    )
    return [one_more, joined]


def wake(hub: Hub, set_name: str) -> None:
    """Let the execution of a set look at it again; start it where it has not waited yet.

    One that is between looking and waiting sees by the set's row that something happened.
    """
    row = hub.state.get(set_key(set_name)) or {}
    token = str(row.get("token", ""))
    if token:
        hub.processes.wake(token)
    else:
        run_of(set_name).start(hub)


def _begun(set_name: str, receipt: Receipt) -> Put:
    at = receipt.history[-1].at
    key = set_key(set_name)
    item: Item = {
        "pk": key.partition,
        "sk": key.sort,
        "state": "COLLECTING",
        "closed": False,
        "first": to_text(at),
        "latest": receipt.id,
        "revision": 1,
        "epoch": receipt.epoch,
        "history": [{"state": "COLLECTING", "at": to_text(at), "reason": ""}],
        **marks(set_name, unfinished.until(at + GRACE)),
    }
    return Put(item, condition=Absent())
