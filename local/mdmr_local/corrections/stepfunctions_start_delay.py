"""An execution starts at once."""

import ministack.services.stepfunctions as states

from mdmr_local.corrections.registry import Correction, rewrite


def _apply() -> None:
    rewrite(states, "_run_execution", ("    time.sleep(0.15)\n", ""))


CORRECTION = Correction(
    name="stepfunctions_start_delay",
    wrong="each execution waits 0.15 s before its first state",
    apply=_apply,
)
