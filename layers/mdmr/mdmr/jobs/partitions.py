"""Partitions: the rows of all files of a job, brought together by the part that works on them.

Rows are read in stretches that fit in memory. The rows of a stretch are written as one object,
part after part, so that each part is one slice of it. A part reads its slices in their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from msgspec import Struct

from mdmr.jobs.lines import up_to
from mdmr.jobs.objects import put_if_absent
from mdmr.ports.objects import ObjectStore


class Slice(Struct, frozen=True, array_like=True):
    """Rows of an object: its key, at which byte they begin, and how many bytes they have."""

    key: str
    offset: int
    size: int


def part_name(number: int) -> str:
    """Return the name of a part by its number, from 0."""
    return f"{number:04d}"


def write_by_part(
    data: ObjectStore, key: str, rows: Iterable[str], part_of: Callable[[str], int]
) -> dict[int, Slice]:
    """Write rows, given without their line feeds, ordered by part; return the slice of each part.

    Rows of one part stay in their order. What another run wrote under the key stays: the same rows
    and parts always give the same object.
    """
    by_part: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        by_part[part_of(row)].append(row)
    bodies = {number: "\n".join([*own, ""]).encode("ascii") for number, own in by_part.items()}
    put_if_absent(data, key, b"".join(bodies.values()))
    slices, offset = {}, 0
    for number, body in bodies.items():
        slices[number] = Slice(key, offset, len(body))
        offset += len(body)
    return slices


def rows_of(data: ObjectStore, part: Slice) -> list[str]:
    """Return the rows of a slice without their line feeds. Raises ObjectMissingError."""
    body = b"".join(up_to(data.stream(part.key, start=part.offset), part.size))
    return body.decode("ascii").split("\n")[:-1]
