"""Tasks that wait for a token: heartbeats, time-outs on the clock, and a failed request."""

from typing import Any

import ministack.services.stepfunctions as states

from mdmr_local.clock import current
from mdmr_local.clock.ledger import Parking
from mdmr_local.corrections.registry import Correction, rewrite
from mdmr_local.corrections.waiting_executions import place_to_wait, wait

_YEAR = 31_536_000.0


class TaskToken:
    """What an execution waits on; stands where ministack has a ``threading.Event``."""

    def __init__(self) -> None:
        self._answered = False
        self._parking: Parking | None = None
        self._last_beat = current().now()

    def set(self) -> None:
        """Tell that the answer, success or failure, has come."""
        self._answered = True
        self._wake("answered")

    def beat(self) -> None:
        """Tell that the worker lives."""
        self._last_beat = current().now()
        self._wake("beat")

    def wait_for_answer(self, timeout: float, heartbeat: float | None) -> str | None:
        """Wait for the answer.

        Args:
            timeout: seconds in all.
            heartbeat: seconds that may pass between beats.

        Returns:
            None, or the name of the error.
        """
        end = current().now() + timeout
        self._last_beat = current().now()
        while True:
            due = end if heartbeat is None else min(end, self._last_beat + heartbeat)
            with place_to_wait("waits for its task token") as parking:
                self._parking = parking
                if self._answered:
                    return None
                woken = wait(parking, due)
                self._parking = None
            if woken == "due" and not self._answered:
                return "States.Timeout" if due == end else "States.HeartbeatTimeout"

    def _wake(self, reason: str) -> None:
        parking = self._parking
        if parking is not None:
            parking.wake(reason)


_WAIT = """timeout = state_def.get("TimeoutSeconds", 99999)
    if not evt.wait(timeout=timeout):"""
_TIMED_OUT = """raise _ExecutionError("States.Timeout",
                              "Task timed out waiting for callback")"""


def _apply() -> None:
    rewrite(
        states,
        "_invoke_with_callback",
        ("evt = threading.Event()", "evt = _mdmr_token()"),
        (_WAIT, "expired = _mdmr_await(evt, state_def)\n    if expired:"),
        (_TIMED_OUT, 'raise _ExecutionError(expired, "no answer in time")'),
        (
            "except _ExecutionError:\n            pass",
            "except _ExecutionError:\n            _task_tokens.pop(token, None)\n            raise",
        ),
        _mdmr_token=TaskToken,
        _mdmr_await=_await,
    )
    beat = states._send_task_heartbeat

    def send_heartbeat(data: dict[str, Any]) -> Any:
        waiting = states._task_tokens.get(data.get("taskToken"))
        if waiting and isinstance(waiting["event"], TaskToken):
            waiting["event"].beat()
        return beat(data)

    states._send_task_heartbeat = send_heartbeat


def _await(token: TaskToken, state: dict[str, Any]) -> str | None:
    heartbeat = state.get("HeartbeatSeconds")
    return token.wait_for_answer(
        float(state.get("TimeoutSeconds", _YEAR)), None if heartbeat is None else float(heartbeat)
    )


CORRECTION = Correction(
    name="stepfunctions_task_tokens",
    wrong="HeartbeatSeconds is ignored, and so is a function that fails to ask for the answer",
    apply=_apply,
)
