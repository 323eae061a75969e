"""Request records of a 1000 and what each is answered: pure rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import Enum

from msgspec import Struct

from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.fast import line_expression
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_REQUEST, ASSIGNMENT_RESPONSE
from mdmr.exchange.files.layouts.tables import FileLayout, RecordLayout
from mdmr.identifiers.universal_id import Pair

_RESPONSE = ASSIGNMENT_RESPONSE.detail("DTL")
_LDC, _SDP = "LDC ORG ID", "SDP ID"
_LDC_SIZE, _SDP_SIZE = 8, 50


class Status(Enum):
    """Transaction Status of a request record."""

    ISSUED = "00"
    ALREADY_ISSUED = "01"
    INVALID_ORG_ID = "02"
    INCOMPLETE_DATA = "03"


class StatusMeaning(Struct, frozen=True):
    """When a record is given a status, and what its sender does about it."""

    condition: str
    remedy: str


MEANINGS = {
    Status.ISSUED: StatusMeaning("The hub issued the number now.", "Keep the number."),
    Status.ALREADY_ISSUED: StatusMeaning(
        "The SDP has a number already. An earlier record of the same file may have asked for it.",
        "Keep the number.",
    ),
    Status.INVALID_ORG_ID: StatusMeaning(
        "LDC ORG ID is empty, or it is not ORG_ID_1 of the file name.",
        "Request the number in a file whose ORG_ID_1 is the LDC of the record.",
    ),
    Status.INCOMPLETE_DATA: StatusMeaning(
        "The record does not have all its fields, or its SDP ID is empty, too long or of "
        "the wrong form.",
        "Correct the record and request the number again.",
    ),
}


class Request(Struct, frozen=True):
    """One request record.

    `ldc_text` and `sdp_text` are what the answer repeats; `pair` is None, and `refused` the
    status, when no number can be given.
    """

    line: int
    ldc_text: str
    sdp_text: str
    pair: Pair | None
    refused: Status | None = None


class Answer(Struct, frozen=True):
    """One answer record: the status, and the number with 00 and 01."""

    request: Request
    status: Status
    universal_sdp_id: str | None = None


class RequestForm(Struct, frozen=True):
    """How the records of one version of 1000 are read: `ldc` and `sdp` are places of fields."""

    record: RecordLayout
    plain: re.Pattern[str]
    ldc: int
    sdp: int

    @classmethod
    def of(cls, layout: FileLayout) -> RequestForm:
        """Return the form of a layout; fields are found by their names."""
        record = layout.detail("DTL")
        names = record.names
        return cls(record, line_expression(record), names.index(_LDC), names.index(_SDP))


REQUEST_FORM = RequestForm.of(ASSIGNMENT_REQUEST)


def read_request(
    line_number: int, line: str, ldc: str, form: RequestForm = REQUEST_FORM
) -> Request:
    """Return the request of a detail line of a file of `ldc` (ORG_ID_1).

    A record with both faults counts as incomplete only.
    """
    plain = form.plain.fullmatch(line)
    if plain is None or plain[form.ldc + 1] != ldc:
        return _examined(line_number, line, ldc, form)
    sdp_id = plain[form.sdp + 1]
    return Request(line_number, ldc, sdp_id, Pair(ldc, sdp_id))


def _examined(line_number: int, line: str, ldc: str, form: RequestForm = REQUEST_FORM) -> Request:
    """Return the request of a detail line, whatever its faults."""
    reading = records.read(form.record, line)
    raw = [text.strip(" ") for text in records.split(line)[1:]]
    ldc_text = raw[form.ldc][:_LDC_SIZE] if len(raw) > form.ldc else ""
    fold = form.record.fields[form.sdp].type.fold
    sdp_text = fold(raw[form.sdp])[:_SDP_SIZE] if len(raw) > form.sdp else ""
    faulty = {fault.field.name for fault in reading.faults}
    if not reading.counted or _SDP in faulty:
        return Request(line_number, ldc_text, sdp_text, None, Status.INCOMPLETE_DATA)
    if reading.texts[form.ldc] != ldc:
        return Request(line_number, ldc_text, sdp_text, None, Status.INVALID_ORG_ID)
    return Request(line_number, ldc_text, sdp_text, Pair(ldc, reading.texts[form.sdp]))


def write_answer(answer: Answer) -> str:
    """Return the answer's record of the 2000."""
    request = answer.request
    return records.write(
        _RESPONSE,
        (request.ldc_text, request.sdp_text, answer.universal_sdp_id, answer.status.value),
    )


class Tally(Struct, frozen=True):
    """How many records of a file were answered with each status."""

    issued: int = 0
    already_issued: int = 0
    invalid_org_id: int = 0
    incomplete_data: int = 0

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> Tally:
        """Return the tally of answers."""
        counts = Counter(answer.status for answer in answers)
        return cls(*(counts[status] for status in Status))

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(one + two for one, two in zip(self.counts, other.counts, strict=True)))

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """The four counts in the order of the statuses 00, 01, 02, 03."""
        return (self.issued, self.already_issued, self.invalid_org_id, self.incomplete_data)

    @property
    def requested(self) -> int:
        """All records: the sum of the four."""
        return sum(self.counts)
