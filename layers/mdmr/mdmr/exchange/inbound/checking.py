"""A file checked at the desk of who sends or gets it: all that can be told without the hub.

The checks are those of intake, as far as they need no state: not authorization, not what was
sent before, not the gateway. Intake stops at the first that hits; here each is told, and the
fields of each detail record whose layout is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.files.filetypes import OUTBOUND, Form, InboundType, type_of
from mdmr.exchange.files.frame import scan
from mdmr.exchange.files.layouts.fast import Doubtful, Faulty, doubtful, faulty, lines_expression
from mdmr.exchange.files.layouts.tables import FileLayout
from mdmr.exchange.files.names import FileName
from mdmr.exchange.files.screening import UNREADABLE, readable, screen
from mdmr.exchange.inbound.case import Case
from mdmr.exchange.inbound.checks import CHECKS, FRAME_CHECKS, Facts, Limits
from mdmr.exchange.inbound.explaining import Told, frame_faults, name_fault, of_reading, shown
from mdmr.exchange.inbound.report_head import (
    FIRST_LINE,
    ReportHead,
    blind_head,
    most_lines,
    read_head,
)
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.organizations.parameter_table import PARAMETERS

Pieces: TypeAlias = Callable[[], Iterable[bytes]]

_BY_NAME = frozenset({"F001", "F002", "F003", "F004", "F005", "F008", "F010"})
# The frame of a file of a set is checked by staging, which has codes of its own for it.
_FRAMED = (Form.FRAME,)
_NOT_READ = UNREADABLE.decode("ascii")
_HEADER_LINES = 2
_NO_CODE = ""


class Finding(Struct, frozen=True):
    """What is wrong at one place of a file.

    `code` is the F code that refuses the file, or the status that answers the record, empty
    where neither is known; `text` its short text, `what` the fault in words. `line` is None and
    `field` empty where the fault is that of no single one.
    """

    code: str
    text: str
    what: str
    line: int | None = None
    field: str = ""


class LocalFile(Struct, frozen=True):
    """A file to check: its name, and its bytes from the start as often as they are asked for.

    `sender` is the organization that would send it, empty when that is not asked.
    """

    name: str
    pieces: Pieces
    sender: str = ""


class DetailRules(Protocol):
    """What is asked of the details of one file type."""

    def layout(self, name: FileName) -> FileLayout:
        """Return the layout that each detail must keep in a file of this name."""
        ...

    def verdict(self, name: FileName, record: Faulty) -> tuple[str, str]:
        """Return code and text of what a record that breaks the layout is answered with."""
        ...


class ByLayout(Struct, frozen=True):
    """The rules of a type of which nothing is asked but its layout."""

    own: FileLayout

    def layout(self, name: FileName) -> FileLayout:  # noqa: ARG002 - the same for each name
        """Return the type's layout."""
        return self.own

    def verdict(self, name: FileName, record: Faulty) -> tuple[str, str]:  # noqa: ARG002 - as above
        """Return no code: no process answers such a record."""
        return _NO_CODE, "RECORD INVALID"


def limits_by_default() -> Limits:
    """Return the limits of intake that hold where a hub has set no others."""
    ahead = int(PARAMETERS["intake.name_ahead_h"].default)
    return Limits(int(PARAMETERS["intake.max_mb"].default), timedelta(hours=ahead))


def check(
    file: LocalFile,
    now: datetime,
    limits: Limits,
    rules: Mapping[str, DetailRules],
) -> Iterator[Finding]:
    """Yield what is wrong with a file, the name's faults first, then those of lines in order.

    Takes memory for one piece and one line, whatever the size. `rules` are by FILE_ID, for
    types of which more is known than the layout.
    """
    name = FileName.parse(file.name)
    file_type = _file_type(name, comes_in=bool(file.sender))
    facts = Facts(_case(file, name, file_type, now), limits, refused=False)
    if name is None or file_type is None:
        yield from _by_name(facts, ("F001", "F010") if name is None else ("F001", "F002", "F010"))
        return
    yield from _by_name(facts, _BY_NAME if file.sender else _BY_NAME - {"F008"})
    pieces, clean = file.pieces, facts.case.scan.clean
    if not clean:
        yield from _invalid_bytes(file, file_type)
        if file_type.form not in _FRAMED:
            return
        pieces = partial(_readable, file)
        facts = replace(facts, case=replace(facts.case, scan=scan(pieces(), file_type.form)))
    head = _head(file_type, pieces, clean=clean)
    if file_type.form in _FRAMED and facts.case.scan.size:
        for fault in head.faults:
            yield _finding(_NO_CODE, fault.text, fault.told)
        yield from _frame(facts, head.lines, counted=clean)
    if file_type.layout is not None:
        own = rules.get(file_type.file_id) or ByLayout(file_type.layout)
        yield from _details(own, name, pieces(), FIRST_LINE + head.lines)


def _readable(file: LocalFile) -> Iterator[bytes]:
    return readable(screen(file.pieces()))


def _file_type(name: FileName | None, *, comes_in: bool) -> InboundType | None:
    """Return the type of a name.

    What the hub sends is looked at by its own layout, unless it is to be sent to the hub.
    """
    if name is None:
        return None
    if not comes_in and (sent := OUTBOUND.get(name.file_id)) is not None:
        layout = sent.layout
        return InboundType(
            sent.file_id,
            layout.version,
            layout.title,
            layout=layout,
            end_required=True,
            family=sent.file_id,
        )
    return type_of(name)


def _case(
    file: LocalFile, name: FileName | None, file_type: InboundType | None, now: datetime
) -> Case:
    found = scan(file.pieces(), file_type.form if file_type else None)
    arrival = Arrival(f"{file.sender}/{file.name}", "", found.size, now)
    return Case(arrival, name, file_type, found)


def _by_name(facts: Facts, codes: Iterable[str]) -> Iterator[Finding]:
    """Ask those of the checks that need no more than name and size."""
    asked = frozenset(codes)
    for code, hits in CHECKS:
        if code in asked and hits(facts):
            yield _finding(code, INTAKE_CODES[code].text, name_fault(code, facts))


def _invalid_bytes(file: LocalFile, file_type: InboundType) -> Iterator[Finding]:
    known = INTAKE_CODES["F013"]
    if file_type.form is Form.XML:
        yield Finding(known.code, known.text, "is not UTF-8: a 5500 must be UTF-8")
        return
    for each in screen(file.pieces()):
        if each.what:
            yield Finding(known.code, known.text, each.what, each.number)


def _head(file_type: InboundType, pieces: Pieces, *, clean: bool) -> ReportHead:
    most = most_lines(file_type.layout)
    if not most:
        return ReportHead()
    after = islice(screen(pieces()), _HEADER_LINES, _HEADER_LINES + most)
    lines = [each.line.decode("ascii", "replace") for each in after]
    return (read_head if clean else blind_head)(file_type.layout, lines)


def _frame(facts: Facts, head: int, *, counted: bool) -> Iterator[Finding]:
    """Ask the checks of the frame; `head` records stand between header and details."""
    if head:
        seen = facts.case.scan
        own = replace(seen, details=max(seen.details - head, 0))
        facts = replace(facts, case=replace(facts.case, scan=own))
    seen = facts.case.scan
    # What is wrong with a line that cannot be read was told by F013; it may have run into the next
    # one. Lines are counted only where all can be read: an empty one is none.
    asked = {
        "F015": seen.name_line != _NOT_READ,
        "F016": _NOT_READ not in (seen.name_line, seen.header_line),
        "F017": counted,
    }
    for code, hits in FRAME_CHECKS:
        if asked[code] and hits(facts):
            for told in frame_faults(code, facts, _HEADER_LINES + head):
                yield _finding(code, INTAKE_CODES[code].text, told)


def _details(
    rules: DetailRules, name: FileName, pieces: Iterable[bytes], first: int
) -> Iterator[Finding]:
    """Yield what is wrong with the details, of which the first one is line `first`."""
    layout = rules.layout(name)
    lines = _up_to_end(doubtful(lines_expression(layout.details), pieces), first)
    for record in faulty(layout, lines):
        code, text = rules.verdict(name, record)
        for told in _of_record(layout, record):
            yield _finding(code, text, told)


def _of_record(layout: FileLayout, record: Faulty) -> Iterator[Told]:
    if record.reading is None:
        kinds = " or ".join(layout.own)
        kind = shown(record.text.partition("|")[0])
        yield Told(f"has the record type {kind}: must be {kinds}", record.number)
    else:
        width = layout.detail(record.text.partition("|")[0]).width
        yield from of_reading(record.reading, record.number, width)


def _up_to_end(lines: Iterable[Doubtful], first: int) -> Iterator[Doubtful]:
    """Yield the lines from line `first` on up to the EOF record, but for those not readable."""
    for each in lines:
        if each.line == b"EOF" or each.line.startswith(b"EOF|"):
            return
        if each.number >= first and each.line != UNREADABLE:
            yield each


def _finding(code: str, text: str, told: Told) -> Finding:
    return Finding(code, text, told.what, told.line, told.field)
