"""The ranges in which the files of a set are read; how a set is cut is laid down once.

The file of a range is named by file number and segment number: `04-01`.

| What | Key under `synchronization/<set>/` |
|---|---|
| the ranges in which the files of a set are read | `ranges` |
"""

from __future__ import annotations

from collections.abc import Iterable

from mdmr.jobs.lines import end_of_line
from mdmr.jobs.objects import get_or_create_value
from mdmr.jobs.ranges import Range, cut
from mdmr.ports.hub import Hub
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.staging import limits
from mdmr.synchronization.staging.parts import folder

_HEAD_LINES = 2


def ranges_of(hub: Hub, each: FileSet, files: Iterable[SetFile]) -> list[Range]:
    """Return the ranges in which the files of a set are read, in order; the first answer stays."""
    return get_or_create_value(
        hub.data,
        f"{folder(each.id)}/ranges",
        list[Range],
        lambda: [one for file in files for one in _cut(hub, file)],
    )


def name_of(file: SetFile) -> str:
    """Return the name of a segment: file number and segment number."""
    return f"{file.number}-{file.segment}"


def number_and_segment(cut_: Range) -> tuple[str, str]:
    """Return file number and segment number of the segment that a range belongs to."""
    number, segment = cut_.of.split("-")
    return number, segment


def _cut(hub: Hub, file: SetFile) -> list[Range]:
    def head() -> int:
        return end_of_line(hub.inbound.stream(file.key, file.version_id), _HEAD_LINES)

    size = hub.inbound.describe(file.key, file.version_id).size
    return cut(name_of(file), size, limits.RANGE, head)
