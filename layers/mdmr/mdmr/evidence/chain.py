"""The chain of evidence: a deed is committed together with its record, or not at all.

| What | Partition | Sort key |
|---|---|---|
| last record | `EVIDENCE` | `HEAD` |
| record | `EVIDENCE#<number>` | `<epoch>` |
| how far a bucket has the records | `FILED#<bucket>` | `EVIDENCE` |

A chain has two records of one number only when a region took over before it had seen the last one
of the other: both are kept, and `examine` tells of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mdmr.evidence.records import FIRST, NONE_BEFORE, Deed, Record, item_of
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import Absent, ConditionFailedError, Equal, Item, Key, Put, StateStore, Write

PARTITION = "EVIDENCE"
_HEAD = Key(PARTITION, "HEAD")
# All that operators do meets at the one head.
_MAX_ATTEMPTS = 20


@record_type()
class Head(Struct, frozen=True):
    """The last record of the chain: its number and its hash."""

    number: int
    sha256: str


def commit(hub: Hub, deed: Deed, *writes: Write) -> Record:
    """Commit writes together with the record of the deed and return that.

    Raises ConditionFailedError with the positions of `writes` when one of their conditions does
    not hold, WriteContentionError when others' deeds came first too often.
    """

    def attempt() -> Record:
        head = _head(hub.state)
        record = _after(head, deed)
        unchanged = Absent() if head is None else Equal("sha256", head.sha256)
        hub.state.commit(
            *writes,
            Put(item_of(record), condition=Absent()),
            Put(to_item(Head(record.number, record.sha256), _HEAD), condition=unchanged),
        )
        return record

    def at_the_head(fault: Exception) -> bool:
        return isinstance(fault, ConditionFailedError) and min(fault.failed) >= len(writes)

    return retry_on_contention(
        hub.backoff,
        Contended.EVIDENCE,
        "evidence",
        attempt,
        retries=at_the_head,
        max_attempts=_MAX_ATTEMPTS,
    )


def last(state: StateStore) -> int:
    """Return the number of the last record, 0 when there is none."""
    head = _head(state)
    return 0 if head is None else head.number


def stored(state: StateStore, first: int, to: int) -> Iterator[Item]:
    """Yield the items of the records from one number to another, both included."""
    for number in range(max(first, FIRST), to + 1):
        yield from state.query(f"{PARTITION}#{number}")


def examine(state: StateStore, first: int, to: int) -> list[str]:
    """Return what is wrong with the chain between two numbers, a line each; none if it is whole."""
    faults = []
    before = {from_item(Record, item).sha256 for item in stored(state, first - 1, first - 1)}
    for number in range(max(first, FIRST), to + 1):
        items = list(stored(state, number, number))
        records = [from_item(Record, item) for item in items]
        faults += _faults(number, items, records, before or {NONE_BEFORE})
        before = {each.sha256 for each in records}
    return faults


def _faults(number: int, items: list[Item], records: list[Record], before: set[str]) -> list[str]:
    if not records:
        return [f"record {number} is missing"]
    faults = [
        f"record {number} was changed"
        for item, record in zip(items, records, strict=True)
        if item["sha256"] != record.sha256 or record.number != number
    ]
    faults += [
        f"record {number} does not follow on the one before"
        for record in records
        if record.previous not in before
    ]
    if len(records) > 1:
        epochs = ", ".join(str(each.deed.epoch) for each in records)
        faults.append(f"record {number} was written in several epochs: {epochs}")
    return faults


def _head(state: StateStore) -> Head | None:
    item = state.get(_HEAD)
    return None if item is None else from_item(Head, item)


def _after(head: Head | None, deed: Deed) -> Record:
    if head is None:
        return Record(FIRST, deed, NONE_BEFORE)
    return Record(head.number + 1, deed, head.sha256)
