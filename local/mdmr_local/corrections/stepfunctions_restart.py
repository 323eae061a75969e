"""Executions that ran when the emulator stopped begin anew under their names, with their inputs."""

from typing import Any

import ministack.services.stepfunctions as states
from ministack.services import dynamodb

from mdmr_local.corrections.registry import Correction, rewrite


def _apply() -> None:
    rewrite(
        states,
        "_restore_state",
        ('if exc.get("status") == "RUNNING":', "if False:  # they begin anew"),
    )
    shipped = states._restore_state

    def restore(data: Any) -> None:
        shipped(data)
        running = [
            (key, execution)
            for key, execution in list(states._executions._data.items())
            if execution.get("status") == "RUNNING"
        ]
        for key, execution in running:
            _begin_anew(key, execution)

    states._restore_state = restore


def _begin_anew(key: Any, execution: dict[str, Any]) -> None:
    account, region, _ = key
    states._executions._data.pop(key)
    if execution.get("mapRunArn"):
        return  # its parent starts it again
    with dynamodb.request_scope(account, region):
        states._start_execution(
            {
                "stateMachineArn": execution["stateMachineArn"],
                "name": execution["name"],
                "input": execution["input"],
            }
        )


CORRECTION = Correction(
    name="stepfunctions_restart",
    wrong="executions that ran at the stop have failed at the restart, and their names are used up",
    apply=_apply,
)
