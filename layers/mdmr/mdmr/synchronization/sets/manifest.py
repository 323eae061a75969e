"""The Manifest of a set: its number, when it was extracted, and the files that belong to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple, cast

from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.files.filetypes import INBOUND, Form, set_layout
from mdmr.exchange.files.frame import scan
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.synchronization import (
    HEADER,
    MANDATORY,
    MANIFEST,
    RECORDS,
)
from mdmr.exchange.files.layouts.tables import DELIMITER, HEADER_FIELDS
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.case import Case
from mdmr.exchange.inbound.checks import FRAME_CHECKS, Facts, Limits, header_of
from mdmr.exchange.inbound.explaining import Told, frame_faults, of_reading, shown
from mdmr.exchange.inbound.reading import Line, details
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.hub import Hub
from mdmr.synchronization.sets.rows import SetFile

_MAN = RECORDS[MANIFEST][0]
# Fields of the header from TX_ID on: File Number, Segment Number, Extracted Date Time and so on.
_EXTRACTED, _SYNC_TYPE, _SEQUENCE, _COUNT = (len(HEADER_FIELDS) + n for n in (3, 4, 5, 6))
FIRST_SEGMENT = "01"
_HEADER_LINE = 2
# More of what is wrong with a Manifest is not told; its sender corrects how it is made.
MAX_FAULTS = 20
# The checks of the frame ask for none.
_NO_LIMITS = Limits(0, timedelta())


class Listed(NamedTuple):
    """What a Manifest says of a file: its name and the number of its details."""

    name: str
    details: int


class Manifest(Struct, frozen=True):
    """A Manifest that can be read; `listed` by file number and segment, in the order of both."""

    sequence: int
    extracted: datetime
    sync_type: str
    listed: Mapping[tuple[str, str], Listed]

    @property
    def numbers(self) -> frozenset[str]:
        """The file numbers that are listed."""
        return frozenset(number for number, _ in self.listed)

    @property
    def lacks_mandatory(self) -> bool:
        """Whether a number of 01 to 05 is not listed."""
        return not self.numbers.issuperset(MANDATORY)

    @property
    def lacks_first_segment(self) -> bool:
        """Whether a listed number lacks segment 01."""
        return any((number, FIRST_SEGMENT) not in self.listed for number in self.numbers)


class UnreadableManifestError(Exception):
    """The Manifest breaks its frame or its layout, or contradicts itself.

    Attributes:
        faults: what is wrong with it, in the order of its lines; at most MAX_FAULTS.
    """

    def __init__(self, name: str, faults: Iterable[Told]) -> None:
        super().__init__(name)
        self.faults = tuple(islice(faults, MAX_FAULTS))


def read(hub: Hub, file: SetFile) -> Manifest:
    """Return the Manifest that an accepted file 00 is. Raises UnreadableManifestError."""
    arrival = Arrival(file.key, file.version_id, 0, file.arrived)
    name = FileName.parse(arrival.name)
    if name is None:
        raise UnreadableManifestError(
            arrival.name, [Told("the name is not that of a file of a set")]
        )
    file_type = replace(
        INBOUND[name.file_id], form=Form.FRAME, layout=set_layout(arrival.name, MANIFEST)
    )
    found = scan(hub.inbound.stream(arrival.key, arrival.version_id), Form.FRAME)
    facts = Facts(Case(arrival, name, file_type, found), _NO_LIMITS, refused=False)
    listed: dict[tuple[str, str], Listed] = {}
    faults = list(islice(_faults(hub, facts, listed), MAX_FAULTS))
    header = header_of(facts)
    if faults or header is None:
        raise UnreadableManifestError(arrival.name, faults)
    values = header.values
    return Manifest(
        cast("int", values[_SEQUENCE]),
        cast("datetime", values[_EXTRACTED]),
        str(values[_SYNC_TYPE] or ""),
        dict(sorted(listed.items())),
    )


def _faults(hub: Hub, facts: Facts, listed: dict[tuple[str, str], Listed]) -> Iterator[Told]:
    """Yield what makes a Manifest unreadable; what it lists is put into `listed`."""
    if not facts.case.scan.clean:
        yield Told("has bytes that are not allowed, or an empty line: must be printable ASCII")
        return
    for code, hits in FRAME_CHECKS:
        if hits(facts):
            yield from frame_faults(code, facts, _HEADER_LINE)
    header = header_of(facts)
    if header is not None and header.counted:
        yield from _of_own_fields(header, facts.case.scan.details)
    yield from _of_records(hub, facts.case.arrival, listed)


def _of_own_fields(header: records.Reading, details: int) -> Iterator[Told]:
    """Yield what is wrong with the fields that only a Manifest fills."""
    faulty = {fault.field.name for fault in header.faults}
    for at in (_SEQUENCE, _COUNT):
        field, value = HEADER[at - len(HEADER_FIELDS)].name, header.values[at]
        if field in faulty:
            continue
        if value is None:
            yield Told("is empty: file 00 must have it", _HEADER_LINE, field)
        elif at == _COUNT and value != details:
            told = f"is {value}: must be {details}, the number of MAN records"
            yield Told(told, _HEADER_LINE, field)


def _of_records(
    hub: Hub, arrival: Arrival, listed: dict[tuple[str, str], Listed]
) -> Iterator[Told]:
    for line in details(hub.inbound, arrival):
        reading = records.read(_MAN, line.text)
        if not reading.valid:
            yield from _of_record(reading, line)
            continue
        number, segment, name, _ = reading.texts
        # Two records about one file contradict each other, whatever else they say.
        if (number, segment) in listed:
            told = f"file {number}, segment {segment} is listed twice: must be listed once"
            yield Told(told, line.number, "Segment Number")
        listed[number, segment] = Listed(name, cast("int", reading.values[3]))


def _of_record(reading: records.Reading, line: Line) -> Iterator[Told]:
    kind = line.text.partition(DELIMITER)[0]
    if kind != _MAN.record:
        yield Told(f"has the record type {shown(kind)}: must be {_MAN.record}", line.number)
    else:
        yield from of_reading(reading, line.number, _MAN.width)
