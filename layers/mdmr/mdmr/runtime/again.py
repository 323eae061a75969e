"""When work that failed is done again: messages of an ordered queue, and tasks of a machine.

A message that failed comes again after a pause; its line waits until then.

What is wrong with one file is tried again quickly, so that the files behind it wait for three
minutes at most. What is wrong with the moment, a store that does not answer, would befall them as
well: it is given time, so that an hour without it refuses nobody's file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from botocore import exceptions as sdk

from mdmr.ports.authority import GatewayUnsetError, NotActiveError
from mdmr.ports.outside import OrderedQueue
from mdmr.ports.state import StateBusyError
from mdmr.runtime.observe import Event, OnFailure, logger
from mdmr.stores.messages import NotSentError
from mdmr.stores.s3 import ObjectBusyError

# Seconds after the first, second, ... receive; after the last the queue gives the message up.
OF_THE_FILE = (10, 20, 40, 80)
OF_THE_MOMENT = (10, 600, 1500, 1500)
_MOMENTARY = (
    StateBusyError,
    NotActiveError,
    GatewayUnsetError,
    ObjectBusyError,
    NotSentError,
    sdk.HTTPClientError,
    sdk.ConnectionError,
    sdk.IncompleteReadError,
)
_SERVER_FAILED = 500
_THROTTLED = 429


def again_soon(queue: Callable[[], OrderedQueue]) -> OnFailure:
    """Return what lets a failed record of a queue come again after a growing pause."""

    def failed(record: Event, fault: Exception) -> None:
        receives = int(record["attributes"]["ApproximateReceiveCount"])
        try:
            queue().show_again(record["receiptHandle"], pause(receives, fault))
        except Exception:  # noqa: BLE001 - it comes again all the same, once the queue shows it
            logger.warning("comes again late")

    return failed


class MomentaryError(Exception):
    """What failed tells of the moment, not of what was worked: it is worth doing again later."""


def momentary_by_name(work: Callable[[Event], Any]) -> Callable[[Event], Any]:
    """Return the work of a task that fails with MomentaryError at whatever is of the moment.

    So a state machine, which knows a fault by its name, can leave its subject as it is.
    """

    @wraps(work)
    def named(event: Event) -> Any:  # noqa: ANN401 - whatever the task returns
        try:
            return work(event)
        except Exception as fault:
            if is_of_the_moment(fault):
                raise MomentaryError(type(fault).__name__) from fault
            raise

    return named


def pause(receives: int, fault: Exception) -> timedelta:
    """Return how long a message pauses that was received so often and failed."""
    pauses = OF_THE_MOMENT if is_of_the_moment(fault) else OF_THE_FILE
    return timedelta(seconds=pauses[receives - 1] if receives <= len(pauses) else 0)


def is_of_the_moment(fault: Exception) -> bool:
    """Return whether a fault tells nothing of the file: it would befall any other now."""
    if isinstance(fault, sdk.ClientError):
        answered = fault.response
        status = answered.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = str(answered.get("Error", {}).get("Code", ""))
        return status >= _SERVER_FAILED or status == _THROTTLED or "Thrott" in code
    return isinstance(fault, _MOMENTARY)
