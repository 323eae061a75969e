"""CloudFormation gives schedules their time zone, dates and what follows their last run."""

from typing import Any

from ministack.services import scheduler

from mdmr_local.corrections.cloudformation_after import after_provisioning
from mdmr_local.corrections.registry import Correction, expect

_DROPPED = ("ScheduleExpressionTimezone", "StartDate", "EndDate", "ActionAfterCompletion")


def _apply() -> None:
    expect(hasattr(scheduler, "_schedules"), "scheduler._schedules")
    after_provisioning("AWS::Scheduler::Schedule", _complete)


def _complete(name: str, properties: dict[str, Any]) -> None:
    schedule = scheduler._schedules[f"{properties.get('GroupName', 'default')}/{name}"]
    schedule.update({key: properties[key] for key in _DROPPED if key in properties})


CORRECTION = Correction(
    name="cloudformation_schedule",
    wrong="a schedule in a template loses its time zone, start, end and ActionAfterCompletion",
    apply=_apply,
)
