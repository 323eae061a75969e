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
        "the record has not 5 fields, or is no `DTL`",
        "write each record as `DTL` with four fields",
    ),
    Code.FIELD_FORMAT: ScheduleCode(
        "FIELD FORMAT INVALID",
        "a field is empty or breaks its type, or a date is not real",
        "correct the field",
    ),
    Code.ACTION: ScheduleCode("ACTION INVALID", "Action is not A, U or D", "write A, U or D"),
    Code.PERIOD: ScheduleCode(
        "PERIOD INVALID",
        "End Date is not after Start Date",
        "write the first day after the period as End Date",
    ),
    Code.DUPLICATE: ScheduleCode(
        "DUPLICATE PERIOD",
        "A: the cycle has a period with this Start Date, or it is added twice in the file",
        "change the period with U, or leave the record out",
    ),
    Code.NOT_FOUND: ScheduleCode(
        "PERIOD NOT FOUND",
        "U, D: the cycle has no period with this Start Date",
        "write the Start Date as it was added",
    ),
    Code.LEAD_TIME: ScheduleCode(
        "LEAD TIME TOO SHORT",
        "the old or the new End Date is earlier than today + `schedule.lead_days`",
        "leave periods as they are that are over or end soon",
    ),
    Code.OVERLAP: ScheduleCode(
        "PERIODS OVERLAP",
        "with the whole file loaded, this period would overlap another one of the cycle",
        "end the one where the other begins; the former may have to be changed too",
    ),
    Code.TOO_MANY: ScheduleCode(
        "TOO MANY ROWS",
        "the file has more than `schedule.max_rows` records of the cycle, and this is one too many",
        "send the schedule of a shorter time",
    ),
    Code.GAP: ScheduleCode(
        "GAP BETWEEN PERIODS",
        "with the whole file loaded, days between two periods of the cycle are in neither",
        "nothing, if these days are not to be billed",
    ),
    Code.NO_SDP: ScheduleCode(
        "CYCLE WITHOUT SDP",
        "no SDP has the cycle (told once, on its first record)",
        "nothing, if its SDPs are synchronized later",
    ),
    Code.NO_BUSINESS_DAY: ScheduleCode(
        "END DATE NOT A BUSINESS DAY",
        "A, U: End Date is a Saturday, a Sunday or a holiday",
        "nothing, if it is meant",
    ),
}
