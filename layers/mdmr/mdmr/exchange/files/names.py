"""File names: `ORG_ID_1.ORG_ID_2.FILE_ID.VERSION.DATE_TIME[.TX_ID.FILE_NO.SEGMENT_NO].DAT`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from msgspec import Struct

from mdmr.calendar.instants import est_minutes, est_seconds, in_est, read_est

_PATTERN = re.compile(
    r"(ORG[0-9]{5})\.(ORG[0-9]{5})\.([0-9]{4}|[A-Z]{2}[0-9]{2})\.([0-9]{2})\.([0-9]{14}|[0-9]{12})"
    r"(?:\.([A-Za-z0-9_-]{1,20})\.(0[0-57])\.([0-9]{2}))?\.(DAT|XML)"
)
_MINUTE_DIGITS = 12


class SetPart(Struct, frozen=True):
    """The tail of a synchronization file's name: which part of which set it is."""

    tx_id: str
    file_no: str
    segment_no: str


class FileName(Struct, frozen=True):
    """A name that matches the pattern, in its elements; its time need not be a real one."""

    org_1: str
    org_2: str
    file_id: str
    version: str
    date_time: str
    part: SetPart | None = None
    suffix: str = "DAT"

    @classmethod
    def parse(cls, text: str) -> FileName | None:
        """Return the elements of a name, or None when it does not match the pattern."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            return None
        org_1, org_2, file_id, version, date_time, tx_id, file_no, segment_no, suffix = (
            match.groups()
        )
        part = SetPart(tx_id, file_no, segment_no) if tx_id else None
        return cls(org_1, org_2, file_id, version, date_time, part, suffix)

    @property
    def time(self) -> datetime | None:
        """The instant that DATE_TIME means in EST, or None when it is not a real time."""
        return read_est(self.date_time)

    def __str__(self) -> str:
        elements = [self.org_1, self.org_2, self.file_id, self.version, self.date_time]
        if self.part is not None:
            elements += [self.part.tx_id, self.part.file_no, self.part.segment_no]
        return ".".join([*elements, self.suffix])


def name_time(instant: datetime, digits: int) -> str:
    """Return DATE_TIME for an instant with 12 or 14 digits; what is finer is cut off."""
    return est_minutes(instant) if digits == _MINUTE_DIGITS else est_seconds(instant)


def next_free(now: datetime, last: datetime | None, digits: int) -> datetime:
    """Return the time of the next outbound name: now, or one step after the last one given.

    A step is a minute (12 digits) or a second (14); the result is cut to whole steps.
    """
    step = timedelta(minutes=1) if digits == _MINUTE_DIGITS else timedelta(seconds=1)
    whole = in_est(now).replace(microsecond=0)
    if digits == _MINUTE_DIGITS:
        whole = whole.replace(second=0)
    return whole if last is None else max(whole, last + step)
