"""Which entities of a set hang together, in a few bytes each: for sets larger than the memory.

The same groups as `mdmr.synchronization.staging.linking` makes. Entities are known by a hash of
their name alone: two of the same hash would come into one group, which only makes it larger.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

_FIRST_SLOTS = 1 << 10
_HASH = (1 << 64) - 1


class CompactLinks:
    """Entities and what binds them, with the number of rows about each; some 30 bytes an entity."""

    def __init__(self) -> None:
        self._slots = array("I", bytes(4 * _FIRST_SLOTS))
        self._hashes = array("Q")
        self._parents = array("I")
        self._rows = array("I")

    def __len__(self) -> int:
        return len(self._hashes)

    def add(self, names: Iterable[str], rows: int) -> None:
        """Add entities that hang together, and so many rows about the first of them."""
        first, *others = map(self._place, names)
        self._rows[first] += rows
        for other in others:
            one, two = self._root(first), self._root(other)
            # The earlier one stays the root, so that groups keep the order of their begin.
            self._parents[max(one, two)] = min(one, two)

    def part_of(self, name: str, parts: array[int]) -> int:
        """Return the number of an entity's part, of those that `parts` returned."""
        return parts[self._place(name)]

    def parts(self, entities: int, rows: int) -> tuple[array[int], int]:
        """Return the number of the part of each place, from 0, and how many parts there are.

        Groups are packed as they were begun, up to so many entities and rows a part. Nothing can be
        added afterwards: the rows of a group are those of its root from then on.
        """
        own = self._rows
        # The size of each group at its root, and then the number of the part at each place.
        found = array("I", bytes(4 * len(self)))
        for place in range(len(self)):
            root = self._root(place)
            found[root] += 1
            if root != place:
                own[root] += own[place]
        part = filled = filled_rows = 0
        for place in range(len(self)):
            root = self._root(place)
            if root != place:
                found[place] = found[root]
                continue
            size = found[place]
            filled, filled_rows = filled + size, filled_rows + own[place]
            if (filled > entities or filled_rows > rows) and filled != size:
                part, filled, filled_rows = part + 1, size, own[place]
            found[place] = part
        return found, part + 1 if found else 0

    def _place(self, name: str) -> int:
        code = hash(name) & _HASH
        slots, hashes = self._slots, self._hashes
        mask = len(slots) - 1
        at = code & mask
        while found := slots[at]:
            if hashes[found - 1] == code:
                return found - 1
            at = (at + 1) & mask
        place = len(hashes)
        hashes.append(code)
        self._parents.append(place)
        self._rows.append(0)
        slots[at] = place + 1
        if 2 * place > len(slots):
            self._grow()
        return place

    def _grow(self) -> None:
        size = 2 * len(self._slots)
        slots, mask = array("I", bytes(4 * size)), size - 1
        for place, code in enumerate(self._hashes, 1):
            at = code & mask
            while slots[at]:
                at = (at + 1) & mask
            slots[at] = place
        self._slots = slots

    def _root(self, place: int) -> int:
        parents = self._parents
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place
