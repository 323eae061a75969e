"""Executions of state machines: their start and their end are changes.

One that ran when the emulator ended begins anew under its name, with its input.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import ministack.services.stepfunctions as states
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict

from mdmr_local.corrections.registry import expect
from mdmr_local.durable.datafile import Change
from mdmr_local.durable.journal import Journal

KIND = "execution"
Execution = dict[str, Any]


def follow(journal: Journal, ending: threading.Event) -> None:
    """Have the start and the end of every execution noted in a journal.

    Args:
        journal: of the changes.
        ending: set when the emulator stops: what an execution comes to then, whose functions are
            cut off, is no end of it.

    Raises:
        UpstreamChangedError: the emulator is another one.
    """
    expect(hasattr(states, "_emit_execution_status_event"), "stepfunctions' events of executions")
    emit = states._emit_execution_status_event

    def note_and_emit(execution: Execution) -> None:
        part = execution.get("mapRunArn")  # its whole starts it again
        if not part and not ending.is_set():
            journal.append(_change(execution))
        emit(execution)

    states._emit_execution_status_event = note_and_emit


def snapshot() -> Iterator[Change]:
    """Yield all executions."""
    for execution in list(states._executions._data.values()):
        if not execution.get("mapRunArn"):
            yield _change(execution)


def restore(records: Iterable[tuple[str, str, bytes]]) -> None:
    """Bring executions back; those that ran begin anew, so everything else must be there."""
    executions = AccountRegionScopedDict()
    for _, arn, value in records:
        # arn:aws:states:ca-central-1:000000000000:execution:machine:name
        region, account = arn.split(":")[3:5]
        executions._data[(account, region, arn)] = json.loads(
            value, object_hook=persistence._json_object_hook
        )
    states._restore_state({"executions": executions})


def _change(execution: Execution) -> Change:
    value = json.dumps(execution, default=persistence._json_default).encode()
    return KIND, execution["stateMachineArn"], execution["executionArn"], value
