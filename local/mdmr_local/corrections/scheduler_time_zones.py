"""EventBridge Scheduler fires schedules at their minute, in their zone, with their attributes."""

import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import ministack.services.eventbridge as events
import ministack.services.stepfunctions as states
from ministack.services import scheduler

from mdmr_local.clock import current
from mdmr_local.clock.deadlines import Kind
from mdmr_local.corrections.registry import Correction, expect

Schedule = dict[str, Any]
_MADE_GOOD, _MADE_GOOD_SECONDS = 4, 2 * 86_400.0
_sources: list["Schedules"] = []
_AT = re.compile(r"\s*at\((.+)\)\s*$")


class Schedules:
    """All schedules of all accounts and regions, as a source of the clock."""

    kind = Kind.SCHEDULE

    def __init__(self) -> None:
        # A schedule that was restored makes good what it missed only if it is told since when.
        self._started = current().now()
        self._fired: dict[Any, float] = {}

    def make_good_since(self, instant: float) -> None:
        """Have each schedule make good the runs that it missed since an instant, the last few."""
        for key, schedule in list(scheduler._schedules._data.items()):
            if schedule.get("State") == "ENABLED":
                self._fired[key] = self._last_but(_MADE_GOOD, schedule, instant)

    def _last_but(self, count: int, schedule: Schedule, instant: float) -> float:
        """Return the run after which that many were missed, or the instant itself."""
        missed = [max(instant, self._started - _MADE_GOOD_SECONDS)]
        created = float(schedule.get("CreationDate") or 0.0)
        while (run := _run_after(schedule, missed[-1], created)) and run <= self._started:
            missed = [*missed[-count:], run]
        return missed[0]

    def next_instant(self) -> float | None:
        """Return the next instant at which a schedule fires."""
        return min((instant for _, instant in self._due()), default=None)

    def come_due(self, instant: float) -> None:
        """Fire the schedules that are due at ``instant``."""
        for key, due in self._due():
            if due <= instant:
                self._fired[key] = due
                _fire(key, scheduler._schedules._data[key], due)

    def _due(self) -> list[tuple[Any, float]]:
        due = []
        for key, schedule in list(scheduler._schedules._data.items()):
            if schedule.get("State") == "ENABLED":
                instant = self._next(key, schedule)
                if instant is not None:
                    due.append((key, instant))
        return due

    def _next(self, key: Any, schedule: Schedule) -> float | None:
        created = max(float(schedule.get("CreationDate") or 0.0), self._started)
        start = scheduler._to_epoch(schedule.get("StartDate"))
        end = scheduler._to_epoch(schedule.get("EndDate"))
        # A run at the very instant of the start date counts, one at the creation does not.
        after = max(self._fired.get(key, created), (start or 0.0) - 1e-6)
        instant = _run_after(schedule, after, created)
        return None if instant is None or (end and instant > end) else instant


def _run_after(schedule: Schedule, after: float, created: float) -> float | None:
    return next_run(
        schedule.get("ScheduleExpression", ""),
        schedule.get("ScheduleExpressionTimezone") or "UTC",
        after,
        created,
    )


@lru_cache(maxsize=4096)
def next_run(expression: str, zone: str, after: float, created: float) -> float | None:
    """Return the first run of a schedule after an instant.

    Args:
        expression: ``at(...)``, ``rate(...)`` or ``cron(...)``.
        zone: the time zone's name that ``at`` and ``cron`` are in.
        after: seconds since 1970.
        created: seconds since 1970 from which a ``rate`` counts.

    Returns:
        Seconds since 1970, or None when there is none or the expression is not understood.
    """
    one_time = _AT.match(expression)
    if one_time:
        try:
            moment = datetime.fromisoformat(one_time[1].strip()).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            return None
        return moment.timestamp() if moment.timestamp() > after else None
    interval = events._parse_rate_seconds(expression)
    if interval is not None:
        return float(created + interval * ((after - created) // interval + 1))
    fields = events._parse_cron_fields(expression)
    if fields is None:
        return None
    # The emulator walks in UTC: give it the zone's wall clock instead.
    wall_clock = datetime.fromtimestamp(after, ZoneInfo(zone)).replace(tzinfo=UTC)
    found = events._cron_next_fire(fields, wall_clock)
    return None if found is None else float(found.replace(tzinfo=ZoneInfo(zone)).timestamp())


def _fire(key: Any, schedule: Schedule, instant: float) -> None:
    account, region, _ = key
    scheduler.set_request_account_id(account)
    scheduler.set_request_region(region)
    target = dict(schedule.get("Target") or {})
    if target.get("Input"):
        target["Input"] = _with_attributes(target["Input"], schedule, instant)
    event = {
        "EventId": scheduler.new_uuid(),
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": instant,
        "Resources": [schedule.get("Arn", "")],
        "Account": account,
        "Region": region,
    }
    try:
        if ":scheduler:::aws-sdk:" in target.get("Arn", ""):
            resource = target["Arn"].replace("scheduler", "states", 1)
            states._invoke_aws_sdk_integration(resource, json.loads(target.get("Input") or "{}"))
        else:
            events._invoke_target(target, event, schedule)
    except Exception:  # noqa: BLE001 - one broken schedule must not stop the others
        scheduler.logger.exception("schedule %s", schedule.get("Name"))
    one_time = _AT.match(schedule.get("ScheduleExpression", ""))
    if one_time and schedule.get("ActionAfterCompletion") == "DELETE":
        scheduler._schedules._data.pop(key, None)


def _with_attributes(text: str, schedule: Schedule, instant: float) -> str:
    attributes = {
        "scheduled-time": datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": scheduler.new_uuid(),
        "schedule-arn": schedule.get("Arn", ""),
        "attempt-number": "1",
    }
    for name, value in attributes.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def _apply() -> None:
    for name in ("start_scheduler", "_schedules", "_to_epoch", "_tick_schedules"):
        expect(hasattr(scheduler, name), f"scheduler.{name}")
    scheduler.start_scheduler = lambda: None
    _sources[:] = [Schedules()]
    current().add_source(_sources[0])


def make_good_since(instant: float) -> None:
    """Have the schedules, which are restored, make good what they missed since an instant.

    On AWS the scheduler runs on while a machine of ours would be off. Of each schedule at most
    the last four runs of the last two days are made good.
    """
    for source in _sources:
        source.make_good_since(instant)


CORRECTION = Correction(
    name="scheduler_time_zones",
    wrong="the time zone of a schedule is ignored, <aws.scheduler.scheduled-time> left as it is,"
    " a schedule fires up to 10 s late and once however many runs were due, universal targets do"
    " nothing, and one bad expression stops all schedules",
    apply=_apply,
)
