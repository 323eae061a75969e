"""EventBridge rules with a schedule fire at their minute."""

from datetime import UTC, datetime

import ministack.services.eventbridge as events

from mdmr_local.clock import current
from mdmr_local.clock.deadlines import Kind
from mdmr_local.corrections.registry import Correction, expect


class RuleSchedules:
    """All rules that have a schedule, as a source of the clock."""

    kind = Kind.SCHEDULE

    def next_instant(self) -> float | None:
        """Return the next instant at which a rule fires."""
        instants = []
        for key, rule in list(events._rules._data.items()):
            if rule.get("ScheduleExpression") and rule.get("State") == "ENABLED":
                instant = _next(key, rule["ScheduleExpression"], rule.get("CreationTime"))
                if instant is not None:
                    instants.append(instant)
        return min(instants, default=None)

    def come_due(self, _instant: float) -> None:
        """Have the emulator look at its rules, which it does right when it is the time."""
        events._tick_scheduled_rules()


def _next(key: object, expression: str, created: float | None) -> float | None:
    last = events._rule_last_fired.setdefault(key, float(created or current().now()))
    interval = events._parse_rate_seconds(expression)
    if interval is not None:
        return float(last + interval)
    fields = events._parse_cron_fields(expression)
    if fields is None:
        return None
    found = events._cron_next_fire(fields, datetime.fromtimestamp(last, UTC))
    return None if found is None else float(found.timestamp())


def _apply() -> None:
    for name in ("start_scheduler", "_tick_scheduled_rules", "_rule_last_fired", "_rules"):
        expect(hasattr(events, name), f"eventbridge.{name}")
    events.start_scheduler = lambda: None
    current().add_source(RuleSchedules())


CORRECTION = Correction(
    name="rule_schedules",
    wrong="rules with a schedule are looked at every few seconds of the machine's time",
    apply=_apply,
)
