"""Instants: stored in UTC, shown in EST (fixed UTC-05:00, never daylight time)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

EST = timezone(timedelta(hours=-5), "EST")

_DATE_TIME = re.compile(r"([0-9]{8}) ?([0-9]{6})")
_DATE = re.compile(r"[0-9]{8}")
_MINUTES = re.compile(r"[0-9]{12}")


def to_text(instant: datetime) -> str:
    """Return the stored form of an aware instant: UTC with milliseconds, sorting as time does.

    >>> to_text(datetime(2025, 8, 20, 10, 5, tzinfo=EST))
    '2025-08-20T15:05:00.000Z'
    """
    # Without a zone to ask for its name, which takes most of the time.
    utc = instant.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


def from_text(text: str) -> datetime:
    """Return the aware UTC instant of a stored form; the inverse of `to_text`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def est_seconds(instant: datetime) -> str:
    """Return the Date/Time field `YYYYMMDDhhmmss` in EST of an aware instant."""
    return f"{instant.astimezone(EST):%Y%m%d%H%M%S}"


def est_minutes(instant: datetime) -> str:
    """Return the 12-digit time `YYYYMMDDhhmm` in EST of an aware instant."""
    return f"{instant.astimezone(EST):%Y%m%d%H%M}"


def est_date(instant: datetime) -> str:
    """Return the EST date `YYYYMMDD` in which an aware instant lies."""
    return f"{instant.astimezone(EST):%Y%m%d}"


def read_est(text: str) -> datetime | None:
    """Return the instant that a Date/Time or name time means in EST, or None if it is not real.

    `text` has 14 digits (or 8, a blank and 6), 12 digits, or 8 digits, which mean 00:00:00.
    24:00 is read as 00:00:00 of the next day.
    """
    if match := _DATE_TIME.fullmatch(text):
        digits = match[1] + match[2]
    elif _MINUTES.fullmatch(text):
        digits = text + "00"
    elif _DATE.fullmatch(text):
        digits = text + "000000"
    else:
        return None
    midnight = timedelta()
    if digits[8:] == "240000":
        digits, midnight = digits[:8] + "000000", timedelta(days=1)
    try:
        return _from_digits(digits) + midnight
    except (ValueError, OverflowError):
        return None


def _from_digits(digits: str) -> datetime:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    hour, minute, second = int(digits[8:10]), int(digits[10:12]), int(digits[12:14])
    return datetime(year, month, day, hour, minute, second, tzinfo=EST)
