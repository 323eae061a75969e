"""The order of work: file by file, and in a file records with an End first, then by Start.

What is asked of service agreements and VEE services looks ahead, to the meters after file 05 and
the components after file 07, and nothing asks for what they come to. So they are worked last: their
timelines are their own, and the outcome is that of the order of files.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mdmr.synchronization.records import AGREEMENT, Record

FILES = ("01", "02", "03", "04", "05", "07")
_VEE_SERVICE = "VEES"


def looks_ahead(record: Record) -> bool:
    """Return whether a record is judged by what comes after it in the set."""
    return record.type == AGREEMENT or (record.type == "PAR" and record.fields[2] == _VEE_SERVICE)


def in_order(records: Iterable[Record]) -> list[Record]:
    """Return records in the order in which they are worked."""
    return sorted(records, key=_place)


def _place(record: Record) -> tuple[bool, str, bool, datetime, str, int]:
    return (
        looks_ahead(record),
        record.place.number,
        record.end is None,
        record.start,
        record.place.segment,
        record.place.line,
    )
