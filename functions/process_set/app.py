"""Processes a loaded file set: plans its parts, decides, applies and concludes."""

from __future__ import annotations

from functools import partial
from typing import Any

from mdmr.jobs.batching import for_each
from mdmr.runtime.again import is_of_the_moment, momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, task
from mdmr.synchronization.processing.steps import run
from mdmr.synchronization.set_id import SetId


@task
@momentary_by_name
def handler(event: Event) -> dict[str, Any]:
    """Do one step, for each item of a batch where it is given one."""
    set_id = SetId.of(event["set"])
    about(set=set_id.tag, organization=set_id.submitter)
    done = for_each(partial(run, hub(), momentary=is_of_the_moment), dict(event))
    if done.get("incident"):
        count("IncidentsOpened")
    return done
