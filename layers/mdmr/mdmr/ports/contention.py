"""Write contention: another writer changed what an attempt had decided on, so it is made anew.

Every decision is committed on condition that what it rests on is as it was read. Where that fails,
the use case reads and decides again, a bounded number of times, after a pause that grows and is
random, so that two writers do not meet again and again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from itertools import chain
from typing import Protocol, TypeVar

from mdmr.ports.state import ConditionFailedError, StateBusyError

MAX_ATTEMPTS = 8
# The longest pause after the first lost attempt doubles with each further one, up to the second.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(milliseconds=50), timedelta(seconds=1)
_T = TypeVar("_T")
_Known = TypeVar("_Known")
_NEVER = object()


class Contended(Enum):
    """What writers contend for; each value is a dimension of the metric `WriteContention`."""

    RECEIPT = "receipt"
    SLOT = "slot"
    SCHEDULE = "schedule"
    FILE_SET = "file-set"
    SEQUENCE = "sequence"
    AMCD = "amcd"
    IDENTIFIER = "identifier"
    DELIVERY = "delivery"
    NOTICE = "notice"
    GATEWAY = "gateway"
    LEASE = "lease"
    EVIDENCE = "evidence"


class OvertakenError(Exception):
    """What an attempt decided on was changed meanwhile, which no condition of a commit tells."""


class WriteContentionError(StateBusyError):
    """Every attempt was lost to other writers; trying again later is right."""

    def __init__(self, subject: str, attempts: int) -> None:
        super().__init__(f"{subject}: write contention in {attempts} attempts")


class Backoff(Protocol):
    """What happens between two attempts."""

    def wait(self, contended: Contended, at_most: timedelta) -> None:
        """Count a lost attempt, and wait for a random time up to `at_most` (zero: not at all)."""
        ...


def is_contention(fault: Exception) -> bool:
    """Return whether a fault tells that another writer was faster."""
    return isinstance(fault, ConditionFailedError | OvertakenError)


def retry_on_contention(
    backoff: Backoff,
    contended: Contended,
    subject: str,
    attempt: Callable[[], _T],
    *,
    retries: Callable[[Exception], bool] = is_contention,
    max_attempts: int = MAX_ATTEMPTS,
) -> _T:
    """Return what `attempt` returns, made anew each time that another writer was faster.

    An attempt reads what it decides on itself. `subject` names for people what is decided;
    `retries` tells of what an attempt raises whether it is made anew, anything else is raised.
    Raises WriteContentionError after `max_attempts` lost attempts.
    """
    for left in reversed(range(max_attempts)):
        try:
            return attempt()
        except Exception as fault:
            if not retries(fault):
                raise
        made = max_attempts - left
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (made - 1))
        backoff.wait(contended, pause if left else timedelta())
    raise WriteContentionError(subject, max_attempts)


def retry_from(
    backoff: Backoff,
    contended: Contended,
    subject: str,
    attempt: Callable[[_Known], _T],
    known: _Known,
    read: Callable[[], _Known],
) -> _T:
    """Return what `attempt` returns, given what is known first, and what `read` returns later on.

    As `retry_on_contention` else, which see.
    """
    latest = chain((known,), iter(read, _NEVER))
    return retry_on_contention(backoff, contended, subject, lambda: attempt(next(latest)))
