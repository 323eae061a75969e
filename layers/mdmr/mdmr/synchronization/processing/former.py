"""Steps that only machines of former releases send."""

from __future__ import annotations

from typing import ClassVar

from mdmr.jobs.steps import Answer
from mdmr.ports.hub import Hub
from mdmr.synchronization.processing.steps import Stop, run
from mdmr.synchronization.sets.steps import SetStep


class IncidentOpened(Answer, frozen=True, kw_only=True):
    """That the step that failed for good was told."""

    outcome: str


class FailStaging(SetStep, frozen=True, kw_only=True, tag="fail"):
    """Tell that a step of staging failed for good with an `error`."""

    answer: ClassVar = IncidentOpened
    error: str = ""


def fail_staging(hub: Hub, step: FailStaging) -> IncidentOpened:
    """Stop the set, as today's machines ask for it."""
    run(hub, Stop(set_id=step.set_id, error=step.error))
    return IncidentOpened(outcome="INCIDENT")
