"""Rules and schedules invoke functions asynchronously: with retries and the failure destination."""

import json
from typing import Any

import ministack.services.eventbridge as events
import ministack.services.lambda_svc as functions

from mdmr_local.corrections.registry import Correction, expect


def _apply() -> None:
    expect(hasattr(events, "_dispatch_to_lambda"), "eventbridge._dispatch_to_lambda")
    expect(hasattr(functions, "invoke_async_with_retry"), "lambda_svc.invoke_async_with_retry")
    events._dispatch_to_lambda = _dispatch


def _dispatch(arn: str, payload: str) -> None:
    try:
        event: Any = json.loads(payload)
    except (json.JSONDecodeError, TypeError):
        event = {"body": payload}
    func, config, name = functions._get_func_record_for_ref(arn)
    if not func or not config:
        events.logger.warning("EventBridge -> Lambda: function %s not found", name)
        return
    functions.invoke_async_with_retry(functions._execution_record_for_config(func, config), event)


CORRECTION = Correction(
    name="event_target_lambda",
    wrong="a function that a rule or schedule invokes is never retried; AWS retries it twice",
    apply=_apply,
)
