"""The trace of a run: what happened, when, to what. Its hash is the same for the same seed."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

# Whose events concern everyone.
_OF_ALL = {"operator", "world", "schedule"}


class Line(NamedTuple):
    """One event: at which millisecond, by whom, what, and whether a reader wants to see it."""

    at: int
    who: str
    what: str
    notable: bool


class Trace:
    """Every event in order."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._lines: list[Line] = []

    def note(self, at: int, who: str, what: str, *, notable: bool = True) -> None:
        """Add an event."""
        self._lines.append(Line(at, who, what, notable))

    @property
    def digest(self) -> str:
        """The hash of all events."""
        text = "\n".join(f"{line.at} {line.who} {line.what}" for line in self._lines)
        return hashlib.sha256(text.encode()).hexdigest()

    def told(self, about: str = "", most: int = 60) -> list[str]:
        """Return the last notable events for a reader.

        `about` keeps those that name it, those of the calls that are about it, and what befell
        all: what the operator did and the world.
        """
        lines = [line for line in self._lines if line.notable]
        calls = {line.who for line in lines if about and about in line.what}
        named = [line for line in lines if line.who in calls | _OF_ALL]
        return [self._text(line) for line in (named if calls else lines)[-most:]]

    def _text(self, line: Line) -> str:
        at = self._start + timedelta(milliseconds=line.at)
        return f"{at:%d %H:%M:%S.%f}"[:-3] + f"  {line.who:<28} {line.what}"
