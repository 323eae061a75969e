"""Choosing the lines of a file that are about some entities.

Of nearly all lines no more is looked at than the few bytes where the id begins: in a block of which
every line has its first delimiters in the same places. In other blocks each line is split, and the
blanks around its id are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import compress
from operator import itemgetter

from mdmr.exchange.files.layouts.tables import DELIMITER
from mdmr.synchronization.staging.comparing import KEY_FIELDS, entity_of

_DELIMITER = DELIMITER.encode("ascii")
# What lines begin with before the id, by file number; all of one length.
_BEFORE = {
    "01": rb"(?:SDP|MTR|COM)\|",
    "02": rb"PRM\|",
    "03": rb"SAG\|",
    "04": rb"PAR\|[MS]\|",
    "05": rb"REL\|[A-Z][A-Z]\|",
    "07": rb"CT[CF]\|",
}
_LENGTHS = {"01": 4, "02": 4, "03": 4, "04": 6, "05": 7, "07": 4}
# A Universal SDP ID with the delimiter after it; of longer ids it is the begin.
_WIDTH = 9
# With ids of more lengths below that, splitting is as quick.
_MOST_WIDTHS = 3


class Choice:
    """Finds the lines of a file that are about some entities, by their ids as they stand there.

    A line that is too short to name one is among them: nobody vouches for it.
    """

    def __init__(self, number: str, entities: AbstractSet[bytes]) -> None:
        self._number, self._entities = number, entities
        self._shape = re.compile(rb"(?:" + _BEFORE[number] + rb".*\n)*+")
        self._trimmed = re.compile(rb"(?:" + _BEFORE[number] + rb"[^ |\n]*+\|.*\n)*+")
        heads: dict[int, set[bytes]] = {}
        for each in entities:
            width = min(len(each) + 1, _WIDTH)
            # It may be the last field of its line.
            heads.setdefault(width, set()).update(((each + _DELIMITER)[:width], each[:width]))
        self._quick = len(heads) <= _MOST_WIDTHS
        start = _LENGTHS[number]
        self._heads = [
            (itemgetter(slice(start, start + width)), frozenset(own))
            for width, own in heads.items()
        ]

    def even(self, block: bytes) -> bool:
        """Return whether all lines of a block are of this file, with their ids in one place.

        Lines are not so where an id has blanks around it.
        """
        # Most files have no blank at all, which is found out in no time.
        shape = self._trimmed if b" " in block else self._shape
        return shape.fullmatch(block) is not None

    def of(self, lines: Sequence[bytes], *, even: bool) -> list[int]:
        """Return the places of the lines, which have no line feeds; `even`: they are all so."""
        if not (even and self._quick):
            return chosen_lines(self._number, lines, self._entities)
        places: set[int] = set()
        for head, wanted in self._heads:
            places.update(compress(range(len(lines)), map(wanted.__contains__, map(head, lines))))
        named = self._number, self._entities
        return [place for place in sorted(places) if _about(lines[place], *named)]


def chosen_lines(number: str, lines: Sequence[bytes], entities: AbstractSet[bytes]) -> list[int]:
    """Return the places of the lines of a file that are about some entities, line by line."""
    at = KEY_FIELDS[number]
    splits = at + 1
    try:
        return [
            place
            for place, line in enumerate(lines)
            if line.split(_DELIMITER, splits)[at].strip(b" ") in entities
        ]
    except IndexError:
        return [
            place
            for place, line in enumerate(lines)
            if line.count(_DELIMITER) < at or _about(line, number, entities)
        ]


def _about(line: bytes, number: str, entities: AbstractSet[bytes]) -> bool:
    return entity_of(number, line) in entities
