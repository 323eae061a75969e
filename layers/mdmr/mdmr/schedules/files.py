"""What became of a schedule file: its states, one row each.

| What | Partition | Sort key |
|---|---|---|
| schedule file | `SCHEDULE#<ldc>` | `FILE#<receipt id>` |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from mdmr.exchange.files.codes import Acts
from mdmr.exchange.ledger.lifecycle import Phase, StateRule
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.state import Absent, Equal, Key, Put, StateStore

_PREFIX = "FILE#"


class LoadState(StrEnum):
    """How far a file is; CHECKED is what every file begins with, and never kept."""

    CHECKED = "CHECKED"
    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    LOADED = "LOADED"
    REJECTED = "REJECTED"
    REFUSED = "REFUSED"


FOLLOWING: Mapping[LoadState, frozenset[LoadState]] = {
    LoadState.CHECKED: frozenset(
        {LoadState.AWAITING_APPROVAL, LoadState.LOADED, LoadState.REJECTED}
    ),
    LoadState.AWAITING_APPROVAL: frozenset(
        {LoadState.LOADED, LoadState.REJECTED, LoadState.REFUSED}
    ),
    LoadState.LOADED: frozenset(),
    LoadState.REJECTED: frozenset(),
    LoadState.REFUSED: frozenset(),
}


_RULES = (
    StateRule(LoadState.CHECKED, Phase.PROCESSING, "The hub has checked the records.", "nobody"),
    StateRule(
        LoadState.AWAITING_APPROVAL,
        Phase.WAITING,
        "No record has an error. The operator must approve or refuse the schedule.",
        "nobody",
        acts=Acts.OPERATOR,
    ),
    StateRule(
        LoadState.LOADED,
        Phase.DONE,
        "The periods of the file are in the schedule.",
        "IR03",
        final=True,
    ),
    StateRule(
        LoadState.REJECTED,
        Phase.FAILED,
        "A record has an error. Nothing of the schedule is loaded.",
        "IR03",
        final=True,
        acts=Acts.SENDER,
    ),
    StateRule(
        LoadState.REFUSED,
        Phase.FAILED,
        "The operator refused the schedule. Nothing of it is loaded.",
        "IR03",
        final=True,
        acts=Acts.SENDER,
    ),
)
STATES = {each.state: each for each in _RULES}


@record_type()
class ScheduleFile(Struct, frozen=True):
    """A file of an LDC: its state since when, what was found, and the deliveries of its report.

    `request` decided its approval.
    """

    ldc: str
    receipt: str
    name: str
    state: LoadState
    at: datetime
    errors: int = 0
    warnings: int = 0
    request: str = ""
    deliveries: tuple[str, ...] = ()


def key_of_file(ldc: str, receipt_id: str) -> Key:
    """Return where the row of a file lies."""
    return Key(f"SCHEDULE#{ldc}", f"{_PREFIX}{receipt_id}")


def find(state: StateStore, ldc: str, receipt_id: str) -> ScheduleFile | None:
    """Return what became of a file, None when nothing is decided about it."""
    item = state.get(key_of_file(ldc, receipt_id))
    return None if item is None else from_item(ScheduleFile, item)


def awaiting(state: StateStore, ldc: str) -> Iterator[ScheduleFile]:
    """Yield the files of an LDC that wait for the operator's approval."""
    items = state.query(f"SCHEDULE#{ldc}", prefix=_PREFIX)
    files = (from_item(ScheduleFile, item) for item in items)
    return (file for file in files if file.state is LoadState.AWAITING_APPROVAL)


def put_file(after: ScheduleFile, before: LoadState) -> Put:
    """Return the write of a file's next state, on condition that it is in the one before.

    Raises ValueError when that state does not follow.
    """
    if after.state not in FOLLOWING[before]:
        message = f"a schedule file does not go from {before} to {after.state}"
        raise ValueError(message)
    item = to_item(after, key_of_file(after.ldc, after.receipt))
    first = before is LoadState.CHECKED
    return Put(item, condition=Absent() if first else Equal("state", before.value))
