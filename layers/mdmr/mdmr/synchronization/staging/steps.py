"""The steps of staging, as the conductor calls them; each may be done again at any time.

| Step | Given beside `set` | Returns |
|---|---|---|
| `segments` | | `segments`: names of what is to be read; `compared`: what is held to the last set |
| `compare` | `segment` | `segment` |
| `touch` | | |
| `read` | `segment` | `segment` |
| `gather` | | `parts`: the names of the parts to be judged |
| `judge` | `part` | `part` |
| `load` | | `outcome`: `LOADED` or `FAILED` |

A large segment is named in ranges, each a segment of its own to these steps.
Of a set that is not being staged (any more) nothing is read, gathered or judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.jobs.ranges import Range, by_file
from mdmr.ports.hub import Hub
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing, rows
from mdmr.synchronization.sets.rows import FileSet, SetState
from mdmr.synchronization.staging import checking, differing, gathering, loading, reading, touching
from mdmr.synchronization.staging.linking import Size
from mdmr.synchronization.staging.ranges import name_of, number_and_segment, ranges_of

Event = Mapping[str, Any]
Result = dict[str, Any]
_SIZE = Size()


def run(hub: Hub, event: Event) -> Result:
    """Do one step of staging a set.

    Raises KeyError for a step that is none, LookupError for a set that is not there, and what the
    step raises.
    """
    step = _STEPS[event["step"]]
    set_id = SetId.of(event["set"])
    each = rows.find(hub.state, set_id)
    if each is None:
        raise LookupError(str(set_id))
    return step(hub, each, event)


def _segments(hub: Hub, each: FileSet, _: Event) -> Result:
    files = rows.files(hub.state, each.id) if _open(each) else []
    ranges = ranges_of(hub, each, files) if files else []
    held = bool(files) and touching.held_against(hub, each) is not None
    compared = [cut.name for cut in ranges if held and not _of_manifest(cut)]
    return {"segments": [cut.name for cut in ranges], "compared": compared}


def _compare(hub: Hub, each: FileSet, event: Event) -> Result:
    if _open(each) and (against := touching.held_against(hub, each)):
        files = {name_of(file): file for file in rows.files(hub.state, each.id)}
        cut = Range.named(event["segment"])
        differing.compare(hub, each, files[cut.of], cut, against)
    return {"segment": event["segment"]}


def _touch(hub: Hub, each: FileSet, _: Event) -> Result:
    if _open(each) and (against := touching.held_against(hub, each)):
        files = rows.files(hub.state, each.id)
        for cut in by_file(ranges_of(hub, each, files)).values():
            if not _of_manifest(cut[0]):
                differing.join_differences(hub, each, cut)
        touching.touch(hub, each, files, against)
    return {}


def _read(hub: Hub, each: FileSet, event: Event) -> Result:
    if _open(each):
        files = rows.files(hub.state, each.id)
        reading.read(hub, each, files, Range.named(event["segment"]))
    return {"segment": event["segment"]}


def _gather(hub: Hub, each: FileSet, _: Event) -> Result:
    files = rows.files(hub.state, each.id)
    return {"parts": gathering.gather(hub, each, files, _SIZE) if _open(each) else []}


def _judge(hub: Hub, each: FileSet, event: Event) -> Result:
    if _open(each):
        checking.check(hub, each, event["part"])
    return {"part": event["part"]}


def _load(hub: Hub, each: FileSet, _: Event) -> Result:
    if _open(each):
        files = rows.files(hub.state, each.id)
        parts = gathering.gather(hub, each, files, _SIZE)
        each = loading.load(hub, each, files, parts)
    if each.state is SetState.FAILED:
        closing.finish(hub, each)
        return {"outcome": "FAILED"}
    closing.announce(hub, each)
    return {"outcome": "LOADED"}


def _of_manifest(cut: Range) -> bool:
    return number_and_segment(cut)[0] == MANIFEST


def _open(each: FileSet) -> bool:
    return each.state is SetState.STAGING


_STEPS: Mapping[str, Callable[[Hub, FileSet, Event], Result]] = {
    "segments": _segments,
    "compare": _compare,
    "touch": _touch,
    "read": _read,
    "gather": _gather,
    "judge": _judge,
    "load": _load,
}
