"""Files that arrive at the time of their names."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mdmr.calendar.instants import est_shown, read_est
from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.operation.faults import Reader

from mdmr_local.simulate.paths import LINK
from mdmr_local.simulate.scenario import Upload

FOLDER = "inbound"
Span = tuple[datetime | None, datetime | None]

# The place of DATE_TIME between the dots. The rest of a name may be faulty: intake tells that.
_TIME_ELEMENT = 4
_TIME_DIGITS = (12, 14)


def by_name(reader: Reader, folder: Path, span: Span) -> list[Upload]:
    """Return an upload for each file in `inbound/<ORG_ID>/` of a scenario's folder.

    Args:
        reader: gathers the faults; the path of one is that of the file.
        folder: the scenario's.
        span: start and end, between which each name's time must lie.
    """
    uploads: list[Upload] = []
    top = folder / FOLDER
    if top.is_symlink():
        reader.fault(FOLDER, LINK)
        return uploads
    for organization in sorted(top.iterdir()) if top.is_dir() else ():
        place = f"{FOLDER}/{organization.name}"
        if organization.is_symlink():
            reader.fault(place, LINK)
            continue
        if not organization.is_dir() or not ORG_ID.accepts(organization.name):
            reader.fault(place, "must be a folder named for an ORG ID")
            continue
        for path in sorted(organization.iterdir()):
            at = _arrival(reader, path, f"{place}/{path.name}", span)
            if at is not None:
                uploads.append(Upload(at, path, organization.name))
    return uploads


def _arrival(reader: Reader, path: Path, place: str, span: Span) -> datetime | None:
    if path.is_symlink() or not path.is_file():
        reader.fault(place, LINK if path.is_symlink() else "must be a file")
        return None
    at = name_time(path.name)
    if at is None:
        reader.fault(place, "its name has no valid time; put it into a step")
    elif not within(at, span):
        reader.fault(place, "its time lies outside `start` and `until`; put it into a step")
    return at


def name_time(name: str) -> datetime | None:
    """Return the instant that the DATE_TIME of a file name means in EST, or None."""
    elements = name.split(".")
    text = elements[_TIME_ELEMENT] if len(elements) > _TIME_ELEMENT else ""
    return read_est(text) if len(text) in _TIME_DIGITS else None


def within(at: datetime, span: Span) -> bool:
    """Tell whether an instant lies in a span; an end that is not known bounds nothing."""
    start, end = span
    return (start is None or start <= at) and (end is None or at <= end)


def shown(at: datetime) -> str:
    """Return an instant as a person reads it, in EST."""
    return est_shown(at)
