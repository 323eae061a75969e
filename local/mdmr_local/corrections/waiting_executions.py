"""Where executions wait: on the emulator's clock, and no longer than they live.

Shared by the corrections of Step Functions' waits, time-outs and task tokens.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from mdmr_local.clock import current
from mdmr_local.clock.ledger import Parking

_ENDED = "the execution has ended"
_execution: ContextVar[str] = ContextVar("mdmr_execution", default="")
_waiting: dict[str, set[Parking]] = defaultdict(set)
_lock = threading.Lock()


class ExecutionEndedError(BaseException):
    """Unwinds the threads of an execution that was stopped or timed out.

    No ``Exception``: neither a Retry nor a Catch of the machine may take it for a failed task.
    """


@contextmanager
def running(execution: str) -> Iterator[None]:
    """Within this block, and what is started in it, waits belong to the given execution."""
    token = _execution.set(execution)
    try:
        yield
    except ExecutionEndedError:
        pass
    finally:
        _execution.reset(token)
        with _lock:
            _waiting.pop(execution, None)


def end_waits(execution: str) -> None:
    """Wake all threads of an execution that has ended; they unwind."""
    with _lock:
        parkings = list(_waiting.get(execution, ()))
    for parking in parkings:
        parking.wake(_ENDED)


@contextmanager
def place_to_wait(description: str) -> Iterator[Parking]:
    """Give a parking that also wakes when the present execution ends."""
    parking = Parking(current().ledger, description)
    execution = _execution.get()
    with _lock:
        _waiting[execution].add(parking)
    try:
        yield parking
    finally:
        with _lock:
            waiting = _waiting.get(execution)
            if waiting is not None:
                waiting.discard(parking)


def wait(parking: Parking, instant: float | None = None, reason: str = "due") -> str:
    """Wait in a parking, at most until an instant.

    Args:
        parking: from :func:`place_to_wait`.
        instant: seconds since 1970 at which to wake with ``reason``; none for ever.
        reason: what to return then.

    Returns:
        The reason that the parking was woken with.

    Raises:
        ExecutionEndedError: the execution ended meanwhile.
    """
    deadline = None
    if instant is not None:
        deadline = current().at(
            instant, lambda: parking.wake(reason), f"{reason} of {_execution.get()}"
        )
    try:
        woken = parking.park()
    finally:
        if deadline is not None:
            deadline.cancelled = True
    if woken == _ENDED:
        raise ExecutionEndedError
    return woken


def sleep_until(instant: float) -> None:
    """Let the present execution wait until an instant, seconds since 1970."""
    if instant > current().now():
        with place_to_wait(f"waits until {instant:.3f}") as parking:
            wait(parking, instant)
