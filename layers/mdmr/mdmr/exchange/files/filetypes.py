"""Every type of file that comes in or goes out: one table for names, intake and publishing."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from mdmr.exchange.files.layouts.identifiers import (
    ASSIGNMENT_REQUEST,
    ASSIGNMENT_RESPONSE,
    ASSIGNMENT_SUMMARY,
)
from mdmr.exchange.files.layouts.notice import NOTICE
from mdmr.exchange.files.layouts.rejection import FILE_REJECTION
from mdmr.exchange.files.layouts.schedule import SCHEDULE, SCHEDULE_EXCEPTIONS
from mdmr.exchange.files.layouts.synchronization_reports import (
    EXCEPTIONS,
    INCOMPLETE_SET,
    STAGING,
    UPDATES,
)
from mdmr.exchange.files.layouts.tables import FileLayout


class Form(Enum):
    """How the bytes of a file are ordered, and so which checks intake can make."""

    FRAME = "typed records between FNR and EOF"
    SET = "one file of a synchronization set, framed; its frame is checked by staging"
    CMEP = "raw CMEP records"
    XML = "an XML message"


class SlotProcess(Struct, frozen=True):
    """A process that works what came in since the last slot, at the end of each slot.

    `minutes` names the parameter with the slot's length.
    """

    process: str
    minutes: str


class SetProcess(Struct, frozen=True):
    """A process that works the files of a set together, from the first one that comes in."""

    process: str


Process: TypeAlias = "SlotProcess | SetProcess"


class InboundType(Struct, frozen=True):
    """What intake needs to know of a file type.

    `layout` is None while no process reads the details; `end_required`: an EOF record must
    close the file; `once`: the same details are accepted once in `intake.dup_days`; `starts`
    None: nothing works the type yet, its files stay ACCEPTED. Files of one `family` are worked in
    the order in which they arrive.
    """

    file_id: str
    version: str
    title: str
    family: str
    form: Form = Form.FRAME
    layout: FileLayout | None = None
    end_required: bool = False
    once: bool = False
    starts: Process | None = None

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


IDENTIFIERS = SlotProcess("identifiers", "usdp.run_min")
SYNCHRONIZATION = SetProcess("synchronization")
SCHEDULES = SlotProcess("schedules", "schedule.run_min")

INBOUND = {
    each.file_id: each
    for each in (
        InboundType(
            "1000",
            "00",
            ASSIGNMENT_REQUEST.title,
            layout=ASSIGNMENT_REQUEST,
            once=True,
            starts=IDENTIFIERS,
            family="identifiers",
        ),
        InboundType(
            "3000",
            "01",
            "Periodic Audit Synchronization",
            form=Form.SET,
            starts=SYNCHRONIZATION,
            family="synchronization",
        ),
        InboundType(
            "4000",
            "00",
            "Incremental Synchronization",
            form=Form.SET,
            starts=SYNCHRONIZATION,
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
            starts=SCHEDULES,
            family="schedules",
        ),
    )
}

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
