"""Under virtual time a worker sees the emulator's instant, in plain ``datetime.now()``.

The clock cannot move while an invocation is in flight, so the instant at its start is right for
all of it and travels beside the event.
"""

import ministack.core.lambda_runtime as runtime
import ministack.services.lambda_svc as functions

from mdmr_local.clock import current
from mdmr_local.corrections.registry import Correction, expect, replaced, rewrite

# No time passes while a handler works, so it cannot exceed its limit; that it does not end at all
# is for the clock's hang guard to notice. Without a thread that watches it, it is answered sooner.
_IN_A_THREAD = """reader = threading.Thread(target=_read_response, daemon=True)
        reader.start()
        reader.join(timeout=timeout)

        if reader.is_alive():"""
# Real seconds after which ministack calls a new function active.
_BECOMES_ACTIVE = 0.5

_TRAVEL = """
def _mdmr_travel(now):
    global _mdmr_traveller
    instant = _mdmr_datetime.datetime.fromtimestamp(
        now, _mdmr_datetime.timezone.utc).replace(tzinfo=None)
    if _mdmr_traveller is None:
        sys.modules["pytest"] = None  # time_machine would import it for its plugin
        import time_machine
        del sys.modules["pytest"]
        _mdmr_traveller = time_machine.travel(instant, tick=False).start()
    elif instant != _mdmr_datetime.datetime.now(_mdmr_datetime.timezone.utc).replace(tzinfo=None):
        _mdmr_traveller.move_to(instant)

import datetime as _mdmr_datetime
_mdmr_traveller = None

def run():
"""


def _apply() -> None:
    if not current().is_virtual:
        return
    runtime._PYTHON_WORKER_SCRIPT = replaced(
        "the worker's script",
        runtime._PYTHON_WORKER_SCRIPT,
        ("\ndef run():\n", _TRAVEL),
        (
            "init = json.loads(sys.stdin.readline())\n",
            'init = json.loads(sys.stdin.readline())\n    _mdmr_travel(init["now"])\n',
        ),
        (
            '_ms_ctx = _ms_msg.get("ctx") or {}\n',
            '_ms_ctx = _ms_msg.get("ctx") or {}\n        _mdmr_travel(_ms_ctx["now"])\n',
        ),
    )
    rewrite(
        runtime.Worker,
        "_spawn",
        ('"code_dir": code_dir,\n', '"code_dir": code_dir,\n        "now": time.time(),\n'),
    )
    rewrite(
        runtime.Worker,
        "invoke",
        ('"depth": depth,\n', '"depth": depth,\n                    "now": time.time(),\n'),
        (_IN_A_THREAD, "_read_response()\n\n        if False:"),
    )
    # Idle workers are reaped by age, and a day passes in a moment.
    expect(hasattr(runtime, "_LOCAL_WORKER_TTL"), "lambda_runtime._LOCAL_WORKER_TTL")
    runtime._LOCAL_WORKER_TTL = float("inf")
    # A function becomes active after half a second of the machine's time.
    expect(
        functions._LAMBDA_STATE_TRANSITION_DELAY == _BECOMES_ACTIVE,
        "lambda_svc's delay of becoming active",
    )
    functions._LAMBDA_STATE_TRANSITION_DELAY = 0.0


CORRECTION = Correction(
    name="lambda_worker_clock",
    wrong="workers read the machine's clock, whatever time it is in the emulator",
    apply=_apply,
)
