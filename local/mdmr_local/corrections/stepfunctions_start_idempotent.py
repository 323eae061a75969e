"""Starting a running execution again with its name and input gives that execution."""

from typing import Any

import ministack.services.stepfunctions as states

from mdmr_local import statistics
from mdmr_local.corrections.registry import Correction, expect

_LONGEST_INPUT = 262_144


def _apply() -> None:
    expect(
        hasattr(states, "_resolve_state_machine_arn"), "stepfunctions._resolve_state_machine_arn"
    )
    start = states._start_execution

    def start_once(data: dict[str, Any]) -> Any:
        if len((data.get("input") or "").encode()) > _LONGEST_INPUT:
            return states.error_response_json(
                "InvalidExecutionInput", f"input is longer than {_LONGEST_INPUT} bytes", 400
            )
        running = _running(data)
        if running is not None:
            return states.json_response(
                {"executionArn": running["executionArn"], "startDate": running["startDate"]}
            )
        statistics.count("executions_started")
        return start(data)

    states._start_execution = start_once


def _running(data: dict[str, Any]) -> dict[str, Any] | None:
    machine = states._resolve_state_machine_arn(data.get("stateMachineArn", "").split("#")[0])
    if machine is None or not data.get("name"):
        return None
    arn = (
        f"arn:aws:states:{states.get_region()}:{states.get_account_id()}"
        f":execution:{states._state_machines[machine]['name']}:{data['name']}"
    )
    execution: dict[str, Any] | None = states._executions.get(arn)
    if execution is None or execution["status"] != "RUNNING":
        return None
    return execution if execution["input"] == (data.get("input") or "{}") else None


CORRECTION = Correction(
    name="stepfunctions_start_idempotent",
    wrong="starting a running execution again with the same name and input is refused, and an input"
    " of more than 256 KiB accepted",
    apply=_apply,
)
