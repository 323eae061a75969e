"""The order of processing: file by file, and in a file records with an End first, then by Start.

What is asked of service agreements and VEE services looks ahead, to the meters after file 05 and
the components after file 07, and nothing asks for what they come to. So they are processed after
file 07: their timelines are their own, and the outcome is that of the order of files. Cancels in
file 01 come last of all, so that one set can take back an SDP with all that belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mdmr.synchronization.records import AGREEMENT, Record

FILES = ("01", "02", "03", "04", "05", "07")
_ASSETS, _VEE_SERVICE = FILES[0], "VEES"
_BY_FILE, _LOOKING_AHEAD, _CANCELLING_ENTITIES = range(3)


def looks_ahead(record: Record) -> bool:
    """Return whether a record is judged by what comes after it in the set."""
    return record.type == AGREEMENT or (record.type == "PAR" and record.fields[2] == _VEE_SERVICE)


def in_order(records: Iterable[Record]) -> list[Record]:
    """Return records in the order in which they are processed."""
    return sorted(records, key=_place)


def _turn(record: Record) -> int:
    if record.cancels and record.place.number == _ASSETS:
        return _CANCELLING_ENTITIES
    return _LOOKING_AHEAD if looks_ahead(record) else _BY_FILE


def _place(record: Record) -> tuple[int, str, bool, datetime, str, int]:
    return (
        _turn(record),
        record.place.number,
        record.end is None,
        record.start,
        record.place.segment,
        record.place.line,
    )
