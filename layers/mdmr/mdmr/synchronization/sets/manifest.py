"""The Manifest of a set: its number, when it was extracted, and the files that belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.files.filetypes import INBOUND, Form
from mdmr.exchange.files.frame import scan
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.synchronization import (
    INCREMENTAL,
    MANDATORY,
    MANIFEST,
    PERIODIC,
    RECORDS,
)
from mdmr.exchange.files.layouts.tables import HEADER_FIELDS
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.case import Case
from mdmr.exchange.inbound.checks import FRAME_CHECKS, Facts, Limits, header_of
from mdmr.exchange.inbound.reading import details
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.hub import Hub
from mdmr.synchronization.sets.rows import SetFile

_LAYOUTS = {"3000": PERIODIC, "4000": INCREMENTAL}
_MAN = RECORDS[MANIFEST][0]
# Fields of the header from TX_ID on: File Number, Segment Number, Extracted Date Time and so on.
_EXTRACTED, _SYNC_TYPE, _SEQUENCE, _COUNT = (len(HEADER_FIELDS) + n for n in (3, 4, 5, 6))
FIRST_SEGMENT = "01"
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
    """The Manifest breaks its frame or its layout, or contradicts itself."""


def read(hub: Hub, file: SetFile) -> Manifest:
    """Return the Manifest that an accepted file 00 is. Raises UnreadableManifestError."""
    arrival = Arrival(file.key, file.version_id, 0, file.arrived)
    name = FileName.parse(arrival.name)
    if name is None:
        raise UnreadableManifestError(arrival.name)
    file_type = replace(
        INBOUND[name.file_id], form=Form.FRAME, layout=_LAYOUTS[name.file_id][MANIFEST]
    )
    found = scan(hub.inbound.stream(arrival.key, arrival.version_id), Form.FRAME)
    facts = Facts(Case(arrival, name, file_type, found), _NO_LIMITS, refused=False)
    if not found.clean or any(hits(facts) for _, hits in FRAME_CHECKS):
        raise UnreadableManifestError(arrival.name)
    header = header_of(facts)
    values = () if header is None else header.values
    sequence, extracted = values[_SEQUENCE], values[_EXTRACTED]
    if sequence is None or extracted is None or values[_COUNT] != found.details:
        raise UnreadableManifestError(arrival.name)
    return Manifest(
        cast("int", sequence),
        cast("datetime", extracted),
        str(values[_SYNC_TYPE] or ""),
        _listed(hub, arrival),
    )


def _listed(hub: Hub, arrival: Arrival) -> dict[tuple[str, str], Listed]:
    listed: dict[tuple[str, str], Listed] = {}
    for line in details(hub.inbound, arrival):
        reading = records.read(_MAN, line.text)
        if not reading.valid:
            raise UnreadableManifestError(arrival.name)
        number, segment, name, _ = reading.texts
        # Two records about one file contradict each other, whatever else they say.
        if (number, segment) in listed:
            raise UnreadableManifestError(arrival.name)
        listed[number, segment] = Listed(name, cast("int", reading.values[3]))
    return dict(sorted(listed.items()))
