"""SDPs in outline, and which of them hang together: by a meter, a module, or as a component.

Entities are named by the letter of their kind, S, M or A, and their id.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from mdmr.directory.entries import VIRTUAL, Column, is_active

# The columns of an outline, as it has them.
OUTLINE = (
    Column.USDP,
    Column.SDP_ID,
    Column.TYPE,
    Column.STATUS,
    Column.METERS,
    Column.AMCDS,
    Column.COMPONENTS,
)
_MORE, _TIMES = ";", "@"


class Outline(NamedTuple):
    """Some columns of a line of the directory map, as they stand there."""

    usdp: str
    sdp_id: str
    type: str
    status: str
    meters: str
    amcds: str
    components: str

    @property
    def virtual(self) -> bool:
        """Whether it is a virtual SDP."""
        return self.type == VIRTUAL

    def active(self, instant: datetime) -> bool:
        """Return whether it is active at an instant."""
        return is_active(self.status, instant)

    @property
    def assets(self) -> list[str]:
        """Its meters and their modules, named."""
        return [*_named("M", self.meters), *_named("A", self.amcds)]

    @property
    def names(self) -> list[str]:
        """All entities that it tells of, named, itself first."""
        return [f"S{self.usdp}", *self.assets, *_named("S", self.components)]


class Shown(Protocol):
    """SDPs in outline: all of a directory map, or some of them."""

    def outlines(self) -> Iterator[Outline]:
        """Yield every SDP."""

    def around(self, wanted: Iterable[str]) -> Iterator[Outline]:
        """Yield every SDP that hangs together with any of some entities, over others too."""


class Sought:
    """Entities that are looked for; names of no kind of entity are passed over."""

    def __init__(self, names: Iterable[str]) -> None:
        self._ids: dict[str, set[str]] = {"S": set(), "M": set(), "A": set()}
        for name in names:
            if name[0] in self._ids:
                self._ids[name[0]].add(name[1:])

    def named_by(self, outline: Outline) -> bool:
        """Return whether an SDP is one of them or tells of one."""
        return any(name[1:] in self._ids[name[0]] for name in outline.names)

    def places(self, letter: str, values: Sequence[str]) -> list[int]:
        """Return where in a column one of them is named."""
        ids = self._ids[letter]
        hit = ids.intersection(values)
        found = [at for at, value in enumerate(values) if value in hit] if hit else []
        if not _is_plain(values):
            found += [
                at
                for at, value in enumerate(values)
                if not _is_plain((value,)) and not ids.isdisjoint(ids_of((value,)))
            ]
        return found


class Outlines:
    """Some SDPs in outline, in memory."""

    def __init__(self, outlines: Sequence[Outline]) -> None:
        self._outlines = outlines

    def outlines(self) -> Iterator[Outline]:
        """Yield every SDP."""
        return iter(self._outlines)

    def around(self, wanted: Iterable[str]) -> Iterator[Outline]:
        """Yield every SDP that hangs together with any of some entities, over others too."""
        counted = Counter(name for each in self._outlines for name in each.names)
        shared = {name for name, times in counted.items() if times > 1}
        sought = Sought(wanted)
        yield from filter(sought.named_by, self._outlines)
        yield from beyond(self._outlines, sought, shared)


class Repeated:
    """The ids that stand more than once in a column, told piece by piece."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self.found: set[str] = set()

    def add(self, values: Iterable[str]) -> None:
        """Add the values of a piece."""
        ids, before = ids_of(values), len(self._seen)
        if not self._seen.isdisjoint(ids):
            self.found |= self._seen.intersection(ids)
        self._seen.update(ids)
        if len(self._seen) < before + len(ids):
            self.found |= {each for each, times in Counter(ids).items() if times > 1}


def beyond(outlines: Iterable[Outline], sought: Sought, shared: set[str]) -> Iterator[Outline]:
    """Yield the SDPs that tell of nothing sought, but hang together with others that do.

    `shared` are the names that more than one SDP has: only over these others are reached. Of
    `outlines` those are needed that have such a name. Each is looked at once.
    """
    aside: dict[str, list[Outline]] = defaultdict(list)
    reached: list[str] = []
    for each in outlines:
        names = shared.intersection(each.names)
        if sought.named_by(each):
            reached += names
        else:
            for name in names:
                aside[name].append(each)
    told: set[str] = set()
    while reached:
        for each in aside.pop(reached.pop(), ()):
            if each.usdp not in told:
                told.add(each.usdp)
                yield each
                reached += shared.intersection(each.names)


def ids_of(values: Iterable[str]) -> list[str]:
    """Return all ids that a column names, so often as it does."""
    there = list(filter(None, values))
    if _is_plain(there):
        return there
    return [each.partition(_TIMES)[0] for value in there for each in value.split(_MORE)]


def _named(letter: str, text: str) -> list[str]:
    return [letter + each for each in ids_of((text,))]


def _is_plain(values: Iterable[str]) -> bool:
    """Return whether all values of a column have one id and no times."""
    text = "".join(values)
    return _MORE not in text and _TIMES not in text
