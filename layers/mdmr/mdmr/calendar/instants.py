"""Instants: stored in UTC, shown in EST (fixed UTC-05:00, never daylight time).

The hub knows the instants from 0001-01-01 00:00 to the end of 9999-12-31 in EST, `FIRST` to `LAST`.
The last five hours of these lie in the year 10000 of UTC, which `datetime` does not have: such an
instant stays in EST, and its stored form counts the hours of 9999-12-31 on, up to 28. Nothing here
raises for an instant; one that lies outside counts as the nearest that the hub knows.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from msgspec import to_builtins

EST = timezone(timedelta(hours=-5), "EST")
FIRST = datetime.min.replace(tzinfo=EST)
LAST = datetime.max.replace(tzinfo=EST)

_DATE_TIME = re.compile(r"([0-9]{8}) ?([0-9]{6})")
_DATE = re.compile(r"[0-9]{8}")
_MINUTES = re.compile(r"[0-9]{12}")
# What many systems write where a period has no end: the last day that there is, at any time.
_LAST_DAY = date.max
_OPEN_END = re.compile(r"99991231(?: ?(?:(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]|240000)|)")
_BEYOND_UTC = re.compile(r"9999-12-31T2([4-8])(:[0-9]{2}:[0-9]{2}\.[0-9]{3})Z")
_HOURS_BEHIND = 5


def to_text(instant: datetime) -> str:
    """Return the stored form of an aware instant: UTC with milliseconds, sorting as time does.

    >>> to_text(datetime(2025, 8, 20, 10, 5, tzinfo=EST))
    '2025-08-20T15:05:00.000Z'
    >>> to_text(datetime(9999, 12, 31, 23, 59, 59, tzinfo=EST))
    '9999-12-31T28:59:59.000Z'
    """
    if instant.tzinfo is not UTC:
        try:
            instant = instant.astimezone(UTC)
        except OverflowError:
            return _to_text_beyond_utc(in_est(instant))
    # A fifth of the time that `isoformat` takes. It writes six decimals, or none.
    text: str = to_builtins(instant)
    return f"{text[:23]}Z" if "." in text else f"{text[:19]}.000Z"


def from_text(text: str) -> datetime:
    """Return the aware instant of a stored form, in UTC where UTC has it; the inverse of `to_text`.

    Raises ValueError for any other text.
    """
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        match = _BEYOND_UTC.fullmatch(text)
        if match is None:
            raise
        hour = 20 + int(match[1]) - _HOURS_BEHIND
        return datetime.fromisoformat(f"9999-12-31T{hour}{match[2]}").replace(tzinfo=EST)


def in_est(instant: datetime) -> datetime:
    """Return an aware instant in EST.

    >>> str(in_est(datetime(2025, 8, 20, 15, 5, tzinfo=UTC)))
    '2025-08-20 10:05:00-05:00'
    """
    try:
        return instant.astimezone(EST)
    except OverflowError:
        # Its zone or UTC has no date for it; EST may have one.
        return FIRST + (min(max(instant, FIRST), LAST) - FIRST)


def moved(instant: datetime, span: timedelta) -> datetime:
    """Return the instant a span later (earlier where it is negative), at most `FIRST` or `LAST`."""
    try:
        return instant + span
    except OverflowError:
        return LAST if span > timedelta() else FIRST


def end_after(start: datetime, span: timedelta) -> datetime | None:
    """Return when a span that begins at an instant is over, None where no time is left for it."""
    try:
        return in_est(start) + span
    except OverflowError:
        return None


def est_seconds(instant: datetime) -> str:
    """Return the Date/Time field `YYYYMMDDhhmmss` in EST of an aware instant."""
    text = in_est(instant).isoformat()
    return f"{text[:4]}{text[5:7]}{text[8:10]}{text[11:13]}{text[14:16]}{text[17:19]}"


def est_minutes(instant: datetime) -> str:
    """Return the 12-digit time `YYYYMMDDhhmm` in EST of an aware instant."""
    return est_seconds(instant)[:12]


def est_date(instant: datetime) -> str:
    """Return the EST date `YYYYMMDD` in which an aware instant lies."""
    return est_seconds(instant)[:8]


def est_shown(instant: datetime) -> str:
    """Return an aware instant as people read it, in EST.

    >>> est_shown(datetime(2025, 8, 20, 15, 5, tzinfo=UTC))
    '2025-08-20 10:05:00'
    """
    return in_est(instant).isoformat(sep=" ")[:19]


def est_id(instant: datetime) -> str:
    """Return the second of an aware instant in EST as a part of ids and names.

    >>> est_id(datetime(2025, 8, 20, 15, 5, tzinfo=UTC))
    '20250820T100500'
    """
    text = est_seconds(instant)
    return f"{text[:8]}T{text[8:]}"


def from_est_id(text: str) -> datetime:
    """Return the instant of a part of an id; the inverse of `est_id`. Raises ValueError."""
    instant = read_est(text.replace("T", "", 1))
    if instant is None:
        message = f"{text!r} is no time"
        raise ValueError(message)
    return instant


def is_open_end(text: str) -> bool:
    """Return whether the text of an End means that there is none: 9999-12-31, whatever its time.

    >>> is_open_end("99991231235959"), is_open_end("99991230235959")
    (True, False)
    """
    return _OPEN_END.fullmatch(text) is not None


def is_on_last_day(instant: datetime) -> bool:
    """Return whether an instant lies on 9999-12-31, in its own zone or in EST."""
    return _LAST_DAY in (instant.date(), in_est(instant).date())


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


def _to_text_beyond_utc(est: datetime) -> str:
    if est.year < LAST.year:
        # An instant of a zone ahead of UTC, before there is any in UTC.
        return to_text(FIRST)
    hour = est.hour + _HOURS_BEHIND
    return f"9999-12-31T{hour}{est.isoformat(timespec='milliseconds')[13:23]}Z"
