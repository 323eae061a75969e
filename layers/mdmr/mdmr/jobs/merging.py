"""Merging: the sorted lines of many results in one order, in bounded memory.

The lines of each result are in order. At most `MAX_SOURCES` are merged at once, as each is read
side by side; where there are more, groups of them are merged into objects of their own first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from heapq import merge

from mdmr.jobs import sections
from mdmr.jobs.lines import joined, lines
from mdmr.jobs.objects import exists
from mdmr.ports.objects import ObjectStore

MAX_SOURCES = 32
_PIECE = 1 << 20


def merged(
    data: ObjectStore,
    keys: Sequence[str],
    section: str,
    folder: str,
    max_sources: int = MAX_SOURCES,
) -> Iterator[bytes]:
    """Yield the lines of a section of results (`keys`) in order, without their line feeds.

    `folder` is where merged groups are kept: the same results always give the same groups, so that
    several readers share them. Raises ObjectMissingError.
    """
    mark = hashlib.sha256("\n".join((section, *keys)).encode()).hexdigest()[:16]
    runs = [sections.lines(data, key, section) for key in keys]
    level = 0
    while len(runs) > max_sources:
        groups = [runs[at : at + max_sources] for at in range(0, len(runs), max_sources)]
        merged_keys = [f"{folder}/{mark}-{level}-{number}" for number in range(len(groups))]
        for key, group in zip(merged_keys, groups, strict=True):
            if not exists(data, key):
                data.put_new(key, joined(merge(*group), _PIECE))
        runs = [lines(data.stream(key)) for key in merged_keys]
        level += 1
    yield from merge(*runs)
