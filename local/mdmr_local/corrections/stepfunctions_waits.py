"""Wait states wait on the emulator's clock; one that cannot be read fails the state."""

from datetime import datetime
from typing import Any

import ministack.services.stepfunctions as states

from mdmr_local.clock import current
from mdmr_local.corrections.registry import Correction, expect, rewrite
from mdmr_local.corrections.waiting_executions import sleep_until


def _apply() -> None:
    expect(states._SFN_WAIT_SCALE == 1.0, "stepfunctions._SFN_WAIT_SCALE")
    states._scaled_sleep = _sleep
    states._sleep_until = _sleep_until
    rewrite(states, "_execute_wait", ("if isinstance(ts_str, str):", "if True:"))


def _sleep(seconds: float) -> None:
    sleep_until(current().now() + seconds)


def _sleep_until(timestamp: Any) -> None:
    try:
        instant = datetime.fromisoformat(timestamp).timestamp()
    except (ValueError, TypeError):
        raise states._ExecutionError("States.Runtime", f"not a timestamp: {timestamp!r}") from None
    sleep_until(instant)


CORRECTION = Correction(
    name="stepfunctions_waits",
    wrong="a wait until something that is no timestamp is skipped; AWS fails the state",
    apply=_apply,
)
