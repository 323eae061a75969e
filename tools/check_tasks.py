"""Finds tasks of state machines that do not follow the one idiom: retries, time-outs, payloads."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping

import msgspec

from tools.machines import State, function_of, payload_sent, read_all, states_of, timeouts
from tools.sam_template import Json

# How every task is tried again, in every machine.
POLICY: Json = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 10,
    "BackoffRate": 2,
    "MaxDelaySeconds": 300,
    "MaxAttempts": 5,
}
# Errors that are not tried again, by the function that raises them, and why.
NOT_TRIED_AGAIN: Mapping[str, tuple[str, str]] = {
    "StageSetFunction": ("KeptInsideError", "the gateway keeps the set until it opens"),
    "ProcessSetFunction": ("KeptInsideError", "the gateway keeps the set until it opens"),
}
_WAITING = ".waitForTaskToken"
# A task that waits for a token ends with this when it is time to look again.
_OVER = "States.Timeout"
# What a call takes beside its function: to start, and to answer.
MARGIN_SECONDS = 60
_READ = re.compile(r"\$states\.result\.Payload\.(\w+)")


def task_faults(machine: Json) -> list[str]:
    """Return one line for each task that does not follow the idiom; none if all do.

    A task is tried again as `POLICY` says, after the errors of `NOT_TRIED_AGAIN`. It takes as long
    as its function may take and `MARGIN_SECONDS`. It sends a payload that its function takes, with
    all fields that have no default and no others, and reads fields of the answer.
    """
    return [f"{state.name}: {fault}" for state in states_of(machine) for fault in _faults(state)]


def _faults(state: State) -> Iterator[str]:
    body = state.body
    if body["Type"] != "Task":
        if "Retry" in body:
            yield "is tried again as a whole; its tasks are, each by itself"
        return
    waits = str(body["Resource"]).endswith(_WAITING)
    if body.get("Retry") != _retry(function_of(body), waits=waits):
        yield "is not tried again by the policy"
    limit = timeouts()[function_of(body)] + MARGIN_SECONDS
    if not waits and body.get("TimeoutSeconds") != limit:
        yield f"must have {limit} seconds: what its function has, and {MARGIN_SECONDS}"
    yield from _payload_faults(body)


def _retry(function: str, *, waits: bool) -> list[Json]:
    error = _OVER if waits else NOT_TRIED_AGAIN.get(function, ("", ""))[0]
    return ([{"ErrorEquals": [error], "MaxAttempts": 0}] if error else []) + [POLICY]


def _payload_faults(task: Json) -> Iterator[str]:
    sent, kind = task["Arguments"]["Payload"], payload_sent(task)
    if kind is None:
        yield f"sends a step that {function_of(task)} does not take"
        return
    if isinstance(sent, dict):
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        yield from (
            f"does not send {name}"
            for name, field in fields.items()
            if field.required and name not in sent
        )
        yield from (
            f"sends {name}, which {kind.__name__} has not"
            for name in sent
            if name not in fields and name != kind.__struct_config__.tag_field
        )
    answered = {field.name for field in msgspec.structs.fields(kind.answer)} if kind.answer else ()
    read = _READ.findall(str(task.get("Output", "")))
    yield from (f"reads {name}, which is not answered" for name in read if name not in answered)


def main() -> int:
    """Print the faults of every state machine of the project; 1 when there are any."""
    faults = [
        f"{name}: {fault}" for name, machine in read_all().items() for fault in task_faults(machine)
    ]
    print(
        "\n".join(faults)
        or "state machines: tasks are tried again alike, and end and send as their functions do"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
