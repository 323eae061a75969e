"""Examining one record: every rule that the record alone can break, with field and value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from mdmr.calendar.instants import est_seconds, read_est
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.tables import DELIMITER, FileLayout
from mdmr.exchange.files.layouts.types import FieldType, Why
from mdmr.synchronization.records import Place
from mdmr.synchronization.staging.findings import Finding, about
from mdmr.synchronization.staging.rows import Row, kind_of

_CODES = {
    Why.MISSING: "S012",
    Why.FORM: "S013",
    Why.UNREAL: "S014",
    Why.UNLISTED: "S016",
    Why.LETTERS: "S017",
}


class Rules(Struct, frozen=True):
    """How the records of a set are judged: P-Sync or not, and the last Start that is not far ahead.

    `far` is that instant as a Date/Time field.
    """

    periodic: bool
    far: str


class Examined(Struct, frozen=True):
    """What a record came to: its findings by code, and its row, None where it cannot be read."""

    findings: tuple[Finding, ...]
    row: Row | None = None


def examine(layout: FileLayout, rules: Rules, place: Place, line: str) -> Examined:
    """Examine a detail line by the layout of its file."""
    record, *sent = line.split(DELIMITER)
    own = layout.own.get(record)
    if own is None:
        return Examined((about(place, "S010", record, ()),))
    reading = records.read(own, line)
    if not reading.counted:
        return Examined((about(place, "S011", record, ()),))
    names = own.names
    why = {names.index(each.field.name): each.why for each in reading.faults}
    variant = own.variant([text.strip(" ") for text in sent])
    texts = tuple(
        text if at in why else canonical(variant.fields[at].type, text)
        for at, text in enumerate(reading.texts)
    )
    found = [
        about(place, _CODES[each], record, texts, (names[at], sent[at])) for at, each in why.items()
    ]
    found += [
        about(place, "S104", record, texts, (names[at], sent[at]))
        for at in range(len(sent))
        if at not in why and variant.fields[at].type.normalizes(sent[at])
    ]
    faulty = set(why)
    if names[-1] == "End":
        for code, at in _of_period(rules, texts, faulty):
            found.append(about(place, code, record, texts, (names[at], sent[at])))
            if code == "S015":
                faulty.add(at)
    submitted = () if texts == tuple(sent) else tuple(sent)
    row = Row(place, record, kind_of(record, texts), texts, frozenset(faulty), submitted)
    return Examined(tuple(sorted(found, key=lambda each: each.code)), row)


def canonical(kind: FieldType, text: str) -> str:
    """Return a valid text as it is compared: times of 14 digits, numbers without needless zeros."""
    if not text:
        return text
    if kind.label == "Date/Time":
        instant = read_est(text)
        return text if instant is None else est_seconds(instant)
    return plain_number(text) if kind.label.startswith("Number(") else text


def plain_number(text: str) -> str:
    """Return a number without superfluous zeros.

    >>> plain_number("-020.500")
    '-20.5'
    """
    sign = "-" if text.startswith("-") else ""
    whole, _, rest = text.removeprefix("-").partition(".")
    whole, rest = whole.lstrip("0") or "0", rest.rstrip("0")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def _of_period(rules: Rules, texts: Sequence[str], faulty: set[int]) -> Iterator[tuple[str, int]]:
    """Yield the codes that Start and End bring, each with the place of its field."""
    start_at, end_at = len(texts) - 2, len(texts) - 1
    if start_at in faulty:
        return
    start, end = texts[start_at], texts[end_at]
    if start > rules.far:
        yield "S102", start_at
    if end and end_at not in faulty and (end < start or (rules.periodic and end == start)):
        yield "S015", end_at
