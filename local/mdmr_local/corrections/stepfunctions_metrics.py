"""Step Functions counts its executions in ``AWS/States``, and alarms look at once."""

from typing import Any

import ministack.services.cloudwatch as metrics
import ministack.services.stepfunctions as states

from mdmr_local.corrections.registry import Correction, expect

_METRICS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def _apply() -> None:
    expect(hasattr(metrics, "record_metric"), "cloudwatch.record_metric")
    expect(hasattr(metrics, "_evaluate_all_alarms"), "cloudwatch._evaluate_all_alarms")
    shipped = states._emit_execution_status_event

    def emit(execution: dict[str, Any]) -> None:
        metrics.record_metric(
            "AWS/States",
            _METRICS[execution["status"]],
            1,
            "Count",
            {"StateMachineArn": execution["stateMachineArn"]},
        )
        metrics._evaluate_all_alarms()
        shipped(execution)

    states._emit_execution_status_event = emit


CORRECTION = Correction(
    name="stepfunctions_metrics",
    wrong="there are no metrics of executions, so no alarm on a failed one ever fires",
    apply=_apply,
)
