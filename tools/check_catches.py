"""Finds in a state machine what could fail without anybody being told: a step without a Catch."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from tools.sam_template import ROOT, Json, read_machine

_WORKING = {"Task", "Map", "Parallel"}
_ALL = "States.ALL"
# Functions that tell of a step that failed, and by what of their payload one knows that they do.
TELLING: Mapping[str, tuple[str, str]] = {
    "${ProcessSetFunction}": ("step", "stop"),
    "${FailFileFunction}": ("error", ""),
    "${TendGatewayFunction}": ("failed", ""),
}


def catch_faults(machine: Json) -> list[str]:
    """Return one line for each state that can fail and tells nobody; none if there is none.

    Every Task, Map and Parallel has a Catch for all errors, or stands in a Map or Parallel that has
    one, and in which nobody is told: one that tells is there to let the neighbours go on. It leads
    to a state that tells: a Task of `TELLING`, whose own Catch leads to a Fail state, which raises
    the alarm; or, where it is such a Task, to that Fail.
    """
    return list(_faults(machine, machine, caught=False))


def _faults(scope: Json, machine: Json, *, caught: bool) -> Iterator[str]:
    states: Json = scope["States"]
    for name, state in states.items():
        if state["Type"] not in _WORKING:
            continue
        target = _caught_by(state)
        if target is None:
            if not caught:
                yield f"{name}: has no Catch for {_ALL}"
        elif tells(state):
            if not _raises_alarm(target, states, machine):
                yield f"{name}: tells of a failure, and its Catch {target} raises no alarm"
        elif not tells(states[target]):
            yield f"{name}: its Catch leads to {target}, which tells nobody"
        for inner in _inner(state):
            own = any(tells(each) for each in inner["States"].values())
            yield from _faults(inner, machine, caught=target is not None and not own)


def tells(state: Json) -> bool:
    """Return whether a state is a task that tells of a failure."""
    arguments = state.get("Arguments", {})
    known = TELLING.get(str(arguments.get("FunctionName")))
    if known is None:
        return False
    (key, value), payload = known, arguments.get("Payload", {})
    return key in payload and value in ("", payload[key])


def _caught_by(state: Json) -> str | None:
    """Return where a state leads when it fails with whatever error, None for nowhere."""
    for each in state.get("Catch", []):
        if _ALL in each["ErrorEquals"]:
            return str(each["Next"])
    return None


def _raises_alarm(name: str, states: Json, machine: Json) -> bool:
    """Return whether a state fails the execution, or ends a Map after which that is decided."""
    state = states[name]
    if state["Type"] == "Fail":
        return True
    after = [each for each in _maps_with(states, machine) if state.get("End")]
    return any(
        machine["States"][choice["Next"]]["Type"] == "Fail"
        for each in after
        for choice in machine["States"][each["Next"]].get("Choices", [])
    )


def _maps_with(states: Json, machine: Json) -> list[Json]:
    return [
        state
        for state in machine["States"].values()
        if any(inner["States"] is states for inner in _inner(state))
    ]


def _inner(state: Json) -> list[Json]:
    if "ItemProcessor" in state:
        return [state["ItemProcessor"]]
    return list(state.get("Branches", []))


def main() -> int:
    """Print the faults of every state machine of the project; 1 when there are any."""
    faults = [
        f"{path.name}: {fault}"
        for path in sorted((ROOT / "statemachines").glob("*.asl.yaml"))
        for fault in catch_faults(read_machine(path))
    ]
    print("\n".join(faults) or "state machines: whatever fails, somebody is told")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
