"""Findings: what staging has to say about a record, a file or the set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct

from mdmr.exchange.files.layouts import records
from mdmr.jobs.lines import first_line, lines
from mdmr.synchronization.codes_staging import STAGING_CODES, Severity
from mdmr.synchronization.records import Place
from mdmr.synchronization.staging.rows import Row, references

# Where findings about the whole set stand: before all others, with the Manifest.
OF_THE_SET = Place("00", "01", 0)
_VALUE, _USDP, _ENTITY, _TYPE = 60, 8, 50, 3


class Finding(Struct, frozen=True, array_like=True):
    """One line of IR14: where, which code, and as far as there are any, what it is about."""

    place: Place
    code: str
    type: str = ""
    usdp: str = ""
    entity: str = ""
    field: str = ""
    value: str = ""

    @property
    def error(self) -> bool:
        """Whether it fails the set."""
        return STAGING_CODES[self.code].severity is Severity.ERROR

    @property
    def order(self) -> tuple[Place, str]:
        """Where it stands in the report: file, segment, record, code."""
        return self.place, self.code


class Summary(Struct, frozen=True):
    """What reading a segment or judging a part came to.

    `details` are the records that were there, `passed` those among them that say what was accepted
    before and were passed over; `size` the bytes of the rows of the others.
    """

    errors: int = 0
    warnings: int = 0
    details: int = 0
    size: int = 0
    passed: int = 0

    def __add__(self, other: Summary) -> Summary:
        return Summary(
            self.errors + other.errors,
            self.warnings + other.warnings,
            self.details + other.details,
            self.size + other.size,
            self.passed + other.passed,
        )


def about(
    place: Place, code: str, record: str, texts: Sequence[str], told: tuple[str, str] = ("", "")
) -> Finding:
    """Return the finding about a record of these fields; `told` are the field and its value."""
    field, value = told
    usdp = entity = ""
    if texts and (named := references(record, texts)):
        at, kind = named[0]
        entity = records.printable(texts[at], _ENTITY)
        usdp = records.printable(texts[at], _USDP) if kind == "S" else ""
    shown = records.printable(value, _VALUE)
    return Finding(place, code, records.printable(record, _TYPE), usdp, entity, field, shown)


def about_row(row: Row, code: str, told: tuple[str, str] = ("", "")) -> Finding:
    """Return the finding about a row; `told` are the field and its value."""
    return about(row.place, code, row.type, row.texts, told)


def summary(
    found: Iterable[Finding], *, details: int = 0, size: int = 0, passed: int = 0
) -> Summary:
    """Return the summary of findings."""
    errors = warnings = 0
    for each in found:
        if each.error:
            errors += 1
        else:
            warnings += 1
    return Summary(errors, warnings, details, size, passed)


def encode(total: Summary, found: Iterable[Finding]) -> Iterator[bytes]:
    """Yield the lines of an object with findings, the summary first."""
    encoder = msgspec.json.Encoder()
    yield encoder.encode(total) + b"\n"
    for each in found:
        yield encoder.encode(each) + b"\n"


def decode(pieces: Iterable[bytes]) -> Iterator[Finding]:
    """Yield the findings of an object."""
    decoder = msgspec.json.Decoder(Finding)
    found = lines(pieces)
    next(found)
    return map(decoder.decode, found)


def decode_summary(pieces: Iterable[bytes]) -> Summary:
    """Return the summary of an object with findings."""
    return msgspec.json.decode(first_line(pieces), type=Summary)
