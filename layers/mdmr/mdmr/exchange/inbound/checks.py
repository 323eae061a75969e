"""The checks of intake, in order; the first that hits refuses the whole file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec import Struct

from mdmr.exchange.files.filetypes import Form, InboundType, versions_in_force
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.tables import END_RECORD, HEADER_FIELDS, RecordLayout
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.case import Case
from mdmr.organizations.entities import Organization, Role

MEGABYTE = 1_000_000
HEADER_AS_NAMED = HEADER_FIELDS[:4]
_COUNT = HEADER_FIELDS.index(HEADER_FIELDS[-1])
_WHOLE_FRAME = frozenset({Form.FRAME})


class Limits(Struct, frozen=True):
    """The parameters of intake: `max_mb` in MB, `name_ahead` how far a name may lie ahead."""

    max_mb: int
    name_ahead: timedelta

    @property
    def most_bytes(self) -> int:
        """The size of the largest file that is accepted."""
        return self.max_mb * MEGABYTE


class Facts(Struct, frozen=True):
    """All that the checks ask about one case.

    `refused`: the gateway answers with F000. `taken` are the codes (F011, F012, F014) whose
    claim another accepted file holds.
    """

    case: Case
    limits: Limits
    refused: bool
    ldc: Organization | None = None
    submitter: Organization | None = None
    authorized: bool = False
    taken: frozenset[str] = frozenset()

    @property
    def arrived(self) -> datetime:
        """When the file arrived."""
        return self.case.arrival.arrived


def verdict(facts: Facts) -> str | None:
    """Return the code of the first check that hits, or None when the file is accepted."""
    return next((code for code, hits in CHECKS if hits(facts)), None)


def _name_invalid(facts: Facts) -> bool:
    if facts.case.name is None:
        return True
    wanted = facts.case.file_type.suffix if facts.case.file_type else "DAT"
    return facts.case.name.suffix != wanted


def _type_unknown(facts: Facts) -> bool:
    return facts.case.file_type is None


def _version_unsupported(facts: Facts) -> bool:
    name, file_type = _known(facts)
    return name.version not in versions_in_force(file_type, facts.arrived)


def _time_invalid(facts: Facts) -> bool:
    time = _known(facts)[0].time
    return time is None or time > facts.arrived + facts.limits.name_ahead


def _tail_invalid(facts: Facts) -> bool:
    name, file_type = _known(facts)
    if file_type.form is Form.SET:
        return name.part is None or name.part.segment_no == "00"
    return name.part is not None


def _ldc_inactive(facts: Facts) -> bool:
    return facts.ldc is None or not facts.ldc.acts_as(Role.LDC, facts.arrived)


def _submitter_inactive(facts: Facts) -> bool:
    return facts.submitter is None or facts.arrived not in facts.submitter.active


def _not_the_sender(facts: Facts) -> bool:
    return _known(facts)[0].org_2 != facts.case.arrival.organization


def _size_invalid(facts: Facts) -> bool:
    return not 0 < facts.case.scan.size <= facts.limits.most_bytes


def _taken(code: str) -> Callable[[Facts], bool]:
    return lambda facts: code in facts.taken


def _name_record_invalid(facts: Facts) -> bool:
    return facts.case.scan.name_line != f"FNR|{facts.case.arrival.name}"


def _header_invalid(facts: Facts) -> bool:
    header = header_of(facts)
    if header is None or not header.valid:
        return True
    return header.texts[: len(HEADER_AS_NAMED)] != named(facts)


def _count_or_end_invalid(facts: Facts) -> bool:
    header = header_of(facts)
    if header is None or not header.counted or header.values[_COUNT] != facts.case.scan.details:
        return True
    if not facts.case.scan.ends:
        return _known(facts)[1].end_required
    end = records.read(END_RECORD, facts.case.scan.ends[0])
    return len(facts.case.scan.ends) > 1 or end.values != (facts.case.scan.details,)


def header_of(facts: Facts) -> records.Reading | None:
    """Read line 2: the common fields, and the file's own where its layout is known."""
    line, file_type = facts.case.scan.header_line, _known(facts)[1]
    if line is None:
        return None
    return records.read(header_layout(file_type), line)


def header_layout(file_type: InboundType) -> RecordLayout:
    """Return the layout of line 2, as far as it is known."""
    own = file_type.layout.header if file_type.layout else ()
    return RecordLayout("FHR", HEADER_FIELDS + own)


def named(facts: Facts) -> tuple[str, ...]:
    """Return what the file's name says of the header fields that must be as in the name."""
    name = _known(facts)[0]
    return (name.file_id, name.version, name.org_1, name.org_2)


def _known(facts: Facts) -> tuple[FileName, InboundType]:
    """Return name and type, which the first checks have made sure of."""
    if facts.case.name is None or facts.case.file_type is None:
        message = "checks after F002 need a known type"
        raise ValueError(message)
    return facts.case.name, facts.case.file_type


def _framed(hits: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
    """Ask only of files whose frame intake checks; that of a set is checked by staging."""
    return lambda facts: _known(facts)[1].form in _WHOLE_FRAME and hits(facts)


Checks: TypeAlias = "tuple[tuple[str, Callable[[Facts], bool]], ...]"

FRAME_CHECKS: Checks = (
    ("F015", _name_record_invalid),
    ("F016", _header_invalid),
    ("F017", _count_or_end_invalid),
)
CHECKS: Checks = (
    ("F000", lambda facts: facts.refused),
    ("F001", _name_invalid),
    ("F002", _type_unknown),
    ("F003", _version_unsupported),
    ("F004", _time_invalid),
    ("F005", _tail_invalid),
    ("F006", _ldc_inactive),
    ("F007", _submitter_inactive),
    ("F008", _not_the_sender),
    ("F009", lambda facts: not facts.authorized),
    ("F010", _size_invalid),
    ("F011", _taken("F011")),
    ("F012", _taken("F012")),
    ("F013", lambda facts: not facts.case.scan.clean),
    ("F014", _taken("F014")),
    *((code, _framed(hits)) for code, hits in FRAME_CHECKS),
)
