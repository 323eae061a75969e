"""Plans in the data bucket: what a part comes to, written once and then only read.

| What | Key under `synchronization/<set>/` |
|---|---|
| plan of a part | `plans/<begin of the work>/<part>` |
| that the set is being applied, and since when | `applying` |
| that a part is applied | `applied/<part>` |

A plan is one object: a line with its counts and the sizes of its sections, then the sections, each
of lines: rows of IR06, rows of IR07, entries of the directory map, documents, and the entities that
the next P-Sync must not pass over. Whoever writes first wins, so that every step after it sees the
same. A set that is worked from its begin again, as nothing was applied yet, gets plans of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import from_text, to_text
from mdmr.directory.compact import (
    delta_to_text,
    log_from_text,
    log_to_text,
    timelines_from_text,
    timelines_to_text,
)
from mdmr.directory.documents import Delta, Document, Entity, Kind
from mdmr.directory.writing import check_size
from mdmr.ports.objects import ObjectMissingError, ObjectStore, ObjectTakenError
from mdmr.synchronization.processing.plan import Plan
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging.parts import folder

UPDATES, EXCEPTIONS, ENTRIES, DOCUMENTS = "updates", "exceptions", "entries", "documents"
UNSETTLED = "unsettled"
_ORDER = (UPDATES, EXCEPTIONS, ENTRIES, DOCUMENTS, UNSETTLED)


class _Head(Struct, frozen=True):
    """The first line of a plan: its counts, and how many bytes each section has."""

    tally: Tally
    sizes: dict[str, int]


class _Row(Struct, frozen=True, array_like=True):
    """A document as a line."""

    kind: Kind
    id: str
    version: int
    paged: int
    timelines: str
    log: str


def plan_key(set_id: SetId, begun: datetime, part: str) -> str:
    """Return the key of the plan of a part of a set whose work begun at an instant."""
    return f"{folder(set_id)}/plans/{to_text(begun)}/{part}"


def write(
    data: ObjectStore,
    key: str,
    plan: Plan,
    entries: Iterable[bytes],
    unsettled: Iterable[str],
    documents: Iterable[bytes],
) -> None:
    """Write a plan with the lines of its map entries and unsettled entities, unless it is there.

    `documents` are the lines of its documents.
    """
    sections = {
        UPDATES: _body(plan.updates),
        EXCEPTIONS: _body(plan.exceptions),
        ENTRIES: b"".join(each + b"\n" for each in entries),
        DOCUMENTS: b"".join(documents),
        UNSETTLED: _body(unsettled),
    }
    head = _Head(plan.tally, {name: len(body) for name, body in sections.items()})
    content = b"".join((msgspec.json.encode(head), b"\n", *sections.values()))
    try:
        data.put_new(key, content)
    except ObjectTakenError:
        # Another run planned the part before; something around the set may have changed since.
        return


def lines_of(documents: Iterable[Document]) -> tuple[list[bytes], dict[Entity, Exception]]:
    """Return the lines of documents, and which have none, each with what was raised.

    That is DocumentTooLargeError for one that no item can hold: a plan that could not be applied
    is none.
    """
    lines: list[bytes] = []
    faults: dict[Entity, Exception] = {}
    for each in documents:
        try:
            lines.append(_line_of(each))
        except Exception as fault:  # noqa: BLE001 - one document must not stop the others
            faults[each.entity] = fault
    return lines, faults


def tally(data: ObjectStore, key: str) -> Tally | None:
    """Return the counts of a plan, None where there is no plan."""
    try:
        head, _ = _head(data, key)
    except ObjectMissingError:
        return None
    return head.tally


def lines(data: ObjectStore, key: str, section: str) -> Iterator[bytes]:
    """Yield the lines of a section of a plan, without their ends. Raises ObjectMissingError."""
    head, begin = _head(data, key)
    before = _ORDER[: _ORDER.index(section)]
    start = begin + sum(head.sizes[each] for each in before)
    left = head.sizes[section]
    rest = b""
    for piece in data.stream(key, start=start) if left else ():
        taken = piece[:left]
        left -= len(taken)
        *whole, rest = (rest + taken).split(b"\n")
        yield from whole
        if not left:
            return


def documents(data: ObjectStore, key: str, ldc: str, at: datetime) -> Iterator[Document]:
    """Yield the documents of a plan as they become known at an instant."""
    for line in lines(data, key, DOCUMENTS):
        document = _document(msgspec.json.decode(line, type=_Row), ldc)
        *older, newest = document.log
        yield replace(document, log=(*older, replace(newest, at=at)))


def begin_applying(data: ObjectStore, set_id: SetId, now: datetime) -> None:
    """Note that a set is being applied from now on, unless that was noted before."""
    try:
        data.put_new(f"{folder(set_id)}/applying", to_text(now).encode())
    except ObjectTakenError:
        return


def applying_since(data: ObjectStore, set_id: SetId) -> datetime | None:
    """Return since when a set is being applied, None when nothing of it is."""
    try:
        return from_text(data.read(f"{folder(set_id)}/applying").decode())
    except ObjectMissingError:
        return None


def set_applied(data: ObjectStore, set_id: SetId, part: str) -> None:
    """Note that a part is applied."""
    data.put_new(f"{folder(set_id)}/applied/{part}", b"")


def is_applied(data: ObjectStore, set_id: SetId, part: str) -> bool:
    """Return whether a part is applied."""
    try:
        data.describe(f"{folder(set_id)}/applied/{part}")
    except ObjectMissingError:
        return False
    return True


def _head(data: ObjectStore, key: str) -> tuple[_Head, int]:
    """Return the head of a plan, and where its first section begins."""
    begin = b""
    for piece in data.stream(key):
        begin += piece
        if b"\n" in begin:
            break
    line = begin.partition(b"\n")[0]
    return msgspec.json.decode(line, type=_Head), len(line) + 1


def _body(rows: Iterable[str]) -> bytes:
    return b"".join(each.encode("ascii") + b"\n" for each in rows)


def _line_of(document: Document) -> bytes:
    timelines = timelines_to_text(document.timelines)
    deltas = [delta_to_text(each.at, each.by, each.before) for each in document.log]
    check_size(document, timelines, deltas)
    entity = document.entity
    row = _Row(
        entity.kind, entity.id, document.version, document.paged, timelines, log_to_text(deltas)
    )
    return msgspec.json.encode(row) + b"\n"


def _document(row: _Row, ldc: str) -> Document:
    return Document(
        entity=Entity(row.kind, ldc, row.id),
        version=row.version,
        timelines=timelines_from_text(row.timelines),
        log=tuple(Delta(*each) for each in log_from_text(row.log)),
        paged=row.paged,
    )
