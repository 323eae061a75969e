"""The cases of the corpus as they lie in its folders: `<class>/<case>/{input, expect.yaml}`.

The README beside this file tells what an `expect.yaml` may say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from mdmr.calendar.instants import EST, read_est

from tests.support.market import NOON

ROOT = Path(__file__).parents[1] / "corpus"
CLASSES = (
    "name-and-key",
    "identity-and-authority",
    "bytes-and-encoding",
    "structure",
    "file-sets-and-sequence",
    "requests-and-ids",
    "xml",
    "events-and-time",
)
# Stands in fields and names of the inputs, and must stand in no log.
CANARY = "CNRY4711"
NOBODY = "nobody"
Step: TypeAlias = Mapping[str, Any]
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_KNOWN = {
    "why",
    "key",
    "at",
    "before",
    "content",
    "events",
    "state",
    "code",
    "told",
    "slot",
    "answers",
    "counts",
    "parts",
    "unread",
}


@dataclass(frozen=True)
class Case:
    """One upload with what is set up before it, and what must become of it.

    `told` is the organization that gets the FR01 or the answers (None: nobody can be told).
    `answers` are the records of the 2000 in order, `#` for a number; `counts` the five of IR01.
    `unread`: its bytes are not read, so that its hash is not known.
    """

    folder: Path
    why: str
    key: str
    content: bytes
    state: str
    at: datetime = NOON
    before: Sequence[Step] = ()
    events: str = "once"
    code: str = ""
    told: str | None = None
    slot: str | None = None
    answers: Sequence[str] = ()
    counts: Sequence[int] = ()
    parts: int = 1
    unread: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """Class and case, as the folders are named."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def name(self) -> str:
        """The file's name: the key without the prefix."""
        return self.key.partition("/")[2]

    @classmethod
    def read(cls, folder: Path) -> Case:
        """Read a case from its folder. Raises ValueError for what no case can say."""
        raw = yaml.load((folder / "expect.yaml").read_bytes(), Loader=yaml.CSafeLoader)
        if unknown := raw.keys() - _KNOWN:
            message = f"{folder}: {unknown}"
            raise ValueError(message)
        stored = folder / "input"
        if stored.is_file() is ("content" in raw):
            message = f"{folder}: the content is an input or described, not both"
            raise ValueError(message)
        content = made(raw["content"]) if "content" in raw else stored.read_bytes()
        told = raw.get("told")
        return cls(
            folder=folder,
            why=raw["why"],
            key=raw["key"],
            content=content,
            state=raw["state"],
            at=instant(raw["at"]) if "at" in raw else NOON,
            before=raw.get("before", ()),
            events=raw.get("events", "once"),
            code=raw.get("code", ""),
            told=None if told == NOBODY else told,
            slot=raw.get("slot"),
            answers=raw.get("answers", ()),
            counts=raw.get("counts", ()),
            parts=raw.get("parts", 1),
            unread=raw.get("unread", False),
            raw=raw,
        )


@cache
def every_case() -> list[Case]:
    """Return all cases, by class and name."""
    return [Case.read(file.parent) for file in sorted(ROOT.glob("*/*/expect.yaml"))]


def made(parts: Sequence[Any]) -> bytes:
    """Return the bytes that a description makes: texts, and `{text: ..., times: n}`."""
    return b"".join(
        part.encode() if isinstance(part, str) else part["text"].encode() * part["times"]
        for part in parts
    )


def instant(text: str) -> datetime:
    """Return the instant of `YYYYMMDDhhmmss` in EST. Raises ValueError."""
    found = read_est(text)
    if found is None:
        raise ValueError(text)
    return found.astimezone(EST)


def span(text: str) -> timedelta:
    """Return the stretch of time of `35d -1s`: amounts with their units, added up."""
    amounts = ((int(each[:-1]), _UNITS[each[-1]]) for each in text.split())
    return sum((timedelta(**{unit: amount}) for amount, unit in amounts), timedelta())
