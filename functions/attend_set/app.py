"""Attends to a file set: looks how it stands, and has its execution wait for what it waits for."""

from __future__ import annotations

from mdmr.jobs.steps import Answer
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import about, task
from mdmr.runtime.payloads import decoded
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets.steps import Look, Park, run


@task
@momentary_by_name
@decoded
def handler(step: Look | Park) -> Answer | None:
    """Return what comes next for the set; with a token, let the execution wait with it."""
    set_id = SetId.of(step.set_id)
    about(set=set_id.tag, organization=set_id.submitter)
    return run(hub(), step)
