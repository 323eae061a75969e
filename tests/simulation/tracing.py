"""The trace of a run: what happened, when, to what. Its hash is the same for the same seed."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TypeAlias

# Whose events concern everyone.
_OF_ALL = {"operator", "world", "schedule"}


# At which millisecond, by whom, what, and whether a reader wants to see it.
Line: TypeAlias = tuple[int, str, str, bool]


class Trace:
    """Every event in order."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._lines: list[Line] = []

    def note(self, at: int, who: str, what: str) -> None:
        """Add an event."""
        self._lines.append((at, who, what, True))

    def passed(self, at: int, who: str, what: str) -> None:
        """Add an event of which only the hash tells."""
        self._lines.append((at, who, what, False))

    @property
    def digest(self) -> str:
        """The hash of all events."""
        text = "\n".join(f"{at} {who} {what}" for at, who, what, _ in self._lines)
        return hashlib.sha256(text.encode()).hexdigest()

    def told(self, about: str = "", most: int = 60) -> list[str]:
        """Return the last notable events for a reader.

        `about` keeps those that name it, those of the calls that are about it, and what befell
        all: what the operator did and the world.
        """
        lines = [(at, who, what) for at, who, what, notable in self._lines if notable]
        calls = {who for _, who, what in lines if about and about in what}
        named = [line for line in lines if line[1] in calls | _OF_ALL]
        return [self._text(*line) for line in (named if calls else lines)[-most:]]

    def _text(self, milliseconds: int, who: str, what: str) -> str:
        at = self._start + timedelta(milliseconds=milliseconds)
        return f"{at:%d %H:%M:%S.%f}"[:-3] + f"  {who:<28} {what}"
