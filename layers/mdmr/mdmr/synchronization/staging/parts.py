"""Parts of a set: records that hang together, and what the directory map knows of them.

A part is small enough to be worked in memory, and holds all records of the set about each of its
entities. It is an object in the data bucket that tells where the rows of the part lie.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from mdmr.directory.documents import Kind
from mdmr.jobs.objects import read_value
from mdmr.jobs.partitions import Slice, rows_of
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectStore
from mdmr.synchronization.records import Record
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging.rows import (
    NEXT,
    NOBODY,
    Row,
    decode,
    entities,
    kind_and_id,
    once_and_again,
)


class Known(Struct, frozen=True, array_like=True):
    """What the directory map knows of an SDP of a part."""

    sdp_id: str
    type: str


class SegmentSlice(Struct, frozen=True, array_like=True):
    """Rows of a segment, and where they lie.

    `before` is how many lines the file has before those from which the rows count theirs.
    """

    number: str
    segment: str
    before: int
    rows: Slice


class Part(Struct, frozen=True):
    """A part: its rows in the order of the set, and what is known of its entities.

    `known` are its SDPs, `meters` and `amcds` the assets that the directory map has; `omitted`
    the active SDPs that a P-Sync does not tell of.
    """

    slices: tuple[SegmentSlice, ...] = ()
    known: Mapping[str, Known] = {}
    meters: tuple[str, ...] = ()
    amcds: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()


class Unreadable(NamedTuple):
    """A row of which the hub cannot tell what it is about, and what was raised."""

    row: Row
    fault: Exception

    @property
    def entities(self) -> list[tuple[Kind, str]]:
        """The entities that it names, by kind and id."""
        return [kind_and_id(each) for each in entities(self.row).split(NEXT) if each[0] != NOBODY]


def folder(set_id: SetId) -> str:
    """Return how the keys of all objects of a set begin."""
    return f"synchronization/{set_id}"


def key(set_id: SetId, part: str) -> str:
    """Return the key of a part's object."""
    return f"{folder(set_id)}/parts/{part}.records"


def find(hub: Hub, set_id: SetId, part: str) -> Part:
    """Return a part. Raises ObjectMissingError where the set was not gathered."""
    return read_value(hub.data, key(set_id, part), Part)


def rows(data: ObjectStore, part: Part) -> Iterator[Row]:
    """Yield the rows of a part in the order of the set, duplicates too."""
    for each in part.slices:
        for line in rows_of(data, each.rows):
            yield decode(line, each.number, each.segment, each.before)


def records(hub: Hub, set_id: SetId, part: str) -> tuple[list[Record], list[Unreadable]]:
    """Return the records of a part of a loaded set in the order of the set, each once.

    Those of which the hub cannot tell what they are about are returned beside them.
    """
    found: list[Record] = []
    unreadable: list[Unreadable] = []
    for row in once_and_again(rows(hub.data, find(hub, set_id, part)))[0]:
        try:
            record = row.record()
            record.subject  # noqa: B018 - what is asked of every record, worked out here
        except Exception as fault:  # noqa: BLE001 - one record must not stop the others
            unreadable.append(Unreadable(row, fault))
        else:
            found.append(record)
    return found, unreadable


def omitted(hub: Hub, set_id: SetId, part: str) -> list[str]:
    """Return the active SDPs of a part that a P-Sync does not tell of, in order."""
    return list(find(hub, set_id, part).omitted)
