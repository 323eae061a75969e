"""An exception does not end the execution environment, as on AWS; the next call finds it warm."""

import ministack.core.lambda_runtime as runtime

from mdmr_local.corrections.registry import Correction, rewrite


def _apply() -> None:
    rewrite(
        runtime.Worker,
        "invoke",
        (
            'if response.get("status") == "error":',
            'if response.get("status") == "error" and "trace" not in response:',
        ),
    )


CORRECTION = Correction(
    name="lambda_error_keeps_worker",
    wrong="a worker is killed after each exception of its handler; AWS keeps the environment",
    apply=_apply,
)
