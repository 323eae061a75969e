"""Finds in a state machine what could fail without anybody being told: a step without a Catch."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from tools.machines import inner_of, read_all, states_of
from tools.sam_template import Json

# Maps and Parallels, the outermost first, each with the states beside it.
Around: TypeAlias = "tuple[tuple[Json, Json], ...]"
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
    the alarm; or, where it is such a Task, to that Fail. No two states that work are caught alike:
    those stand in one Parallel, whose Catch is theirs.
    """
    return [*_faults(machine, (), caught=False), *_alike(machine)]


def _faults(scope: Json, around: Around, *, caught: bool) -> Iterator[str]:
    states: Json = scope["States"]
    for name, state in states.items():
        if state["Type"] not in _WORKING:
            continue
        target = _caught_by(state)
        if target is None:
            if not caught:
                yield f"{name}: has no Catch for {_ALL}"
        elif tells(state):
            if not _raises_alarm(target, states, around):
                yield f"{name}: tells of a failure, and its Catch {target} raises no alarm"
        elif not tells(states[target]):
            yield f"{name}: its Catch leads to {target}, which tells nobody"
        for inner in inner_of(state):
            own = any(tells(each) for each in inner["States"].values())
            within = (*around, (state, states))
            yield from _faults(inner, within, caught=(caught or target is not None) and not own)


def _alike(machine: Json) -> Iterator[str]:
    """Yield what is caught as another state of the machine is."""
    seen: dict[tuple[tuple[str, str], ...], str] = {}
    for name, state, _ in states_of(machine):
        if "Catch" not in state or tells(state):
            continue
        led = tuple((" ".join(each["ErrorEquals"]), each["Next"]) for each in state["Catch"])
        if led in seen:
            yield f"{name}: is caught as {seen[led]} is; they stand in one Parallel"
        seen.setdefault(led, name)


def tells(state: Json) -> bool:
    """Return whether a state is a task that tells of a failure."""
    arguments = state.get("Arguments", {})
    known = TELLING.get(str(arguments.get("FunctionName")))
    if known is None:
        return False
    (key, value), payload = known, arguments.get("Payload", {})
    return key in payload and value in ("", payload[key])


def _caught_by(state: Json, error: str = _ALL) -> str | None:
    """Return where a state leads when it fails with an error, None for nowhere."""
    for each in state.get("Catch", []):
        if _ALL in each["ErrorEquals"] or error in each["ErrorEquals"]:
            return str(each["Next"])
    return None


def _raises_alarm(name: str, states: Json, around: Around) -> bool:
    """Return whether a state fails the execution, or ends a Map after which that is decided.

    `around` are the Maps and Parallels it stands in, each with the states beside it.
    """
    state = states[name]
    if state["Type"] == "Fail":
        if not around:
            return True
        *outer, (holder, beside) = around
        caught = _caught_by(holder, str(state["Error"]))
        return caught is None or _raises_alarm(caught, beside, tuple(outer))
    if not around or not state.get("End"):
        return False
    *outer, (holder, beside) = around
    return any(
        beside[choice["Next"]]["Type"] == "Fail"
        and _raises_alarm(choice["Next"], beside, tuple(outer))
        for choice in beside[holder["Next"]].get("Choices", [])
    )


def main() -> int:
    """Print the faults of every state machine of the project; 1 when there are any."""
    faults = [
        f"{name}: {fault}"
        for name, machine in read_all().items()
        for fault in catch_faults(machine)
    ]
    print("\n".join(faults) or "state machines: whatever fails, somebody is told")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
