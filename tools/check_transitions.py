"""Finds in a state machine what nothing else does: steps that lead nowhere or are never reached."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from tools.machines import inner_of, read_all
from tools.sam_template import Json

_ENDS = {"Succeed", "Fail", "Choice"}


def transition_faults(machine: Json) -> list[str]:
    """Return one line for each fault of a machine in the States Language; none if it is sound.

    Faults are: a start or a transition to a state that does not exist beside it, a state that
    cannot be reached, one that neither ends nor goes on, a name given twice, a state without a
    comment.
    """
    faults = []
    names: Counter[str] = Counter()
    for scope in _scopes(machine):
        names.update(scope["States"].keys())
        faults += _faults_of_scope(scope)
    return faults + [
        f"{name}: the name is given {times} times" for name, times in names.items() if times > 1
    ]


def _scopes(machine: Json) -> Iterator[Json]:
    """Yield the machine and, depth first, every map's and branch's machine within it."""
    yield machine
    for state in machine["States"].values():
        for scope in inner_of(state):
            yield from _scopes(scope)


def _targets(state: Json) -> list[str]:
    steps = [state, *state.get("Choices", []), *state.get("Catch", [])]
    return [step[key] for step in steps for key in ("Next", "Default") if key in step]


def _faults_of_scope(scope: Json) -> list[str]:
    states: Json = scope["States"]
    faults = []
    if scope["StartAt"] not in states:
        faults.append(f"StartAt: there is no state {scope['StartAt']}")
    for name, state in states.items():
        faults += [
            f"{name}: there is no state {target}"
            for target in _targets(state)
            if target not in states
        ]
        if state["Type"] not in _ENDS and "Next" not in state and not state.get("End"):
            faults.append(f"{name}: neither ends nor goes on")
        if not state.get("Comment"):
            faults.append(f"{name}: has no comment")
    reached = _reached(scope["StartAt"], states)
    return faults + [f"{name}: cannot be reached" for name in states if name not in reached]


def _reached(start: str, states: Json) -> set[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name in states and name not in reached:
            reached.add(name)
            ahead += _targets(states[name])
    return reached


def main() -> int:
    """Print the faults of every state machine of the project; 1 when there are any."""
    faults = [
        f"{name}: {fault}"
        for name, machine in read_all().items()
        for fault in transition_faults(machine)
    ]
    print(
        "\n".join(faults)
        or "state machines: every transition leads somewhere, every state is reached"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
