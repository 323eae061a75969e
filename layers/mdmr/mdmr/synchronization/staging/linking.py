"""Linking: which entities hang together, and how they are packed into parts.

SDPs, meters and AMCDs that a relationship or a component binds to each other are worked together,
whatever the order of their records; others need not wait for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from mdmr.synchronization.staging.rows import COLUMN, NEXT


class Size(Struct, frozen=True):
    """How much goes into a part, unless more than that hangs together."""

    entities: int = 2_000
    rows: int = 30_000


class Links:
    """Entities and what binds them: a union of sets that only ever grow together.

    An entity is named as in a row: its kind's letter and its id.
    """

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._parents: list[int] = []
        self._rows: list[int] = []

    def __iter__(self) -> Iterator[str]:
        """Yield the entities in the order in which they were added."""
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def add_rows(self, lines: Iterable[str]) -> None:
        """Add the entities of encoded rows, and link those that one row names."""
        counted = Counter(line.partition(COLUMN)[0] for line in lines)
        places, own = self._places, self._rows
        for named, rows in counted.items():
            if (known := places.get(named)) is not None:
                own[known] += rows
            else:
                self.add(named.split(NEXT), rows)

    def add(self, named: Iterable[str], rows: int = 0) -> None:
        """Add entities that hang together, and so many rows about the first of them."""
        first, *others = map(self._place, named)
        self._rows[first] += rows
        for other in others:
            one, two = self._root(first), self._root(other)
            if one != two:
                # The earlier one stays the root, so that groups keep the order of their begin.
                self._parents[max(one, two)] = min(one, two)

    def parts(self, size: Size) -> Mapping[str, int]:
        """Return the number of its part, from 0, of each entity.

        Groups are packed in the order in which the first entity of each was added.
        """
        roots = [self._root(at) for at in range(len(self._parents))]
        entities = Counter(roots)
        rows = Counter[int]()
        for root, count in zip(roots, self._rows, strict=True):
            rows[root] += count
        part_of: dict[int, int] = {}
        part = filled = filled_rows = 0
        for root in entities:
            filled += entities[root]
            filled_rows += rows[root]
            if (filled > size.entities or filled_rows > size.rows) and filled != entities[root]:
                part, filled, filled_rows = part + 1, entities[root], rows[root]
            part_of[root] = part
        return {entity: part_of[root] for entity, root in zip(self._places, roots, strict=True)}

    def _place(self, entity: str) -> int:
        place = self._places.setdefault(entity, len(self._parents))
        if place == len(self._parents):
            self._parents.append(place)
            self._rows.append(0)
        return place

    def _root(self, place: int) -> int:
        parents = self._parents
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place
