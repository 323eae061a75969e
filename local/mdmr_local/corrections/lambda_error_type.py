"""A failed handler reports the class of its exception, so that Retry and Catch match by name."""

import ministack.core.lambda_runtime as runtime
import ministack.services.lambda_svc as functions

from mdmr_local.corrections.registry import Correction, replaced, rewrite


def _apply() -> None:
    runtime._PYTHON_WORKER_SCRIPT = replaced(
        "the worker's script",
        runtime._PYTHON_WORKER_SCRIPT,
        (
            '"error": str(e), "trace": traceback.format_exc()}',
            '"error": str(e), "trace": traceback.format_exc(), "type": type(e).__name__}',
        ),
    )
    rewrite(
        functions,
        "_execute_function_warm",
        ('error_type = "Runtime.HandlerError"', "error_type = _mdmr_error_type(result)"),
        (
            '"errorType": error_type,\n',
            '"errorType": error_type, "stackTrace": _mdmr_trace(result),\n',
        ),
        _mdmr_error_type=_error_type,
        _mdmr_trace=lambda result: (result.get("trace") or "").splitlines(),
    )


def _error_type(result: dict[str, object]) -> str:
    if result.get("error") == "Worker process died":
        return "Runtime.ExitError"
    return str(result.get("type") or "Runtime.HandlerError")


CORRECTION = Correction(
    name="lambda_error_type",
    wrong="every exception of a handler is called Runtime.HandlerError; AWS reports its class",
    apply=_apply,
)
