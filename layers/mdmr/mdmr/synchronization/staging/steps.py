"""The steps of staging, as the machine sends them; each may be done again at any time.

A large segment is named in ranges, each a segment of its own to these steps.
Of a set that is not being staged (any more) nothing is read, gathered or judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.jobs.batching import batches, without_collection
from mdmr.jobs.ranges import Range, by_file
from mdmr.jobs.steps import Answer, name_of
from mdmr.ports.hub import Hub
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing, rows
from mdmr.synchronization.sets.rows import FileSet, SetState
from mdmr.synchronization.sets.steps import SetBatch, SetStep
from mdmr.synchronization.staging import checking, differing, gathering, loading, reading, touching
from mdmr.synchronization.staging import ranges as cutting
from mdmr.synchronization.staging.linking import Size

_SIZE = Size()


class Segments(Answer, frozen=True, kw_only=True):
    """What is to be read, and what of it is held to the last set; in batches."""

    segments: list[list[str]]
    compared: list[list[str]]


class Parts(Answer, frozen=True, kw_only=True):
    """The parts that are to be judged, in batches."""

    parts: list[list[str]]


class Loaded(Answer, frozen=True, kw_only=True):
    """What staging has come to: LOADED or FAILED."""

    outcome: str


class ListSegments(SetStep, frozen=True, kw_only=True, tag="segments"):
    """Name the segments of the set."""

    answer: ClassVar = Segments


class CompareSegments(SetBatch, frozen=True, kw_only=True, tag="compare"):
    """Compare segments with those of the set before."""


class Touch(SetStep, frozen=True, kw_only=True, tag="touch"):
    """Name the entities about which the set says something new."""


class ReadSegments(SetBatch, frozen=True, kw_only=True, tag="read"):
    """Read segments and check their records one by one."""


class Gather(SetStep, frozen=True, kw_only=True, tag="gather"):
    """Bring what was read into parts."""

    answer: ClassVar = Parts


class JudgeParts(SetBatch, frozen=True, kw_only=True, tag="judge"):
    """Check the records of parts against each other and against the directory."""


class Load(SetStep, frozen=True, kw_only=True, tag="load"):
    """Load the set, or fail it."""

    answer: ClassVar = Loaded


StagingStep: TypeAlias = (
    ListSegments | CompareSegments | Touch | ReadSegments | Gather | JudgeParts | Load
)


def run(hub: Hub, step: StagingStep) -> Answer | None:
    """Do one step of staging a set.

    Raises LookupError for a set that is not there, and what the step raises.
    """
    set_id, work = SetId.of(step.set_id), _STEPS[name_of(step)]
    with without_collection():
        if not isinstance(step, SetBatch):
            answer: Answer | None = work(hub, _found(hub, set_id), "")
            return answer
        for item in step.items:
            work(hub, _found(hub, set_id), item)
        return None


def _found(hub: Hub, set_id: SetId) -> FileSet:
    each = rows.find(hub.state, set_id)
    if each is None:
        raise LookupError(str(set_id))
    return each


def _segments(hub: Hub, each: FileSet, _: str) -> Segments:
    files = rows.files(hub.state, each.id) if _open(each) else []
    ranges = cutting.ranges_of(hub, each, files) if files else []
    held = bool(files) and touching.held_against(hub, each) is not None
    compared = [cut.name for cut in ranges if held and not _of_manifest(cut)]
    return Segments(segments=batches([cut.name for cut in ranges]), compared=batches(compared))


def _compare(hub: Hub, each: FileSet, segment: str) -> None:
    if _open(each) and (against := touching.held_against(hub, each)):
        files = {cutting.name_of(file): file for file in rows.files(hub.state, each.id)}
        cut = Range.named(segment)
        differing.compare(hub, each, files[cut.of], cut, against)


def _touch(hub: Hub, each: FileSet, _: str) -> None:
    if _open(each) and (against := touching.held_against(hub, each)):
        files = rows.files(hub.state, each.id)
        for cut in by_file(cutting.ranges_of(hub, each, files)).values():
            if not _of_manifest(cut[0]):
                differing.join_differences(hub, each, cut)
        touching.touch(hub, each, files, against)


def _read(hub: Hub, each: FileSet, segment: str) -> None:
    if _open(each):
        reading.read(hub, each, rows.files(hub.state, each.id), Range.named(segment))


def _gather(hub: Hub, each: FileSet, _: str) -> Parts:
    files = rows.files(hub.state, each.id)
    return Parts(parts=batches(gathering.gather(hub, each, files, _SIZE) if _open(each) else []))


def _judge(hub: Hub, each: FileSet, part: str) -> None:
    if _open(each):
        checking.check(hub, each, part)


def _load(hub: Hub, each: FileSet, _: str) -> Loaded:
    if _open(each):
        files = rows.files(hub.state, each.id)
        parts = gathering.gather(hub, each, files, _SIZE)
        each = loading.load(hub, each, files, parts)
    if each.state is SetState.FAILED:
        closing.finish(hub, each)
        return Loaded(outcome="FAILED")
    closing.announce(hub, each)
    return Loaded(outcome="LOADED")


def _of_manifest(cut: Range) -> bool:
    return cutting.number_and_segment(cut)[0] == MANIFEST


def _open(each: FileSet) -> bool:
    return each.state is SetState.STAGING


_STEPS: Mapping[str, Callable[[Hub, FileSet, str], Any]] = {
    "segments": _segments,
    "compare": _compare,
    "touch": _touch,
    "read": _read,
    "gather": _gather,
    "judge": _judge,
    "load": _load,
}
