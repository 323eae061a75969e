"""A Retry waits as long as it says, at most ``MaxDelaySeconds``."""

from typing import Any

import ministack.services.stepfunctions as states

from mdmr_local.corrections.registry import Correction, rewrite

_CAPPED = '_scaled_sleep(min(interval * (retrier.get("BackoffRate", 2.0) ** count), 60))'
_UNCAPPED = """_scaled_sleep(_mdmr_delay(
                    retrier, interval * (retrier.get("BackoffRate", 2.0) ** count)))"""


def _apply() -> None:
    rewrite(
        states,
        "_execute_task",
        ("_scaled_sleep(min(sleep_sec, 60))", "_scaled_sleep(_mdmr_delay(retrier, sleep_sec))"),
        _mdmr_delay=_delay,
    )
    rewrite(
        states,
        "_with_retry_and_catch",
        (_CAPPED, _UNCAPPED),
    )


def _delay(retrier: dict[str, Any], seconds: float) -> float:
    return float(min(seconds, retrier.get("MaxDelaySeconds", seconds)))


CORRECTION = Correction(
    name="stepfunctions_retry",
    wrong="no Retry waits longer than 60 s, and MaxDelaySeconds is ignored",
    apply=_apply,
)
