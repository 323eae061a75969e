"""The state machines of the template, run as they are written, in virtual time.

Only what they use of the States Language is known here; anything else is an error and no guess.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, TypeAlias

from tests.simulation.engine import Engine, Fiber, Signal
from tests.simulation.jsonata_of import evaluated
from tools.sam_template import Json

# Calls a function by its logical id with a payload, for at most so long, and returns its result.
Invoke: TypeAlias = Callable[[str, Json, timedelta], Any]
_KNOWN = {
    "Wait": {"Timestamp", "Seconds"},
    "Task": {"Resource", "Arguments", "Output", "TimeoutSeconds", "Retry", "Catch"},
    "Choice": {"Choices", "Default"},
    "Parallel": {"Branches", "Catch"},
    "Map": {"Items", "ItemSelector", "MaxConcurrency", "ItemProcessor", "Output", "Catch"},
    "Pass": {"Output"},
    "Succeed": set[str](),
    "Fail": {"Error", "Cause"},
}
_COMMON = {"Type", "Comment", "Next", "End"}
_LAMBDA = "arn:aws:states:::lambda:invoke"
_WITH_TOKEN = f"{_LAMBDA}.waitForTaskToken"
_LONGEST = timedelta(minutes=15)


class FailedError(Exception):
    """A task or an execution failed with an error of this name."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Tokens:
    """The tokens with which tasks of one region wait."""

    def __init__(self, region: str = "here") -> None:
        self._region, self._numbers = region, count(1)
        self._waiting: dict[str, Signal] = {}

    def new(self, engine: Engine) -> tuple[str, Signal]:
        """Return a token and what happens when somebody comes with it."""
        token = f"{self._region}-{next(self._numbers)}"
        self._waiting[token] = Signal(engine)
        return token, self._waiting[token]

    def wake(self, token: str) -> None:
        """Let the task go on that waits with a token; of one that is over nothing is known."""
        signal = self._waiting.pop(token, None)
        if signal is not None:
            signal.happen()


@dataclass(frozen=True)
class Machine:
    """A machine about to be run by the fiber that calls it."""

    engine: Engine
    invoke: Invoke
    # What one transition between two states takes, in milliseconds.
    pace: Callable[[], int]
    tokens: Tokens = field(default_factory=Tokens)

    def run(self, definition: Json, given: Any) -> Any:  # noqa: ANN401 - any JSON
        """Run a machine from its first state and return its output. Raises FailedError."""
        return self._run(definition, given, {"Execution": {"Input": given}})

    def _run(self, definition: Json, given: Any, context: Json) -> Any:  # noqa: ANN401
        states: Mapping[str, Json] = definition["States"]
        name: str | None = definition["StartAt"]
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
            case "Map" | "Parallel":
                parts = self._map if kind == "Map" else self._parallel
                try:
                    known["result"] = parts(state, known)
                except FailedError as failure:
                    return _caught(state, known, failure)
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
        if state["Resource"] not in (_LAMBDA, _WITH_TOKEN):
            raise NotImplementedError(state["Resource"])
        tries: dict[int, int] = {}
        while True:
            context = {**known["context"], "State": {"RetryCount": sum(tries.values())}}
            try:
                result = self._called(state, {**known, "context": context})
            except FailedError as failure:
                pause = _pause(state.get("Retry", []), failure.error, tries)
                if pause is not None:
                    self.engine.sleep(pause)
                    continue
                return _caught(state, known, failure)
            known = {**known, "result": {"Payload": json.loads(json.dumps(result))}}
            output = evaluated(state["Output"], known) if "Output" in state else known["result"]
            return state.get("Next"), output

    def _called(self, state: Json, known: Json) -> Any:  # noqa: ANN401
        """Call the function of a task once; where that has a token, wait until it comes back."""
        function = state["Arguments"]["FunctionName"].strip("${}")
        timeout = timedelta(seconds=int(evaluated(state["TimeoutSeconds"], known)))
        if state["Resource"] == _LAMBDA:
            payload = evaluated(state["Arguments"]["Payload"], known)
            return self.invoke(function, json.loads(json.dumps(payload)), timeout)
        token, signal = self.tokens.new(self.engine)
        inside = {**known, "context": {**known["context"], "Task": {"Token": token}}}
        payload = evaluated(state["Arguments"]["Payload"], inside)
        end = self.engine.now + timeout
        self.invoke(function, json.loads(json.dumps(payload)), _LONGEST)
        if not self.engine.wait(signal, max(end - self.engine.now, timedelta())):
            self.tokens.wake(token)
            raise FailedError("States.Timeout")
        return {}

    def _parallel(self, state: Json, known: Json) -> list[Any]:
        """Run the branches of a state, each with its input; no machine has several in one."""
        (branch,) = state["Branches"]
        return [self._run(branch, known["input"], known["context"])]

    def _map(self, state: Json, known: Json) -> list[Any]:
        items = list(evaluated(state["Items"], known))
        processor, context = state["ItemProcessor"], known["context"]
        results: list[Any] = [None] * len(items)
        failures: list[FailedError] = []

        def one(number: int, given: Any) -> None:  # noqa: ANN401
            try:
                results[number] = self._run(processor, given, context)
            except FailedError as failure:
                failures.append(failure)

        running: list[Fiber] = []
        for number, item in enumerate(items):
            if len(running) >= state["MaxConcurrency"]:
                self.engine.wait(running.pop(0), timedelta(days=1))
            inside = {**context, "Map": {"Item": {"Index": number, "Value": item}}}
            selector = state.get("ItemSelector", "{% $states.context.Map.Item.Value %}")
            given = evaluated(selector, {**known, "context": inside})
            running.append(self.engine.start(partial(one, number, given)))
        for fiber in running:
            self.engine.wait(fiber, timedelta(days=1))
        if failures:
            raise failures[0]
        return results


def _caught(state: Json, known: Json, failure: FailedError) -> tuple[str | None, Any]:
    """Return where a failure leads that is not tried again. Raises it where nothing catches it."""
    for catch in state.get("Catch", []):
        if _matches(catch, failure.error):
            told = {**known, "errorOutput": {"Error": failure.error}}
            return catch["Next"], evaluated(catch.get("Output", told["errorOutput"]), told)
    raise failure


def _pause(retries: list[Json], error: str, tries: dict[int, int]) -> int | None:
    """Return how long to wait before the next try in milliseconds, None when there is none.

    `tries` are how often each rule was followed already.
    """
    for number, each in enumerate(retries):
        if _matches(each, error):
            tried = tries.get(number, 0)
            if tried >= each["MaxAttempts"]:
                return None
            tries[number] = tried + 1
            pause = each["IntervalSeconds"] * each["BackoffRate"] ** tried
            return int(1000 * min(pause, each.get("MaxDelaySeconds", pause)))
    return None


def _matches(rule: Json, error: str) -> bool:
    return "States.ALL" in rule["ErrorEquals"] or error in rule["ErrorEquals"]
