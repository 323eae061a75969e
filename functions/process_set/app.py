"""Processes a loaded file set: plans its parts, decides, applies and concludes."""

from __future__ import annotations

from mdmr.jobs.steps import Answer
from mdmr.runtime.again import is_of_the_moment, momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import about, count, task
from mdmr.runtime.payloads import decoded
from mdmr.synchronization.processing.steps import ProcessingStep, run
from mdmr.synchronization.set_id import SetId


@task
@momentary_by_name
@decoded
def handler(step: ProcessingStep) -> Answer | None:
    """Do one step, for each part of a batch where it is given one."""
    set_id = SetId.of(step.set_id)
    about(set=set_id.tag, organization=set_id.submitter)
    taken = run(hub(), step, is_of_the_moment)
    if taken is not None and taken.incident:
        count("IncidentsOpened")
    return taken
