"""The frame of a file of a set: name, header, counts and end, as staging judges them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from mdmr.exchange.files.filetypes import set_layout
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.synchronization import HEADER, MANIFEST
from mdmr.exchange.files.layouts.tables import (
    END_RECORD,
    HEADER_FIELDS,
    FileLayout,
    RecordLayout,
)
from mdmr.synchronization.records import Place
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging.findings import Finding, about

_TYPES = {"3000": "P", "4000": "I"}
_COUNT = len(HEADER_FIELDS) - 1
_EXTRACTED, _SYNC_TYPE = len(HEADER_FIELDS) + 3, len(HEADER_FIELDS) + 4
# Own fields of the header that only the Manifest fills.
_OF_MANIFEST = slice(_SYNC_TYPE, len(HEADER_FIELDS) + len(HEADER))


class Expected(Struct, frozen=True):
    """What a file of a set must agree with.

    `extracted` and `count` are what the Manifest says of the set and of the file, None where that
    is not known or it is the Manifest itself. `latest` is the last Extracted Date Time that is not
    in the future.
    """

    set_id: SetId
    number: str
    segment: str
    name: str
    latest: datetime
    extracted: datetime | None = None
    count: int | None = None

    @property
    def layout(self) -> FileLayout:
        """The layout of the file: that of its FILE_ID, version and file number."""
        return set_layout(self.name, self.number)

    def place(self, line: int) -> Place:
        """Return the place of a line."""
        return Place(self.number, self.segment, line)


class Seen(Struct, frozen=True):
    """The frame as it was read: lines 1 and 2, the number of details, the EOF record.

    Each line is None where there is none. `followed`: a line follows the EOF record.
    """

    name: str | None
    header: str | None
    details: int
    end: str | None = None
    followed: bool = False


def frame_findings(expected: Expected, seen: Seen) -> list[Finding]:
    """Return what is wrong with the frame of a file, by line and code."""
    found: list[Finding] = []
    if seen.name != f"FNR|{expected.name}":
        found.append(about(expected.place(1), "S001", "FNR", ()))
    found += _of_header(expected, seen)
    if seen.end is not None:
        # Two lines before the details.
        at = expected.place(seen.details + 3)
        if _end_differs(seen, seen.end):
            found.append(about(at, "S005", "EOF", (), _count(seen.end.partition("|")[2])))
        found += _normalized(at, END_RECORD, seen.end)
    return found


def _of_header(expected: Expected, seen: Seen) -> Iterator[Finding]:
    reading = records.read(expected.layout.file_header, seen.header or "")
    texts = reading.texts if reading.counted else ()
    values = reading.values if reading.counted else (None,) * (_SYNC_TYPE + 1)
    extracted = values[_EXTRACTED]
    named = ("Extracted Date Time", texts[_EXTRACTED] if texts else "")
    told = {
        "S003": named,
        "S005": _count(texts[_COUNT] if texts else ""),
        "S006": ("Sync Type", texts[_SYNC_TYPE] if texts else ""),
        "S007": named,
    }
    is_manifest = expected.number == MANIFEST
    hits = {
        "S002": not reading.valid or not _filled_as_it_must(texts, is_manifest=is_manifest),
        "S003": None not in (extracted, expected.extracted) and extracted != expected.extracted,
        "S004": _differs_from_name(expected, reading),
        "S005": values[_COUNT] not in (None, seen.details)
        or expected.count not in (None, seen.details),
        "S006": is_manifest and values[_SYNC_TYPE] not in (None, _TYPES[expected.set_id.file_id]),
        "S007": is_manifest and isinstance(extracted, datetime) and extracted > expected.latest,
    }
    for code, hit in hits.items():
        if hit:
            yield about(expected.place(2), code, "FHR", (), told.get(code, ("", "")))
    yield from _normalized(expected.place(2), expected.layout.file_header, seen.header or "")


def _normalized(place: Place, layout: RecordLayout, line: str) -> Iterator[Finding]:
    """Yield S104 for each field of a record of the frame that is right, and was not sent so."""
    reading = records.read(layout, line)
    if not reading.counted:
        return
    faulty = {each.field.name for each in reading.faults}
    for each, sent in zip(layout.fields, records.split(line)[1:], strict=True):
        if each.name not in faulty and each.type.normalizes(sent):
            yield about(place, "S104", layout.record, (), (each.name, sent))


def _filled_as_it_must(texts: tuple[str, ...], *, is_manifest: bool) -> bool:
    return all(bool(each) is is_manifest for each in texts[_OF_MANIFEST])


def _differs_from_name(expected: Expected, reading: records.Reading) -> bool:
    """Return whether a field of the header that can be read is not what the name says."""
    if not reading.counted:
        return False
    set_id, layout = expected.set_id, expected.layout
    named = (set_id.file_id, layout.version, set_id.ldc, set_id.submitter)
    part = (set_id.tx_id, expected.number, expected.segment)
    faulty = {each.field.name for each in reading.faults}
    compared = zip(
        (*HEADER_FIELDS[: len(named)], *HEADER[: len(part)]),
        (*reading.texts[: len(named)], *reading.texts[len(HEADER_FIELDS) :]),
        (*named, *part),
        strict=False,
    )
    return any(text != wanted and each.name not in faulty for each, text, wanted in compared)


def _end_differs(seen: Seen, end: str) -> bool:
    return seen.followed or records.read(END_RECORD, end).values != (seen.details,)


def _count(text: str) -> tuple[str, str]:
    return "Detail Count", text
