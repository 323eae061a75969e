"""What exactly is wrong with a file's frame, for its sender to fix: line, field, what is allowed.

Each text says what was found, a colon, and what must stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.files.filetypes import InboundType, versions_in_force
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.tables import DELIMITER, END_RECORD, HEADER_FIELDS
from mdmr.exchange.files.layouts.types import FieldType, Why
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.checks import HEADER_AS_NAMED, Facts, header_layout, header_of, named

_NAME_LINE, _HEADER_LINE = 1, 2
_COUNT = len(HEADER_FIELDS) - 1
_SHOWN = 60
_HOUR = timedelta(hours=1)
NAME_FORM = "ORG_ID_1.ORG_ID_2.FILE_ID.VERSION.DATE_TIME[.TX_ID.FILE_NO.SEGMENT_NO].DAT"
# A list of codes that can be told as it is.
_CODES = re.compile("[A-Za-z0-9|]+")


class Told(Struct, frozen=True):
    """What is wrong at one place: the line (None: no line), the field (empty: the line)."""

    what: str
    line: int | None = None
    field: str = ""

    def __str__(self) -> str:
        what = f"{self.field} {self.what}" if self.field else self.what
        return what if self.line is None else f"line {self.line}: {what}"


def shown(text: str) -> str:
    """Return how a text of a file is shown: printable, cut, in quotes."""
    cut = DELIMITER.join(records.printable(each, _SHOWN) for each in records.split(text))[:_SHOWN]
    return f"'{cut}{'...' if len(text) > _SHOWN else ''}'"


def of_reading(reading: records.Reading, line: int | None, width: int) -> Iterator[Told]:
    """Yield the faults of a record of `width` fields, read by its layout."""
    if not reading.counted:
        yield Told(f"has {len(reading.texts) + 1} fields: must have {width}", line)
    for fault in reading.faults:
        yield Told(_of_field(fault), line, fault.field.name)


def _of_field(fault: records.FieldFault) -> str:
    meant = allowed(fault.field.type)
    if fault.why is Why.MISSING:
        sent = fault.sent.strip(" ")
        found = f"{shown(fault.sent)} means that there is no end" if sent else "is empty"
        return f"{found}: must be {meant}"
    return f"{shown(fault.text)}: must be {meant}"


def allowed(kind: FieldType) -> str:
    """Return in words what the text of a field of a type must be."""
    if kind.finer is Why.UNLISTED and _CODES.fullmatch(kind.pattern):
        return f"one of {kind.pattern.replace('|', ', ')}"
    return kind.meant or f"{kind.label} of the form {kind.pattern}"


def name_fault(code: str, facts: Facts) -> Told:
    """Return what makes a check of name or size hit."""
    name, file_type, size = facts.case.name, facts.case.file_type, facts.case.scan.size
    if name is not None and file_type is not None:
        if code == "F003":
            return Told(_version_fault(name, file_type, facts), field="VERSION")
        if code == "F004":
            most = f"at most {facts.limits.name_ahead // _HOUR} hours ahead"
            meant = f"must be {most}, in EST" if name.time else "must be a real time"
            return Told(f"{name.date_time}: {meant}", field="DATE_TIME")
        if code == "F008":
            prefix = facts.case.arrival.organization
            return Told(f"{name.org_2}: must be {prefix}, as the prefix", field="ORG_ID_2")
    if code == "F001":
        return Told(_name_invalid(facts))
    if code == "F010":
        return Told(f"has {size} bytes: must have 1 to {facts.limits.most_bytes}")
    return Told(INTAKE_CODES[code].condition)


def _name_invalid(facts: Facts) -> str:
    name, text = facts.case.name, facts.case.arrival.name
    if name is None and text.endswith((".DAT", ".XML")):
        return f"the name does not match the pattern: must be {NAME_FORM}"
    ending = shown(f".{text.rpartition('.')[2]}" if "." in text else "")
    return f"the name ends in {ending}: must end in .DAT (5500: .XML) and be {NAME_FORM}"


def _version_fault(name: FileName, file_type: InboundType, facts: Facts) -> str:
    accepted = versions_in_force(file_type, facts.arrived)
    if not accepted:
        return f"{name.version}: no version of {name.file_id} is accepted now"
    return f"{name.version}: must be {' or '.join(accepted)}"


def frame_faults(code: str, facts: Facts, head: int) -> Iterator[Told]:
    """Yield what makes a frame check (F015-F017) hit; `head` lines stand before the details."""
    if code == "F015":
        yield from _name_record(facts)
    elif code == "F016":
        yield from _header(facts)
    elif code == "F017":
        yield from _count_and_end(facts, head)


def _name_record(facts: Facts) -> Iterator[Told]:
    line, wanted = facts.case.scan.name_line, f"FNR|{facts.case.arrival.name}"
    if line is None:
        yield Told(f"line 1 is missing: must be {wanted}")
    else:
        yield Told(f"is {shown(line)}: must be {wanted}", _NAME_LINE)


def _header(facts: Facts) -> Iterator[Told]:
    line, header, file_type = facts.case.scan.header_line, header_of(facts), facts.case.file_type
    if line is None or header is None or file_type is None:
        yield Told("line 2 is missing: must be the FHR record")
        return
    if line != "FHR" and not line.startswith("FHR|"):
        yield Told(f"is {shown(line)}: must begin with FHR|", _HEADER_LINE)
        return
    yield from of_reading(header, _HEADER_LINE, header_layout(file_type).width)
    if header.counted:
        faulty = {fault.field.name for fault in header.faults}
        for each, text, wanted in zip(HEADER_AS_NAMED, header.texts, named(facts), strict=False):
            if text != wanted and each.name not in faulty:
                yield Told(f"{text}: must be {wanted}, as in the name", _HEADER_LINE, each.name)


def _count_and_end(facts: Facts, head: int) -> Iterator[Told]:
    scan, header = facts.case.scan, header_of(facts)
    at = None
    if header is not None and header.counted:
        at = head + scan.details + 1
        count = header.values[_COUNT]
        if count is not None and count != scan.details:
            yield Told(_differs(count, scan.details), _HEADER_LINE, HEADER_FIELDS[_COUNT].name)
    if not scan.ends:
        if facts.case.file_type and facts.case.file_type.end_required:
            yield Told("the EOF record is missing: must be the last line")
        return
    end = records.read(END_RECORD, scan.ends[0])
    yield from of_reading(end, at, END_RECORD.width)
    if end.valid and end.values != (scan.details,):
        yield Told(_differs(end.values[0], scan.details), at, END_RECORD.fields[0].name)
    if len(scan.ends) > 1:
        after = None if at is None else at + 1
        yield Told("a line follows the EOF record: EOF must be the last line", after)


def _differs(count: object, details: int) -> str:
    return f"is {count}: must be {details}, the number of detail records"
