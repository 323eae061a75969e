"""Every type of file that comes in or goes out: one table for names, intake and publishing.

A FILE_ID has a row for each of its versions. Several can be in force side by side; a file is read
with the layout of its FILE_ID and version, however long ago that version was accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from msgspec import Struct, field

from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.exchange.files.layouts.identifiers import (
    ASSIGNMENT_REQUEST,
    ASSIGNMENT_RESPONSE,
    ASSIGNMENT_SUMMARY,
)
from mdmr.exchange.files.layouts.notice import NOTICE
from mdmr.exchange.files.layouts.rejection import FILE_REJECTION
from mdmr.exchange.files.layouts.schedule import SCHEDULE, SCHEDULE_EXCEPTIONS
from mdmr.exchange.files.layouts.synchronization import INCREMENTAL, PERIODIC
from mdmr.exchange.files.layouts.synchronization_reports import (
    EXCEPTIONS,
    INCOMPLETE_SET,
    STAGING,
    UPDATES,
)
from mdmr.exchange.files.layouts.tables import FileLayout
from mdmr.exchange.files.names import FileName


class Form(Enum):
    """How the bytes of a file are ordered, and so which checks intake can make."""

    FRAME = "typed records between FNR and EOF"
    SET = "one file of a synchronization set, framed; its frame is checked by staging"
    CMEP = "raw CMEP records"
    XML = "an XML message"


class InboundType(Struct, frozen=True):
    """What intake needs to know of one version of a file type.

    `layout` is None while no process reads the details; of a file of a set `parts` are its layouts
    by file number. `end_required`: an EOF record must close the file; `once`: the same details are
    accepted once in `intake.dup_days`. `in_force`: when files of this version are accepted. Files
    of one `family` are worked in the order in which they arrive; it is the same in all versions of
    a FILE_ID, as is the form. Which process works a type is in `mdmr.processes.register`.
    """

    file_id: str
    version: str
    title: str
    family: str
    form: Form = Form.FRAME
    layout: FileLayout | None = None
    parts: Mapping[str, FileLayout] = field(default_factory=dict)
    end_required: bool = False
    once: bool = False
    in_force: Period = Period(SINCE_EVER)

    @property
    def suffix(self) -> str:
        """The ending of its names."""
        return "XML" if self.form is Form.XML else "DAT"


class OutboundType(Struct, frozen=True):
    """What publishing needs to know: the layout, and how many digits its names' times have."""

    layout: FileLayout
    digits: int = 14

    @property
    def file_id(self) -> str:
        """The FILE_ID or report id."""
        return self.layout.file_id


VERSIONS = {
    (each.file_id, each.version): each
    for each in (
        InboundType(
            "1000",
            "00",
            ASSIGNMENT_REQUEST.title,
            layout=ASSIGNMENT_REQUEST,
            once=True,
            family="identifiers",
        ),
        InboundType(
            "3000",
            "01",
            "Periodic Audit Synchronization",
            form=Form.SET,
            parts=PERIODIC,
            family="synchronization",
        ),
        InboundType(
            "4000",
            "00",
            "Incremental Synchronization",
            form=Form.SET,
            parts=INCREMENTAL,
            family="synchronization",
        ),
        InboundType("5000", "00", "Billing Quantity Request", family="billing"),
        InboundType("5500", "00", "XML request", form=Form.XML, family="billing"),
        InboundType("7000", "00", "Meter reads", end_required=True, once=True, family="reads"),
        InboundType("7100", "00", "Meter reads, CMEP", form=Form.CMEP, once=True, family="reads"),
        InboundType(
            "8000",
            "00",
            SCHEDULE.title,
            layout=SCHEDULE,
            family="schedules",
        ),
    )
}

# Of each FILE_ID its newest version: for what is the same in all of them.
INBOUND = {each.file_id: each for each in VERSIONS.values()}

OUTBOUND = {
    each.file_id: each
    for each in (
        OutboundType(ASSIGNMENT_RESPONSE, digits=12),
        OutboundType(ASSIGNMENT_SUMMARY, digits=12),
        OutboundType(FILE_REJECTION),
        OutboundType(NOTICE),
        OutboundType(INCOMPLETE_SET, digits=12),
        OutboundType(STAGING, digits=12),
        OutboundType(UPDATES, digits=12),
        OutboundType(EXCEPTIONS, digits=12),
        OutboundType(SCHEDULE_EXCEPTIONS, digits=12),
    )
}


def type_of(name: FileName) -> InboundType | None:
    """Return the row of a file's FILE_ID and version, None for a FILE_ID that does not come in.

    Of a version that there is not it is the newest: for what is the same in all of them.
    """
    return VERSIONS.get((name.file_id, name.version)) or INBOUND.get(name.file_id)


def versions_in_force(file_type: InboundType, at: datetime) -> tuple[str, ...]:
    """Return the versions of a type's FILE_ID that are accepted at an instant, in their order.

    Of a FILE_ID that does not come in it is the version of the type itself.
    """
    rows = [each for each in VERSIONS.values() if each.file_id == file_type.file_id]
    return tuple(sorted(each.version for each in rows or (file_type,) if at in each.in_force))


def layout_of(text: str) -> FileLayout:
    """Return the layout with which an accepted file of this name is read.

    Raises KeyError when there is none: of a file of a set, or of one that no process reads.
    """
    layout = _version_of(text).layout
    if layout is None:
        raise KeyError(text)
    return layout


def set_layout(text: str, number: str) -> FileLayout:
    """Return the layout with which an accepted file of a set is read, by name and file number.

    Raises KeyError when there is none.
    """
    return _version_of(text).parts[number]


def _version_of(text: str) -> InboundType:
    name = FileName.parse(text)
    if name is None:
        raise KeyError(text)
    return VERSIONS[name.file_id, name.version]
