"""Records of evidence: who did what, when, under which epoch, each bound to the one before.

A record's hash covers all of it and the hash of the record before; so no record can be changed,
left out or put in between later without every hash after it being another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct, field

from mdmr.calendar.instants import to_text
from mdmr.ports.codec import record_type, to_item
from mdmr.ports.state import Item, Key, Value

FIRST = 1
NONE_BEFORE = ""


class Deed(Struct, frozen=True):
    """Something that was done: what and why in words, by whom, when, under which epoch.

    `facts` are ids, codes and hashes of what is told in full elsewhere: what stands here can
    never be erased, so that no person's data may.
    """

    what: str
    by: str
    at: datetime
    epoch: int
    why: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@record_type()
class Record(Struct, frozen=True):
    """A deed at its place in the chain: `previous` is the hash of the record before it."""

    number: int
    deed: Deed
    previous: str

    @property
    def sha256(self) -> str:
        """The hash of the record, in hex."""
        return hashlib.sha256(_canonical(self._told)).hexdigest()

    @property
    def content(self) -> bytes:
        """The record as a file: one JSON object with its own hash."""
        return _canonical({**self._told, "sha256": self.sha256})

    @property
    def object_key(self) -> str:
        """Where its copy lies in the bucket."""
        return f"operations/{self.number:010d}-{self.deed.epoch:06d}.json"

    @property
    def _told(self) -> dict[str, Value]:
        deed = self.deed
        return {
            "number": self.number,
            "what": deed.what,
            "by": deed.by,
            "at": to_text(deed.at),
            "epoch": deed.epoch,
            "why": deed.why,
            "facts": dict(deed.facts),
            "previous": self.previous,
        }


def digest(text: str) -> str:
    """Return the hash of a text that is told in full elsewhere."""
    return hashlib.sha256(text.encode()).hexdigest()


def record_key(number: int, epoch: int) -> Key:
    """Return where a record lies: the regions of two epochs never write the same one."""
    return Key(f"EVIDENCE#{number}", f"{epoch:06d}")


def item_of(record: Record) -> Item:
    """Return the item of a record, with its hash: whoever reads it compares the two."""
    key = record_key(record.number, record.deed.epoch)
    return to_item(record, key, {"sha256": record.sha256})


def _canonical(told: Mapping[str, Value]) -> bytes:
    return msgspec.json.encode(told, order="sorted")
