"""Documents: one for each entity of the master directory, with all its timelines.

| What | Partition | Sort key |
|---|---|---|
| service delivery point | `SDP#<universal sdp id>` | `DOCUMENT` |
| meter | `METER#<ldc>#<meter id>` | `DOCUMENT` |
| communication module | `AMCD#<ldc>#<amcd id>` | `DOCUMENT` |
| what was known of it long ago | as its document | `LOG#<newest version in it>` |

Meter and AMCD IDs are their LDC's own. A document is written as a whole, on condition that it is
still at the version that was read. It keeps what each synchronization set found before it changed
something, so that the directory can be seen as it was known at any time: the newest of that in the
document itself, older parts in pages beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, overload

from msgspec import Struct
from msgspec.structs import replace

from mdmr.directory.compact import log_from_text, timelines_from_text
from mdmr.directory.timeline import Timeline
from mdmr.ports.codec import from_item, record_type
from mdmr.ports.state import Item, Key

_SORT = "DOCUMENT"
PAGE = "LOG#"
_EMPTY = Timeline()


class Kind(StrEnum):
    """The kinds of entities that have a document."""

    SDP = "SDP"
    METER = "METER"
    AMCD = "AMCD"


class Entity(NamedTuple):
    """Which entity: its kind, its LDC and its id (Universal SDP ID, Meter ID, AMCD ID)."""

    kind: Kind
    ldc: str
    id: str

    @property
    def key(self) -> Key:
        """Where its document lies."""
        if self.kind is Kind.SDP:
            return Key(f"SDP#{self.id}", _SORT)
        return Key(f"{self.kind}#{self.ldc}#{self.id}", _SORT)


class Delta(Struct, frozen=True):
    """What a set changed: when it was known, by which set, and the timelines as before."""

    at: datetime
    by: str
    before: Mapping[str, Timeline]


class Log(Sequence[Delta]):
    """The deltas of an item, read when they are asked for: most documents are read as they stand.

    Equal to any other deltas that are the same.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _deltas(self) -> tuple[Delta, ...]:
        return tuple(Delta(*each) for each in log_from_text(self._text))

    @overload
    def __getitem__(self, at: int) -> Delta: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Delta]: ...

    def __getitem__(self, at: int | slice) -> Delta | Sequence[Delta]:
        return self._deltas[at]

    def __len__(self) -> int:
        return len(self._deltas)

    def __eq__(self, other: object) -> bool:
        return self._deltas == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._deltas)


class PagedError(Exception):
    """What was known then is told by pages that were not read: see `reading.whole`."""


class Document(Struct, frozen=True):
    """All that is known of an entity: its timelines by name, and what was known before.

    `version` 0: nothing was ever written of it. `log` has one delta for each version, in the order
    of time, but for the first `paged` ones: those are in pages.
    """

    entity: Entity
    version: int = 0
    timelines: Mapping[str, Timeline] = {}
    log: Sequence[Delta] = ()
    paged: int = 0

    def timeline(self, name: str) -> Timeline:
        """Return one of its timelines, empty when nothing is known."""
        return self.timelines.get(name, _EMPTY)

    def changed(self, timelines: Mapping[str, Timeline], at: datetime, by: str) -> Document:
        """Return the document with new timelines by name, as one set (`by`) makes them known.

        A name that is not given keeps its timeline. The same document when nothing is new.
        """
        new = {name: each for name, each in timelines.items() if each != self.timeline(name)}
        if not new:
            return self
        delta = Delta(at, by, {name: self.timeline(name) for name in new})
        return replace(
            self,
            version=self.version + 1,
            timelines=_known({**self.timelines, **new}),
            log=(*self.log, delta),
        )

    def known_at(self, instant: datetime) -> Document:
        """Return the document as it was known at an instant, without what was learned later.

        Raises PagedError when that was longer ago than its own log tells.
        """
        if self.paged and instant < self.log[0].at:
            raise PagedError(self.entity.id)
        timelines = dict(self.timelines)
        for delta in reversed(self.log):
            if delta.at <= instant:
                break
            timelines |= delta.before
        log = tuple(delta for delta in self.log if delta.at <= instant)
        version = self.paged + len(log)
        return replace(self, version=version, timelines=_known(timelines), log=log)


@record_type()
class DocumentRow(Struct, frozen=True):
    """A document as it is stored: its timelines and the newest of its log as texts.

    `by` is the set that wrote it, `epoch` that of its decision.
    """

    ldc: str
    version: int
    by: str
    timelines: str
    log: str
    paged: int
    epoch: int


@record_type()
class PageRow(Struct, frozen=True):
    """A page of a log: the version of its first delta, and the deltas as a text."""

    first: int
    log: str


def document_of(entity: Entity, item: Item | None) -> Document:
    """Return the document of an item; an empty one when there is none."""
    if item is None:
        return Document(entity)
    row = from_item(DocumentRow, item)
    return Document(
        entity, row.version, timelines_from_text(row.timelines), Log(row.log), row.paged
    )


def with_pages(document: Document, pages: Iterable[Item]) -> Document:
    """Return a document with its whole log, from the items of its pages.

    Raises PagedError when one is missing.
    """
    older: dict[int, Delta] = {}
    for item in pages:
        page = from_item(PageRow, item)
        # A page whose document was not written after it may tell again what another one tells.
        older |= enumerate(Log(page.log), page.first)
    try:
        first = tuple(older[version] for version in range(1, document.paged + 1))
    except KeyError as missing:
        raise PagedError(document.entity.id) from missing
    return replace(document, log=(*first, *document.log), paged=0)


def _known(timelines: Mapping[str, Timeline]) -> dict[str, Timeline]:
    return {name: each for name, each in timelines.items() if each.segments}
