"""Stages a file set: reads its segments, gathers them in parts, judges and loads them."""

from __future__ import annotations

from mdmr.jobs.steps import Answer
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import about, count, task
from mdmr.runtime.payloads import decoded
from mdmr.synchronization.processing import former
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.staging.steps import StagingStep, run


@task
@momentary_by_name
@decoded
def handler(step: StagingStep | former.FailStaging) -> Answer | None:
    """Do one step, for each item of a batch where it is given one."""
    set_id = SetId.of(step.set_id)
    about(set=set_id.tag, organization=set_id.submitter)
    if isinstance(step, former.FailStaging):
        count("IncidentsOpened")
        return former.fail_staging(hub(), step)
    return run(hub(), step)
