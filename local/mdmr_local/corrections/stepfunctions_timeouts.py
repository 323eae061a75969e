"""Time-outs of machines and tasks run on the emulator's clock, and end what waits."""

import contextvars
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import ministack.services.stepfunctions as states

from mdmr_local.clock import current
from mdmr_local.corrections.registry import Correction, expect
from mdmr_local.corrections.waiting_executions import end_waits, place_to_wait, running, wait


def _apply() -> None:
    expect(hasattr(states, "_invoke_resource_with_timeout"), "stepfunctions' task time-outs")
    states._invoke_resource_with_timeout = _invoke_with_timeout
    run, stop, fail = states._run_execution, states._stop_execution, states._fail_execution

    def run_within_limit(arn: str) -> None:
        execution = states._executions.get(arn)
        limit = _machine_limit(execution)
        deadline = None
        if limit is not None:
            in_scope = contextvars.copy_context()
            deadline = current().at(
                current().now() + limit,
                lambda: in_scope.run(_time_out, execution),
                "a machine's time-out",
            )
        with running(arn):
            run(arn)
        if deadline is not None:
            deadline.cancelled = True

    def stop_and_wake(data: dict[str, Any]) -> Any:
        response = stop(data)
        end_waits(data.get("executionArn", ""))
        return response

    def fail_if_running(execution: dict[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    states._run_execution = run_within_limit
    states._stop_execution = stop_and_wake
    states._fail_execution = fail_if_running


def _machine_limit(execution: dict[str, Any] | None) -> float | None:
    machine = states._state_machines.get(execution["stateMachineArn"]) if execution else None
    limit = json.loads(machine["definition"]).get("TimeoutSeconds") if machine else None
    return float(limit) if limit else None


def _time_out(execution: dict[str, Any]) -> None:
    if execution["status"] == "RUNNING":
        execution.update(status="TIMED_OUT", stopDate=states.now_iso(), error="States.Timeout")
        states._emit_execution_status_event(execution)
        end_waits(execution["executionArn"])


def _invoke_with_timeout(resource: str, input_data: Any, timeout: float) -> Any:
    clock = current()
    if clock.is_virtual and ":lambda:" in resource:
        return states._invoke_resource(resource, input_data)  # no time passes while it runs
    pool = ThreadPoolExecutor(max_workers=1)
    future = pool.submit(
        contextvars.copy_context().run, states._invoke_resource, resource, input_data
    )
    pool.shutdown(wait=False)
    with place_to_wait("waits for its task") as parking:
        future.add_done_callback(lambda _: parking.wake("done"))
        if wait(parking, clock.now() + float(timeout), "timeout") == "timeout":
            raise states._ExecutionError(
                "States.Timeout", f"Task timed out after {timeout} seconds"
            )
    return future.result()


CORRECTION = Correction(
    name="stepfunctions_timeouts",
    wrong="a machine's TimeoutSeconds is ignored, and a stopped execution goes on waiting",
    apply=_apply,
)
