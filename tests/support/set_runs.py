"""What an execution does with a file set, step by step: on any hub, to its end or its wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mdmr.ports.hub import Hub
from mdmr.synchronization.processing import steps as processing
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import attending
from mdmr.synchronization.sets.attending import Looked, Outcome

from tests.support.set_steps import process_step, stage_step

Event = dict[str, Any]


def staging_of(hub: Hub, set_id: SetId) -> Iterator[tuple[str, Event]]:
    """Take the steps of staging, and yield each before it is taken: its name and what for."""
    yield "segments", {}
    named = stage_step(hub, set_id, "segments")
    for segment in named["compared"]:
        yield "compare", {"segment": segment}
        stage_step(hub, set_id, "compare", segment=segment)
    if named["compared"]:
        yield "touch", {}
        stage_step(hub, set_id, "touch")
    for segment in named["segments"]:
        yield "read", {"segment": segment}
        stage_step(hub, set_id, "read", segment=segment)
    yield "gather", {}
    for part in stage_step(hub, set_id, "gather")["parts"]:
        yield "judge", {"part": part}
        stage_step(hub, set_id, "judge", part=part)
    yield "load", {}
    stage_step(hub, set_id, "load")


def processing_of(hub: Hub, set_id: SetId, parts: tuple[str, ...]) -> Iterator[tuple[str, Event]]:
    """Take the steps of processing, and yield each before it is taken: its name and what for."""
    for part in parts:
        yield "plan", {"part": part}
        process_step(hub, set_id, "plan", part=part)
    yield "decide", {}
    if process_step(hub, set_id, "decide") != processing.Outcome.APPLY:
        return
    for part in parts:
        yield "apply", {"part": part}
        process_step(hub, set_id, "apply", part=part)
    yield "conclude", {}
    process_step(hub, set_id, "conclude")


def run_set(hub: Hub, set_id: SetId) -> Looked:
    """Do what there is to do for a set, until it waits or is over, and return the last look."""
    while True:
        looked = attending.look(hub, set_id)
        match looked.outcome:
            case Outcome.STAGE:
                _exhaust(staging_of(hub, set_id))
            case Outcome.PROCESS:
                _exhaust(processing_of(hub, set_id, looked.each.parts))
            case Outcome.DECIDE:
                process_step(hub, set_id, "decide")
            case _:
                return looked


def _exhaust(steps: Iterator[object]) -> None:
    for _ in steps:
        pass
