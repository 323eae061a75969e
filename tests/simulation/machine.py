"""The state machines of the template, run as they are written, in virtual time.

Only what they use of the States Language is known here; anything else is an error and no guess.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

from tests.simulation.engine import Engine, Fiber
from tests.simulation.jsonata_of import evaluated
from tools.sam_template import Json

# Calls a function by its logical id with a payload, for at most so long, and returns its result.
Invoke: TypeAlias = Callable[[str, Json, timedelta], Any]
_KNOWN = {
    "Wait": {"Timestamp", "Seconds"},
    "Task": {"Resource", "Arguments", "Output", "TimeoutSeconds", "Retry", "Catch"},
    "Choice": {"Choices", "Default"},
    "Map": {"Items", "ItemSelector", "MaxConcurrency", "ItemProcessor", "Output"},
    "Pass": {"Output"},
    "Succeed": set[str](),
    "Fail": {"Error", "Cause"},
}
_COMMON = {"Type", "Comment", "Next", "End"}
_LAMBDA = "arn:aws:states:::lambda:invoke"


class FailedError(Exception):
    """A task or an execution failed with an error of this name."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True)
class Machine:
    """A machine about to be run by the fiber that calls it."""

    engine: Engine
    invoke: Invoke
    # What one transition between two states takes, in milliseconds.
    pace: Callable[[], int]

    def run(self, definition: Json, given: Any) -> Any:  # noqa: ANN401 - any JSON
        """Run a machine from its first state and return its output. Raises FailedError."""
        states: Mapping[str, Json] = definition["States"]
        name: str | None = definition["StartAt"]
        context: Json = {}
        return self._run(states, name, given, context)

    def _run(self, states: Mapping[str, Json], name: str | None, given: Any, context: Json) -> Any:  # noqa: ANN401
        while name is not None:
            self.engine.sleep(self.pace())
            name, given = self._one(states[name], given, context)
        return given

    def _one(self, state: Json, given: Any, context: Json) -> tuple[str | None, Any]:  # noqa: ANN401
        """Do one state and return the next one with its input."""
        kind = state["Type"]
        if unknown := state.keys() - _COMMON - _KNOWN[kind]:
            raise NotImplementedError(f"{kind} with {sorted(unknown)}")
        known = {"input": given, "context": context}
        output = given
        match kind:
            case "Wait":
                self._wait(state, known)
            case "Task":
                return self._task(state, known)
            case "Choice":
                return self._choice(state, known), given
            case "Map":
                known["result"] = self._map(state, known)
                output = evaluated(state["Output"], known) if "Output" in state else known["result"]
            case "Pass":
                output = evaluated(state["Output"], known) if "Output" in state else given
            case "Fail":
                raise FailedError(state["Error"])
        return state.get("Next"), output

    def _wait(self, state: Json, known: Json) -> None:
        if "Seconds" in state:
            self.engine.sleep(1000 * int(evaluated(state["Seconds"], known)))
        else:
            at = datetime.fromisoformat(evaluated(state["Timestamp"], known))
            self.engine.sleep_until(at)

    @staticmethod
    def _choice(state: Json, known: Json) -> str:
        for each in state["Choices"]:
            if evaluated(each["Condition"], known):
                return str(each["Next"])
        return str(state["Default"])

    def _task(self, state: Json, known: Json) -> tuple[str | None, Any]:
        if state["Resource"] != _LAMBDA:
            raise NotImplementedError(state["Resource"])
        function = state["Arguments"]["FunctionName"].strip("${}")
        payload = evaluated(state["Arguments"]["Payload"], known)
        timeout = timedelta(seconds=state["TimeoutSeconds"])
        tries = 0
        while True:
            try:
                result = self.invoke(function, json.loads(json.dumps(payload)), timeout)
            except FailedError as failure:
                pause = _pause(state.get("Retry", []), tries)
                if pause is not None:
                    tries += 1
                    self.engine.sleep(pause)
                    continue
                for catch in state.get("Catch", []):
                    known = {**known, "errorOutput": {"Error": failure.error}}
                    return catch["Next"], evaluated(catch["Output"], known)
                raise
            known = {**known, "result": {"Payload": json.loads(json.dumps(result))}}
            output = evaluated(state["Output"], known) if "Output" in state else known["result"]
            return state.get("Next"), output

    def _map(self, state: Json, known: Json) -> list[Any]:
        items = list(evaluated(state["Items"], known))
        processor = state["ItemProcessor"]
        results: list[Any] = [None] * len(items)
        failures: list[FailedError] = []

        def one(number: int, given: Any) -> None:  # noqa: ANN401
            try:
                results[number] = self.run(processor, given)
            except FailedError as failure:
                failures.append(failure)

        running: list[Fiber] = []
        for number, item in enumerate(items):
            if len(running) >= state["MaxConcurrency"]:
                self.engine.wait(running.pop(0), timedelta(days=1))
            inside = {**known, "context": {"Map": {"Item": {"Index": number, "Value": item}}}}
            given = evaluated(state["ItemSelector"], inside)
            running.append(self.engine.start(partial(one, number, given)))
        for fiber in running:
            self.engine.wait(fiber, timedelta(days=1))
        if failures:
            raise failures[0]
        return results


def _pause(retries: list[Json], tries: int) -> int | None:
    """Return how long to wait before the next try in milliseconds, None when there is none."""
    for each in retries:
        if each["ErrorEquals"] != ["States.ALL"]:
            raise NotImplementedError(each["ErrorEquals"])
        if tries < each["MaxAttempts"]:
            pause = each["IntervalSeconds"] * each["BackoffRate"] ** tries
            return int(1000 * min(pause, each.get("MaxDelaySeconds", pause)))
    return None
