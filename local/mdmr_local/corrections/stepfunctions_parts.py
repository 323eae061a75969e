"""A Map or Parallel state that waits for its parts is no work itself."""

from collections.abc import Iterable
from concurrent.futures import wait as wait_for_futures
from typing import Any

import ministack.services.stepfunctions as states

from mdmr_local.clock import current
from mdmr_local.clock.instrument import works_of
from mdmr_local.corrections.registry import Correction, expect, rewrite


def _apply() -> None:
    expect(states.futures_wait is wait_for_futures, "stepfunctions.futures_wait")
    states.futures_wait = _wait
    rewrite(
        states,
        "_run_parallel_branches",
        ("for t in threads:\n        t.join()", "_mdmr_join(threads)"),
        _mdmr_join=_join,
    )


def _wait(futures: list[Any]) -> Any:
    current().ledger.park_until_ended(works_of(futures))
    return wait_for_futures(futures)


def _join(threads: Iterable[Any]) -> None:
    threads = list(threads)
    current().ledger.park_until_ended(works_of(threads))
    for thread in threads:
        thread.join()


CORRECTION = Correction(
    name="stepfunctions_parts",
    wrong="the clock would take the parent of waiting branches for work and stand still",
    apply=_apply,
)
