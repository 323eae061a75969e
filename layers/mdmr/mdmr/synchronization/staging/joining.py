"""Joining: what was read of the ranges of a segment comes to what reading it at once comes to.

How many lines stand before a range is known here, and so what is wrong with the frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from mdmr.jobs.objects import read_value
from mdmr.jobs.ranges import Range
from mdmr.ports.hub import Hub
from mdmr.synchronization.sets.rows import FileSet, SetFile
from mdmr.synchronization.staging import objects
from mdmr.synchronization.staging.findings import Finding, Summary, summary
from mdmr.synchronization.staging.frame import Seen, frame_findings
from mdmr.synchronization.staging.ranges import number_and_segment
from mdmr.synchronization.staging.reading import expected_of, in_order, terms_of

_HEAD = 2


class Laid(Struct, frozen=True):
    """What lies there of a segment or a range (`name`): its records and the bytes of their rows.

    `before` is how many lines the file has before those that are counted in it.
    """

    number: str
    segment: str
    name: str
    before: int
    details: int
    passed: int
    size: int


def laid_of(
    hub: Hub, each: FileSet, files: Sequence[SetFile], ranges: Sequence[Range]
) -> list[Laid]:
    """Return what lies there of a segment that was read in ranges; its findings are brought in one.

    What follows the EOF record is left out. Raises ObjectMissingError where a range was not read.
    """
    if ranges[0].whole:
        return [_laid(ranges[0], 0, _summary(hub, each, ranges[0]))]
    told, seen = _up_to_end(hub, each, ranges)
    frame = frame_findings(expected_of(hub, each, files, ranges[0].of, terms_of(hub, each)), seen)
    total = sum((own for _, _, own in told), summary(frame))
    laid = [_laid(cut, before, own) for cut, before, own in told]
    key = objects.range_key(each.id, ranges[0].of, "findings")
    objects.put_findings(hub.data, key, total, in_order(frame, _moved(hub, each, laid)))
    return laid


def _up_to_end(
    hub: Hub, each: FileSet, ranges: Sequence[Range]
) -> tuple[list[tuple[Range, int, Summary]], Seen]:
    """Return the ranges up to the EOF record, each with the lines before it, and the frame."""
    told: list[tuple[Range, int, Summary]] = []
    whole: Seen | None = None
    for cut in ranges:
        seen = read_value(hub.data, objects.range_key(each.id, cut.name, "seen"), Seen)
        if whole is None:
            told.append((cut, 0, _summary(hub, each, cut)))
            whole = seen
        elif whole.end is None:
            told.append((cut, _HEAD + whole.details, _summary(hub, each, cut)))
            details = whole.details + seen.details
            whole = replace(whole, details=details, end=seen.end, followed=seen.followed)
        elif seen.details or seen.end is not None:
            whole = replace(whole, followed=True)
    if whole is None:
        raise ValueError(ranges)
    return told, whole


def _summary(hub: Hub, each: FileSet, cut: Range) -> Summary:
    return objects.summary_of(hub.data, objects.range_key(each.id, cut.name, "findings"))


def _laid(cut: Range, before: int, own: Summary) -> Laid:
    number, segment = number_and_segment(cut)
    return Laid(number, segment, cut.name, before, own.details, own.passed, own.size)


def _moved(hub: Hub, each: FileSet, laid: Sequence[Laid]) -> Iterator[Finding]:
    """Yield what was found in ranges, at the lines where it stands in the file."""
    for one in laid:
        for found in objects.findings_of(
            hub.data, objects.range_key(each.id, one.name, "findings")
        ):
            place = found.place._replace(line=found.place.line + one.before)
            yield replace(found, place=place)
