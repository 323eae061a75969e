"""Rows of all parts in the order of their report, in bounded memory.

Each part's rows are in order. So many parts are merged at once as can be read side by side; where
there are more, groups of them are merged into objects of their own first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge

from mdmr.ports.objects import ObjectMissingError, ObjectStore
from mdmr.synchronization.processing import plans
from mdmr.synchronization.processing.rows import KEY_LENGTH

AT_ONCE = 32
_PIECE = 1 << 20


def merged(
    data: ObjectStore, plan_keys: Sequence[str], section: str, folder: str, at_once: int = AT_ONCE
) -> Iterator[str]:
    """Yield the rows of a section of plans in order, without their keys.

    `folder` is where merged groups are kept; the same plans always give the same groups.
    """
    mark = hashlib.sha256("\n".join((section, *plan_keys)).encode()).hexdigest()[:16]
    runs = [plans.lines(data, key, section) for key in plan_keys]
    level = 0
    while len(runs) > at_once:
        groups = [runs[at : at + at_once] for at in range(0, len(runs), at_once)]
        keys = [f"{folder}/{mark}-{level}-{number}" for number in range(len(groups))]
        for key, group in zip(keys, groups, strict=True):
            if not _is_there(data, key):
                data.put_new(key, _pieces(merge(*group)))
        runs = [_lines(data.stream(key)) for key in keys]
        level += 1
    for line in merge(*runs):
        yield line[KEY_LENGTH:].decode("ascii")


def _is_there(data: ObjectStore, key: str) -> bool:
    """Return whether a group is merged: each recipient of a report reads the same ones."""
    try:
        data.describe(key)
    except ObjectMissingError:
        return False
    return True


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    piece = bytearray()
    for line in lines:
        piece += line + b"\n"
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
