"""Rows of a set in a folder of this machine, ordered by what hangs together.

What staging does in the data bucket of a hub, for `mdmr check`.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from mdmr.synchronization.staging.rows import COLUMN, NEXT, Row, decode

from mdmr_cli.compact_links import CompactLinks

# Lines that are brought to their parts at once, in bytes.
_STRETCH = 1 << 20
# So much hangs together in a part, unless more must.
_ENTITIES, _ROWS = 2_000, 10_000


class RowsOnDisk:
    """The rows of a set: written file by file, then read part by part.

    A part has all rows about each of its entities, in the order of the set.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._links = CompactLinks()
        self._segments: list[tuple[str, str, Path]] = []

    def add(self, number: str, segment: str, rows: Iterable[str]) -> None:
        """Write the encoded rows of a file of the set; each text may have several."""
        path = self._folder / f"{number}-{segment}"
        self._segments.append((number, segment, path))
        with path.open("w", encoding="ascii", errors="replace", newline="") as file:
            for text in rows:
                file.write(text)
                named = Counter(line.partition(COLUMN)[0] for line in text.splitlines())
                for names, count in named.items():
                    self._links.add(names.split(NEXT), count)

    def parts(self) -> Iterator[Iterator[Row]]:
        """Yield the rows of each part; they are to be read before the next one is."""
        parts, count = self._links.parts(_ENTITIES, _ROWS)
        if count <= 1:
            yield self._all()
            return
        for number, segment, path in self._segments:
            with path.open(encoding="ascii", newline="") as file:
                while lines := file.readlines(_STRETCH):
                    self._bring(parts, f"{number}{COLUMN}{segment}{COLUMN}", lines)
            path.unlink()
        for part in range(count):
            path = self._part(part)
            yield _rows(path)
            path.unlink()

    def _bring(self, parts: array[int], place: str, lines: Iterable[str]) -> None:
        """Write lines of a file of the set to their parts, each with its place in the set."""
        by_part: dict[int, list[str]] = defaultdict(list)
        for line in lines:
            first = line.partition(COLUMN)[0].partition(NEXT)[0]
            by_part[self._links.part_of(first, parts)].append(f"{place}{line}")
        for part, own in by_part.items():
            with self._part(part).open("a", encoding="ascii", newline="") as file:
                file.writelines(own)

    def _part(self, part: int) -> Path:
        return self._folder / f"part-{part:06d}"

    def _all(self) -> Iterator[Row]:
        for number, segment, path in self._segments:
            with path.open(encoding="ascii", newline="") as file:
                for line in file:
                    yield decode(line[:-1], number, segment)


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="ascii", newline="") as file:
        for line in file:
            number, segment, row = line[:-1].split(COLUMN, 2)
            yield decode(row, number, segment)
