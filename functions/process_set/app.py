"""Processes a loaded file set: plans its parts, decides, applies and concludes."""

from __future__ import annotations

from functools import partial
from typing import Any

from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, task
from mdmr.synchronization.processing.steps import run
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets.batching import for_each


@task
def handler(event: Event) -> dict[str, Any]:
    """Do one step, for each item of a batch where it is given one."""
    set_id = SetId.of(event["set"])
    about(set=set_id.tag, organization=set_id.submitter)
    return for_each(partial(run, hub()), dict(event))
