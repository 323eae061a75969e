"""Plans in the data bucket: what a part comes to, written once and then only read.

| What | Key under `synchronization/<set>/` |
|---|---|
| plan of a part | `plans/<begin of the work>/<part>` |
| that the set is being applied, and since when | `applying` |
| that a part is applied | `applied/<part>` |

A plan is a result in sections (`mdmr.jobs.sections`) with its counts as the summary: rows of IR06,
rows of IR07, entries of the directory map, documents, and the entities that the next P-Sync must
not pass over. A set that is worked from its begin again, as nothing was applied yet, gets plans of
its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from mdmr.jobs import sections
from mdmr.jobs.merging import MAX_SOURCES, merged
from mdmr.jobs.objects import exists, find, put_if_absent
from mdmr.ports.objects import ObjectStore
from mdmr.synchronization.processing.plan import Plan
from mdmr.synchronization.processing.rows import KEY_LENGTH
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging.parts import folder

UPDATES, EXCEPTIONS, ENTRIES, DOCUMENTS = "updates", "exceptions", "entries", "documents"
UNSETTLED = "unsettled"


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
    content = {
        UPDATES: _encoded(plan.updates),
        EXCEPTIONS: _encoded(plan.exceptions),
        ENTRIES: entries,
        DOCUMENTS: documents,
        UNSETTLED: _encoded(unsettled),
    }
    # Where another run planned the part before, something around the set may have changed since.
    sections.write(data, key, plan.tally, content)


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
    return sections.summary(data, key, Tally)


lines = sections.lines


def reported(
    data: ObjectStore, keys: Sequence[str], section: str, set_id: SetId, at_once: int = MAX_SOURCES
) -> Iterator[str]:
    """Yield the rows of a section of plans (`keys`) in the order of reports, without their keys."""
    found = merged(data, keys, section, f"{folder(set_id)}/merged", at_once)
    return (line[KEY_LENGTH:].decode("ascii") for line in found)


def documents(data: ObjectStore, key: str, ldc: str, at: datetime) -> Iterator[Document]:
    """Yield the documents of a plan as they become known at an instant."""
    for line in lines(data, key, DOCUMENTS):
        document = _document(msgspec.json.decode(line, type=_Row), ldc)
        *older, newest = document.log
        yield replace(document, log=(*older, replace(newest, at=at)))


def begin_applying(data: ObjectStore, set_id: SetId, now: datetime) -> None:
    """Note that a set is being applied from now on, unless that was noted before."""
    put_if_absent(data, f"{folder(set_id)}/applying", to_text(now).encode())


def applying_since(data: ObjectStore, set_id: SetId) -> datetime | None:
    """Return since when a set is being applied, None when nothing of it is."""
    found = find(data, f"{folder(set_id)}/applying")
    return None if found is None else from_text(found.decode())


def set_applied(data: ObjectStore, set_id: SetId, part: str) -> None:
    """Note that a part is applied."""
    data.put_new(f"{folder(set_id)}/applied/{part}", b"")


def is_applied(data: ObjectStore, set_id: SetId, part: str) -> bool:
    """Return whether a part is applied."""
    return exists(data, f"{folder(set_id)}/applied/{part}")


def _encoded(rows: Iterable[str]) -> Iterator[bytes]:
    return (each.encode("ascii") for each in rows)


def _line_of(document: Document) -> bytes:
    timelines = timelines_to_text(document.timelines)
    deltas = [delta_to_text(each.at, each.by, each.before) for each in document.log]
    check_size(document, timelines, deltas)
    entity = document.entity
    row = _Row(
        entity.kind, entity.id, document.version, document.paged, timelines, log_to_text(deltas)
    )
    return msgspec.json.encode(row)


def _document(row: _Row, ldc: str) -> Document:
    return Document(
        entity=Entity(row.kind, ldc, row.id),
        version=row.version,
        timelines=timelines_from_text(row.timelines),
        log=tuple(Delta(*each) for each in log_from_text(row.log)),
        paged=row.paged,
    )
