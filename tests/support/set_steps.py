"""Steps of a set as a machine sends them, one item at a time, and their answers as plain data."""

from __future__ import annotations

from typing import Any

from mdmr.jobs.steps import decode, encode
from mdmr.ports.hub import Hub
from mdmr.synchronization.processing import steps as processing
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging import steps as staging

Told = dict[str, Any]


def stage_step(hub: Hub, set_id: SetId, step: str, **more: str) -> Told:
    """Take a step of staging and return what it names, not in batches."""
    asked: staging.StagingStep = decode(_payload(set_id, step, more), staging.StagingStep)
    return _flat(encode(asked, staging.run(hub, asked)))


def process_step(hub: Hub, set_id: SetId, step: str, **more: str | int) -> str:
    """Take a step of processing and return what comes next, nothing where that is not told."""
    asked: processing.ProcessingStep
    asked = decode(_payload(set_id, step, more), processing.ProcessingStep)
    return str(encode(asked, processing.run(hub, asked)).get("outcome", ""))


def _payload(set_id: SetId, step: str, more: Told) -> Told:
    item = more.get("segment", more.get("part"))
    return {"set": str(set_id), "step": step, **more, **({} if item is None else {"items": [item]})}


def _flat(told: Told) -> Told:
    return {
        name: [item for batch in value for item in batch] if isinstance(value, list) else value
        for name, value in told.items()
    }
