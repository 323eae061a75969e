"""The output of an invocation ends with a mark: complete at once, without waiting for silence."""

import queue
from typing import Any

import ministack.core.lambda_runtime as runtime

from mdmr_local.corrections.registry import Correction, replaced

_MARK = "\x1emdmr end of output"
# Real seconds; passes only where a worker died and left no mark.
_LOST = 1.0


_END = "            _mdmr_end_output()\n"
_CALL = "            result = {}handler_fn(event, context){}\n"
_OK = """            _real_stdout.write(json.dumps({"status": "ok", "result": result}) + "\\n")\n"""
_OK_ENCODED = (
    """            _real_stdout.write('{"status": "ok", "result": ' + result + '}\\n')\n"""
)
_FAILED = "        except Exception as e:\n"
_FAILED_ANSWER = (
    """            _real_stdout.write(json.dumps({"status": "error", "error": str(e), "trace\""""
)
_DEFINE_END = f"""def _mdmr_end_output():
    sys.stderr.write({_MARK!r} + "\\n")
    sys.stderr.flush()

def run():
"""


def _apply() -> None:
    runtime._PYTHON_WORKER_SCRIPT = replaced(
        "the worker's script",
        runtime._PYTHON_WORKER_SCRIPT,
        # The result is encoded before the mark: one that cannot be is an error of the handler.
        (_CALL.format("", ""), _CALL.format("json.dumps(", ")")),
        (_OK, _END + _OK_ENCODED),
        (_FAILED + _FAILED_ANSWER, _FAILED + _END + _FAILED_ANSWER),
        ("def run():\n", _DEFINE_END),
    )
    shipped = runtime.Worker._drain_stderr_bounded

    def drain(worker: Any, *args: float, **kwargs: float) -> str:
        if not str(worker.config.get("Runtime", "")).startswith("python"):
            return str(shipped(worker, *args, **kwargs))
        return _until_mark(worker._stderr_queue)

    runtime.Worker._drain_stderr_bounded = drain


def _until_mark(output: "queue.Queue[str]") -> str:
    lines: list[str] = []
    while True:
        try:
            line = output.get(timeout=_LOST)
        except queue.Empty:
            return "\n".join(lines)
        if line.endswith(_MARK):
            last = line.removesuffix(_MARK)
            return "\n".join([*lines, last] if last else lines)
        lines.append(line)


CORRECTION = Correction(
    name="lambda_log_drain",
    wrong="after each silent invocation it waits 50 ms for output, and output that is late is lost",
    apply=_apply,
)
