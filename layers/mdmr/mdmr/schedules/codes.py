"""The C codes: what is found in a Billing Cycle Schedule (IR03), in the order of the interface."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class ScheduleCode(Struct, frozen=True):
    """A code: its text, when it is given, what the sender does about it."""

    text: str
    condition: str
    remedy: str


class Code(Enum):
    """The codes; those of errors come first, in the order in which they are looked for."""

    FIELD_COUNT = "C001"
    FIELD_FORMAT = "C002"
    ACTION = "C003"
    PERIOD = "C004"
    DUPLICATE = "C005"
    NOT_FOUND = "C006"
    LEAD_TIME = "C007"
    OVERLAP = "C008"
    TOO_MANY = "C009"
    GAP = "C101"
    NO_SDP = "C102"
    NO_BUSINESS_DAY = "C103"

    @property
    def severity(self) -> str:
        """E: the whole file is refused; W: it is loaded all the same."""
        return "W" if self.value >= "C100" else "E"


MEANINGS = {
    Code.FIELD_COUNT: ScheduleCode(
        "FIELD COUNT INVALID",
        "The record does not have 5 fields, or it is not a `DTL` record.",
        "Write each record as `DTL` with four more fields.",
    ),
    Code.FIELD_FORMAT: ScheduleCode(
        "FIELD FORMAT INVALID",
        "A field is empty, breaks its type, or holds a date that is not real.",
        "Correct the field.",
    ),
    Code.ACTION: ScheduleCode(
        "ACTION INVALID",
        "Action is not A, U or D.",
        "Write A (add), U (change the End Date) or D (delete).",
    ),
    Code.PERIOD: ScheduleCode(
        "PERIOD INVALID",
        "End Date is not after Start Date.",
        "Write the first day after the period as End Date.",
    ),
    Code.DUPLICATE: ScheduleCode(
        "DUPLICATE PERIOD",
        "Action A: the cycle has a period with this Start Date already, or the file adds "
        "the period twice.",
        "Change the period with U, or leave the record out.",
    ),
    Code.NOT_FOUND: ScheduleCode(
        "PERIOD NOT FOUND",
        "Action U or D: the cycle has no period with this Start Date.",
        "Write the Start Date with which the period was added.",
    ),
    Code.LEAD_TIME: ScheduleCode(
        "LEAD TIME TOO SHORT",
        "The old or the new End Date is earlier than today plus `schedule.lead_days` "
        "(default: 3 days).",
        "Leave periods that are over or end soon as they are.",
    ),
    Code.OVERLAP: ScheduleCode(
        "PERIODS OVERLAP",
        "With the whole file loaded, this period would overlap another period of the cycle.",
        "End one period on the day on which the next one begins. You may have to change the "
        "earlier period too.",
    ),
    Code.TOO_MANY: ScheduleCode(
        "TOO MANY ROWS",
        "The file has more than `schedule.max_rows` (default: 366) records of the cycle. "
        "This record is one too many.",
        "Send the schedule of a shorter time.",
    ),
    Code.GAP: ScheduleCode(
        "GAP BETWEEN PERIODS",
        "With the whole file loaded, some days lie between two periods of the cycle and "
        "belong to neither.",
        "Do nothing if these days are not to be billed. Otherwise change a period with U.",
    ),
    Code.NO_SDP: ScheduleCode(
        "CYCLE WITHOUT SDP",
        "No SDP has the cycle. The first record of the cycle has this warning.",
        "Do nothing if you synchronize the SDPs of the cycle later.",
    ),
    Code.NO_BUSINESS_DAY: ScheduleCode(
        "END DATE NOT A BUSINESS DAY",
        "Action A or U: End Date is a Saturday, a Sunday or a holiday.",
        "Do nothing if you mean this day.",
    ),
}
