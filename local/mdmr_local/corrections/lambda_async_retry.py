"""Asynchronous invocations are retried on the clock, under virtual time after AWS's intervals."""

import ministack.services.lambda_svc as functions

from mdmr_local.clock import current
from mdmr_local.corrections.registry import Correction, expect, rewrite


def _apply() -> None:
    expect(functions._LAMBDA_ASYNC_RETRY_BASE_SECONDS == 1, "lambda_svc's interval of retries")
    if current().is_virtual:
        functions._LAMBDA_ASYNC_RETRY_BASE_SECONDS = 60.0
        functions._LAMBDA_ASYNC_RETRY_MAX_SECONDS = 300.0
    rewrite(
        functions,
        "invoke_async_with_retry",
        ("time.sleep(delay)", "_mdmr_sleep(delay)"),
        _mdmr_sleep=lambda seconds: current().sleep(seconds),
    )


CORRECTION = Correction(
    name="lambda_async_retry",
    wrong="failed asynchronous invocations are retried after 1 and 2 s; AWS waits minutes",
    apply=_apply,
)
