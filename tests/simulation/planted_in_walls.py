"""Wrong variants of what keeps a fault for good from stopping an LDC, for the planted faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from typing import Any
from unittest.mock import patch

from mdmr.ports.hub import Hub
from mdmr.synchronization.processing import deciding, refusing, steps
from mdmr.synchronization.processing import plan as plans
from mdmr.synchronization.processing.faults import Sparing
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.processing.work import Work
from mdmr.synchronization.records import Record
from mdmr.synchronization.sets.rows import FileSet

from tests.simulation.deployed import deployed

_REFUSE = refusing.refuse


def a_fault_on_one_record_fails_all() -> AbstractContextManager[object]:
    """Let nobody catch what is raised on one record."""

    def take(making: Any, record: Record) -> None:  # noqa: ANN401 - a plan in the making
        making._take(record)

    return patch.object(plans._Making, "take", take)


def half_a_record_stays() -> AbstractContextManager[object]:
    """Let what was put before a fault stay."""
    return patch.object(Work, "undo", lambda *_args: None)


@contextmanager
def nothing_is_caught() -> Iterator[None]:
    """Let the machine of sets have no Catch for all errors."""
    machine = deepcopy(deployed().machines["synchronization"])
    for state in machine["States"].values():
        kept = [one for one in state.get("Catch", []) if "States.ALL" not in one["ErrorEquals"]]
        if "Catch" in state:
            state["Catch"] = kept
    with patch.dict(deployed().machines, {"synchronization": machine}):
        yield


def refused_only_when_planned_anew() -> AbstractContextManager[object]:
    """Let a refusal take the steps of the set's work once more, first."""

    def refuse(hub: Hub, each: FileSet, *, spare: Sparing) -> FileSet:
        for name in ("plan", "apply", "conclude"):
            for part in each.parts:
                steps._STEPS[name](hub, each.id, {"part": part})
        deciding.hindrance(hub, each, Tally())
        return _REFUSE(hub, each, spare=spare)

    return patch.object(refusing, "refuse", refuse)


def applied_is_untold_when_refused() -> AbstractContextManager[object]:
    """Let what was applied of a refused set be told nobody."""
    return patch.object(refusing, "_left", lambda *_args, **_named: refusing._Left())
