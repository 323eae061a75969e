r"""Rows: the records of a set between reading and processing, one line of text each.

A row is `<entities>\t<line>\t<record>`, where the entities are those the record is about or refers
to (`?` and a number where none can be read), and the record is the normalized line. Where a field
was not sent as it is compared, or is faulty, two more columns follow: the places of the faulty
fields, and the line as it was sent. The file number and the segment are those of the object that
the row lies in; in that of a range, lines are counted from its first one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zlib import crc32

from msgspec import Struct

from mdmr.calendar.instants import end_after, read_est
from mdmr.directory.documents import Entity, Kind
from mdmr.exchange.files.layouts.tables import DELIMITER
from mdmr.synchronization.records import Place, Record

COLUMN, NEXT = "\t", " "
_SDP, _METER, _AMCD = "S", "M", "A"
_KINDS = {_SDP: Kind.SDP, _METER: Kind.METER, _AMCD: Kind.AMCD}
_NAMED = {kind: letter for letter, kind in _KINDS.items()}
# Rows that name no entity are brought together by what they say, in so many groups.
NOBODY, _GROUPS = "?", 64
# An event is kept for this long.
EVENT = timedelta(seconds=1)
OCCUPANT_CHANGE = "OCCH"
_CODE = 2

# By record type (REL and PAR: with the relationship type and the level) the fields that name
# entities, and which kind. The first is the one that the record is about.
REFERENCES: dict[str, tuple[tuple[int, str], ...]] = {
    "SDP": ((0, _SDP),),
    "MTR": ((0, _METER),),
    "COM": ((0, _AMCD),),
    "PRM": ((0, _SDP),),
    "SAG": ((0, _SDP),),
    "PAR/S": ((1, _SDP),),
    "PAR/M": ((1, _METER),),
    "REL/SM": ((1, _SDP), (2, _METER)),
    "REL/MC": ((1, _METER), (2, _AMCD)),
    **{f"REL/{kind}": ((1, _SDP),) for kind in ("SA", "SB", "SO", "SE", "SC")},
    "CTC": ((0, _SDP), (2, _SDP)),
    "CTF": ((0, _SDP),),
}
# What a record is about whose type, or level, is not known: the field after it, of no known kind.
_UNKNOWN = {"REL": ((1, ""),), "PAR": ((1, ""),)}


class Row(Struct, frozen=True, gc=False):
    """A record as it was read; it may have faulty fields.

    `kind` is what it tells of: its type, of REL and PAR with what their first field says. `texts`
    are all fields from field 2 on as they are compared, Start and End with 14 digits; `faulty` are
    the places of those that have no such form, and stand as they were sent. `submitted` are all
    fields as they were sent, empty where nothing was normalized.
    """

    place: Place
    type: str
    kind: str
    texts: tuple[str, ...]
    faulty: frozenset[int] = frozenset()
    submitted: tuple[str, ...] = ()

    def named(self, at: int) -> str:
        """Return the field at a place, empty where it is faulty."""
        return "" if at in self.faulty else self.texts[at]

    def record(self) -> Record:
        """Return the record of a row without faults. Raises ValueError where it has one."""
        *fields, start, end = self.texts
        begins = _instant(start)
        ends = _instant(end) if end else None
        # An event: it happens at an instant, and holds no longer. It can be taken back.
        if self.type == "PAR" and fields[_CODE] == OCCUPANT_CHANGE and ends != begins:
            ends = end_after(begins, EVENT)
        return Record(
            self.place, self.type, tuple(fields), begins, ends, self.submitted[: len(fields)]
        )


def kind_of(record: str, texts: Sequence[str]) -> str:
    """Return what a record tells of: its type, of REL and PAR with what the first field says."""
    return f"{record}/{texts[0]}" if record in ("REL", "PAR") else record


def references(record: str, texts: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Return the fields of a record that name entities, and their kinds; empty: not known."""
    return REFERENCES.get(kind_of(record, texts), ()) or _UNKNOWN.get(record, ())


def entities(row: Row) -> str:
    """Return the entities that a row names in fields without fault.

    Where it names none, a name that rows have in common which say the same.
    """
    names = [
        f"{kind}{row.texts[at]}"
        for at, kind in REFERENCES.get(row.kind, ())
        if at not in row.faulty
    ]
    if names:
        return NEXT.join(names)
    return f"{NOBODY}{crc32(DELIMITER.join(row.texts).encode()) % _GROUPS}"


def name_of(entity: Entity) -> str:
    """Return the name of an entity in rows: its kind's letter and its id."""
    return f"{_NAMED[entity.kind]}{entity.id}"


def kind_and_id(entity: str) -> tuple[Kind, str]:
    """Return kind and id of an entity of a row."""
    return _KINDS[entity[0]], entity[1:]


def encode(row: Row) -> str:
    """Return the line of a row, with its end."""
    columns = [entities(row), str(row.place.line), "|".join((row.type, *row.texts))]
    if row.faulty or row.submitted:
        columns += [" ".join(map(str, sorted(row.faulty))), "|".join(row.submitted)]
    return COLUMN.join(columns) + "\n"


def decode(line: str, number: str, segment: str, before: int = 0) -> Row:
    """Return the row of a line (without its end) of a segment.

    `before` is how many lines stand before those that its own number counts.
    """
    _, at, text, *rest = line.split(COLUMN)
    record, *texts = text.split("|")
    place, kind = Place(number, segment, before + int(at)), kind_of(record, texts)
    if not rest:
        return Row(place, record, kind, tuple(texts))
    faulty, submitted = rest
    return Row(
        place,
        record,
        kind,
        tuple(texts),
        frozenset(map(int, faulty.split())),
        tuple(submitted.split("|")) if submitted else (),
    )


def once_and_again(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows that say what no row before says, and the others; both in their order."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    once: list[Row] = []
    again: list[Row] = []
    for row in rows:
        said = (row.type, row.texts)
        if said in seen:
            again.append(row)
        else:
            seen.add(said)
            once.append(row)
    return once, again


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    found = read_est(text)
    if found is None:
        message = f"{text!r} is no time"
        raise ValueError(message)
    return found
