"""Stages a file set: reads its segments, gathers them in parts, judges and loads them."""

from __future__ import annotations

from functools import partial
from typing import Any

from mdmr.jobs.batching import for_each
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, task
from mdmr.synchronization.processing import steps as processing
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging.steps import run


@task
@momentary_by_name
def handler(event: Event) -> dict[str, Any]:
    """Do one step, for each item of a batch where it is given one."""
    set_id = SetId.of(event["set"])
    about(set=set_id.tag, organization=set_id.submitter)
    if event["step"] == "fail":
        # So a machine of a former release tells that a step failed for good.
        processing.run(hub(), {**event, "step": "stop"})
        count("IncidentsOpened")
        return {"outcome": "INCIDENT"}
    return for_each(partial(run, hub()), dict(event))
