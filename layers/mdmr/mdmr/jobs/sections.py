"""A result in sections: one object with a summary and several lists of lines, written once.

The first line of the object has the summary and the size of each section; the sections follow. So
the summary, or one section, is read without the others. Whoever writes first wins: every later
step sees the same result, whatever changed around the job since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from mdmr.jobs.lines import first_line, up_to
from mdmr.jobs.lines import lines as lines_of
from mdmr.jobs.objects import put_if_absent
from mdmr.ports.objects import ObjectMissingError, ObjectStore

_T = TypeVar("_T", bound=Struct)


class _Head(Struct, frozen=True):
    """The first line: the summary, and how many bytes each section has, in their order."""

    summary: Raw
    sizes: dict[str, int]


def write(
    data: ObjectStore, key: str, summary: Struct, sections: Mapping[str, Iterable[bytes]]
) -> bool:
    """Write a result unless there is one; return whether it is this one now.

    The lines of the sections are given without their line feeds.
    """
    bodies = {name: b"".join(b"%b\n" % line for line in own) for name, own in sections.items()}
    sizes = {name: len(body) for name, body in bodies.items()}
    head = msgspec.json.encode(_Head(Raw(msgspec.json.encode(summary)), sizes))
    return put_if_absent(data, key, b"".join((head, b"\n", *bodies.values())))


def summary(data: ObjectStore, key: str, kind: type[_T]) -> _T | None:
    """Return the summary of a result, None where there is no result."""
    try:
        head, _ = _head(data, key)
    except ObjectMissingError:
        return None
    return msgspec.json.decode(head.summary, type=kind)


def lines(data: ObjectStore, key: str, section: str) -> Iterator[bytes]:
    """Yield the lines of a section without their line feeds.

    Raises ObjectMissingError, and KeyError for a section that the result has not.
    """
    head, start = _head(data, key)
    size = head.sizes[section]
    for name, before in head.sizes.items():
        if name == section:
            break
        start += before
    if size:
        yield from lines_of(up_to(data.stream(key, start=start), size))


def _head(data: ObjectStore, key: str) -> tuple[_Head, int]:
    """Return the head of a result, and where its first section begins."""
    line = first_line(data.stream(key))
    return msgspec.json.decode(line, type=_Head), len(line) + 1
