"""What stands between header and details of a file that the hub sends, checked at the desk.

A report has the names of its columns there (`CHR`); one with a status section has that before
them: the names of its fields, and the status record (`STS`). None of them is a detail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.tables import DELIMITER, FileLayout, RecordLayout
from mdmr.exchange.inbound.explaining import Told, of_reading, shown

FIRST_LINE = 3
COLUMNS_INVALID, STATUS_INVALID = "COLUMN NAMES INVALID", "STATUS RECORD INVALID"
_COLUMNS = "CHR"


class HeadFault(Struct, frozen=True):
    """What is wrong with a record of the head: the short text, and where and what it is."""

    text: str
    told: Told


class ReportHead(Struct, frozen=True):
    """The records that stand between header and details: how many there are, what is wrong."""

    lines: int = 0
    faults: tuple[HeadFault, ...] = ()


class _Expected(Struct, frozen=True):
    """A record that must stand there: exactly `line`, or any of a layout."""

    kind: str
    text: str
    line: str = ""
    layout: RecordLayout | None = None


def blind_head(layout: FileLayout | None, lines: Sequence[str]) -> ReportHead:
    """Return how many of the lines from line 3 on may belong to the head, and no fault.

    For a file of which not every line can be read: one may have run into the next.
    """
    kinds = {each.kind for each in _expected(layout)}
    last = [at for at, line in enumerate(lines, 1) if line.partition(DELIMITER)[0] in kinds]
    return ReportHead(max(last, default=0))


def most_lines(layout: FileLayout | None) -> int:
    """Return how many records stand between header and details of a file of this layout."""
    return len(_expected(layout))


def read_head(layout: FileLayout | None, lines: Sequence[str]) -> ReportHead:
    """Return what the lines of a file from line 3 on have of the head that its layout asks for.

    A record that is not there is a fault, and the next one is looked for in its place.
    """
    faults: list[HeadFault] = []
    at = 0
    for each in _expected(layout):
        line = lines[at] if at < len(lines) else ""
        faults += [HeadFault(each.text, told) for told in _wrong(each, line, FIRST_LINE + at)]
        at += line.partition(DELIMITER)[0] == each.kind
    return ReportHead(at, tuple(faults))


def _expected(layout: FileLayout | None) -> list[_Expected]:
    if layout is None:
        return []
    wanted: list[_Expected] = []
    if layout.status is not None:
        wanted.append(_Expected(_COLUMNS, COLUMNS_INVALID, records.columns(layout.status)))
        wanted.append(_Expected(layout.status.record, STATUS_INVALID, layout=layout.status))
    if layout.columns:
        wanted.append(_Expected(_COLUMNS, COLUMNS_INVALID, records.columns(layout.details[0])))
    return wanted


def _wrong(expected: _Expected, line: str, number: int) -> Iterator[Told]:
    if expected.layout is None:
        if line != expected.line:
            yield Told(f"is {shown(line)}: must be {expected.line}", number)
        return
    if line.partition(DELIMITER)[0] != expected.kind:
        yield Told(f"is {shown(line)}: must be the {expected.kind} record", number)
        return
    yield from of_reading(records.read(expected.layout, line), number, expected.layout.width)
