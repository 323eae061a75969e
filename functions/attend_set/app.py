"""Attends to a file set: looks how it stands, and has its execution wait for what it waits for."""

from __future__ import annotations

from typing import Any

from mdmr.jobs.batching import batches
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, task
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets.attending import look, park


@task
@momentary_by_name
def handler(event: Event) -> dict[str, Any]:
    """Return what comes next for the set; with a token, let the execution wait with it."""
    set_id = SetId.of(event["set"])
    about(set=set_id.tag, organization=set_id.submitter)
    if event["step"] == "park":
        left = event["left"]
        park(
            hub(),
            set_id,
            event["token"],
            revision=left["revision"],
            latest=left["latest"],
            # An execution may have looked before these were told.
            gate=left.get("gate"),
            turn=left.get("turn"),
        )
        return {}
    looked = look(hub(), set_id)
    return {
        "outcome": looked.outcome.value,
        "seconds": looked.seconds,
        "left": {
            "revision": looked.each.revision,
            "latest": looked.each.latest,
            "gate": looked.gate,
            "turn": looked.turn,
        },
        "parts": batches(looked.each.parts),
    }
