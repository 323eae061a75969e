"""Write contention: attempts are bounded, counted, and further apart each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from mdmr.ports.contention import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MAX_ATTEMPTS,
    Contended,
    OvertakenError,
    WriteContentionError,
    retry_from,
    retry_on_contention,
)
from mdmr.ports.state import ConditionFailedError, StateBusyError
from mdmr.stores.memory.outside import MemoryBackoff

RECEIPT = Contended.RECEIPT


def losing(times: int, fault: Exception | None = None) -> Callable[[], int]:
    """Return an attempt that is lost some times, and then returns how often it was made."""
    numbers = count(1)

    def attempt() -> int:
        number = next(numbers)
        if number <= times:
            raise fault or ConditionFailedError({0: None})
        return number

    return attempt


@pytest.mark.parametrize("lost", [0, 1, MAX_ATTEMPTS - 1])
def test_an_attempt_is_made_anew_until_it_holds(lost: int) -> None:
    backoff = MemoryBackoff()
    assert retry_on_contention(backoff, RECEIPT, "receipt 1", losing(lost)) == lost + 1
    assert backoff.lost[RECEIPT] == lost


def test_it_ends_after_eight_attempts_and_says_what_about() -> None:
    backoff = MemoryBackoff()
    with pytest.raises(WriteContentionError, match="receipt 1: write contention in 8 attempts"):
        retry_on_contention(backoff, RECEIPT, "receipt 1", losing(MAX_ATTEMPTS))
    assert backoff.lost == {RECEIPT: MAX_ATTEMPTS}
    assert issubclass(WriteContentionError, StateBusyError)


def test_pauses_double_up_to_the_longest_and_none_follows_the_last_attempt() -> None:
    backoff = MemoryBackoff()
    with pytest.raises(WriteContentionError):
        retry_on_contention(backoff, RECEIPT, "receipt 1", losing(MAX_ATTEMPTS))
    *pauses, last = backoff.waits
    assert pauses[:5] == [FIRST_PAUSE * 2**number for number in range(5)]
    assert pauses[5:] == [LONGEST_PAUSE, LONGEST_PAUSE]
    assert last == timedelta()


def test_what_is_no_contention_is_raised_at_once() -> None:
    backoff = MemoryBackoff()
    with pytest.raises(ValueError, match="odd"):
        retry_on_contention(backoff, RECEIPT, "receipt 1", losing(1, ValueError("odd")))
    assert not backoff.lost


def test_one_that_found_out_by_itself_is_made_anew() -> None:
    attempt = losing(1, OvertakenError("set 1"))
    assert retry_on_contention(MemoryBackoff(), Contended.AMCD, "set 1", attempt) == 2


def test_the_caller_says_which_conditions_are_worth_another_attempt() -> None:
    fault = ConditionFailedError({3: None})
    with pytest.raises(ConditionFailedError):
        retry_on_contention(
            MemoryBackoff(), RECEIPT, "receipt 1", losing(1, fault), retries=lambda _: False
        )


def test_what_is_known_is_read_anew_only_after_a_lost_attempt() -> None:
    read = iter(["second", "third"])

    def attempt(known: str) -> str:
        if known != "third":
            raise ConditionFailedError({0: None})
        return known

    first = retry_from(MemoryBackoff(), RECEIPT, "one", attempt, "third", lambda: next(read))
    assert (first, next(read)) == ("third", "second")
    backoff = MemoryBackoff()
    found = retry_from(backoff, RECEIPT, "one", attempt, "first", lambda: next(read))
    assert (found, backoff.lost[RECEIPT]) == ("third", 1)
