"""Tables that a scenario brings along: class load profiles and price events."""

from __future__ import annotations

import csv
from datetime import date, datetime, time
from pathlib import Path

from mdmr.operation.faults import Raw, Reader, shown

from mdmr_local.simulate.paths import file_inside
from mdmr_local.simulate.scenario import PriceEvent

PROFILE_COLUMNS = ("profile", "season", "day_type", "hour", "fraction")
_MAX_HEADER = 1_000
_EVENT_KEYS = ("date", "start", "end", "zone")
_ZONES = ("E", "C", "both")
# As a text, and as YAML reads it without quotation marks: a number to the base of 60.
_MIDNIGHT = ("24:00", 24 * 60)


def read_class_profiles(reader: Reader, raw: Raw, folder: Path) -> Path | None:
    """Return the path of the class load profiles, which must have their columns; None without."""
    if raw is None:
        return None
    text = reader.text(raw, "class_profiles")
    path = file_inside(folder, text)
    if path is None:
        reader.fault("class_profiles", f"{shown(text)} is no file in the scenario's folder")
        return None
    wanted = ",".join(PROFILE_COLUMNS)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader([file.readline(_MAX_HEADER)]), [])
    except (UnicodeDecodeError, csv.Error):
        header = []
    if tuple(header) != PROFILE_COLUMNS:
        reader.fault("class_profiles", f"{text} must begin with the line {wanted}")
    return path


def read_cpp_events(reader: Reader, raw: Raw) -> list[PriceEvent]:
    """Return the price events."""
    events = []
    for path, row in reader.rows(raw, "cpp_events"):
        event = _event(reader, row, path)
        if event is not None:
            events.append(event)
    return events


def _event(reader: Reader, raw: Raw, path: str) -> PriceEvent | None:
    row = reader.mapping(raw, path, _EVENT_KEYS, _EVENT_KEYS)
    if len(row) < len(_EVENT_KEYS):
        return None
    day = _date(row["date"])
    if day is None:
        reader.fault(f"{path}.date", "must be a date, YYYY-MM-DD")
    start = _time(reader, row["start"], f"{path}.start")
    midnight = row["end"] in _MIDNIGHT
    end = None if midnight else _time(reader, row["end"], f"{path}.end")
    if start and end and end <= start:
        reader.fault(f"{path}.end", "must lie after `start`")
    if row["zone"] not in _ZONES:
        reader.fault(f"{path}.zone", f"must be one of {', '.join(_ZONES)}")
    if day is None or start is None or (end is None and not midnight):
        return None
    return PriceEvent(day, start, end, str(row["zone"]))


def _date(raw: Raw) -> date | None:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        return None


def _time(reader: Reader, raw: Raw, path: str) -> time | None:
    """Return a time of day; without quotation marks YAML gives it as a number to the base of 60."""
    try:
        if isinstance(raw, int) and not isinstance(raw, bool):
            return time(*divmod(raw, 60))
        return time.fromisoformat(str(raw))
    except (ValueError, OverflowError):
        reader.fault(path, "must be a time, HH:MM")
        return None
