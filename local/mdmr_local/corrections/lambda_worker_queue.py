"""A bounded number of workers per function; further invocations queue before they are executed."""

import os
import threading
from collections import defaultdict
from typing import Any

import ministack.services.lambda_svc as functions

from mdmr_local import statistics
from mdmr_local.corrections.registry import Correction

WORKERS = "MDMR_LOCAL_WORKERS"


def _apply() -> None:
    execute = functions._execute_function
    workers = int(os.environ.get(WORKERS, "4"))
    slots: dict[str, threading.BoundedSemaphore] = defaultdict(
        lambda: threading.BoundedSemaphore(workers)
    )
    held = threading.local()

    def execute_in_turn(func: dict[str, Any], event: Any) -> dict[str, Any]:
        arn = (func.get("config") or func).get("FunctionArn", "")
        mine: set[str] = held.__dict__.setdefault("arns", set())
        if arn in mine:  # it calls itself once more under the function's own account and region
            return dict(execute(func, event))
        with slots[arn]:
            mine.add(arn)
            statistics.count("lambda_invocations")
            try:
                return dict(execute(func, event))
            finally:
                mine.discard(arn)

    functions._execute_function = execute_in_turn


CORRECTION = Correction(
    name="lambda_worker_queue",
    wrong="each concurrent event starts a process of its own, without limit, and all of them stay",
    apply=_apply,
)
