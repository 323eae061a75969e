"""Faults of a document that a person wrote, each with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

from msgspec import Struct, field

from mdmr.calendar.instants import EST, FIRST, LAST, from_text, is_on_last_day

_MOST_SHORT = 200
# Of a value that is faulty, so much is shown; of a value that is right, none is longer.
_MOST_SHOWN = 60
# In UTF-8: what a table takes as a key, with what the hub puts before it.
MAX_TEXT_BYTES = 900
_MAX_NUMBER = 10**18

# What YAML and JSON give: the inside of a document before it is checked.
Raw: TypeAlias = (
    "str | int | float | bool | date | datetime | Sequence[Raw] | Mapping[str, Raw] | None"
)


class Fault(Struct, frozen=True):
    """One thing that is wrong: its path in the document, and what it should be."""

    path: str
    text: str


def shown(raw: object) -> str:
    """Return how a faulty value is shown: in quotation marks, printable, cut."""
    text = str(raw)[: _MOST_SHOWN + 1]
    return repr(text) if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]!r}..."


def text_fault(text: str) -> str:
    """Return why a text is none that the hub takes anywhere; empty when it takes it."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "has characters that are none"
    most = MAX_TEXT_BYTES
    return f"must have at most {most} bytes, has {size}" if size > most else ""


class Reader(Struct):
    """Reads values of a document and gathers every fault instead of stopping at the first."""

    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: str, text: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(path, text))

    def mapping(
        self, raw: Raw, path: str, known: Sequence[str], needed: Sequence[str]
    ) -> dict[str, Raw]:
        """Return a mapping; unknown keys and needed ones that lack are faults."""
        if not isinstance(raw, Mapping):
            self.fault(path, "must be a mapping")
            return {}
        for key in raw:
            if key not in known:
                at = _join(path, str(key)[:_MOST_SHOWN])
                self.fault(at, f"unknown key; known are {', '.join(known)}")
        for key in needed:
            if _blank(raw.get(key)):
                self.fault(_join(path, key), "is missing")
        return {str(key): value for key, value in raw.items() if key in known}

    def rows(self, raw: Raw, path: str) -> list[tuple[str, Raw]]:
        """Return the rows of a list with their paths; None is an empty list."""
        if raw is None:
            return []
        if isinstance(raw, str) or not isinstance(raw, Sequence):
            self.fault(path, "must be a list")
            return []
        return [(f"{path}[{index}]", row) for index, row in enumerate(raw)]

    def text(self, raw: Raw, path: str) -> str:
        """Return a text that the hub can take; numbers are taken as they are written."""
        if raw is None:
            return ""
        if isinstance(raw, str):
            if not (fault := text_fault(raw)):
                return raw
            self.fault(path, fault)
        elif isinstance(raw, int) and not isinstance(raw, bool):
            if -_MAX_NUMBER < raw < _MAX_NUMBER:
                return str(raw)
            self.fault(path, "is too large a number")
        else:
            self.fault(path, "must be a text; put it in quotation marks")
        return ""

    def filled(self, raw: Raw, path: str) -> str:
        """Return a text that must not be empty."""
        if _blank(raw):
            self.fault(path, "is missing")
        return self.text(raw, path)

    def short(self, raw: Raw, path: str) -> str:
        """Return a text of one short line, for people, that must not be empty."""
        text = self.filled(raw, path)
        if len(text) > _MOST_SHORT or not text.isprintable():
            self.fault(path, f"must be at most {_MOST_SHORT} printable characters")
        return text

    def instant(self, raw: Raw, path: str) -> datetime | None:
        """Return an aware instant of a date (00:00 EST) or a date-time with offset, or None."""
        if raw is None:
            return None
        value = _moment(raw)
        if value is None or value.tzinfo is None:
            self.fault(path, "must be a date, or a date and time with its offset")
            return None
        if not FIRST <= value <= LAST:
            self.fault(path, "must lie between 0001-01-01 and 9999-12-31 in EST")
            return None
        return value

    def end(self, raw: Raw, path: str) -> datetime | None:
        """Return the instant of an end; None where there is none, as on 9999-12-31 at any time."""
        end = self.instant(raw, path)
        return None if end is None or is_on_last_day(end) else end


def _blank(raw: Raw) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def _moment(raw: Raw) -> datetime | None:
    if isinstance(raw, datetime):
        return raw
    if isinstance(raw, date):
        return datetime(raw.year, raw.month, raw.day, tzinfo=EST)
    if not isinstance(raw, str):
        return None
    try:
        value = datetime.fromisoformat(raw)
    except ValueError:
        return _shown_by_the_hub(raw)
    return value.replace(tzinfo=EST) if len(raw) == len("YYYY-MM-DD") else value


def _shown_by_the_hub(raw: str) -> datetime | None:
    """Return the instant of a text that the hub showed, and nobody else would write."""
    try:
        return from_text(raw)
    except ValueError:
        return None


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
