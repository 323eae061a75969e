"""The state machines are run as the States Language says, as far as they use it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.simulation.deployed import deployed
from tests.simulation.engine import Engine
from tests.simulation.jsonata_of import evaluated
from tests.simulation.machine import FailedError, Machine
from tests.support.market import NOON
from tools.sam_template import Json

IDENTIFIERS = deployed().machines["identifiers"]
GIVEN = {"slot": "a slot", "ends": "2025-08-20T12:15:00-05:00"}
Answers = Callable[[str, Json], Any]


def run(machine: Json, given: Json, answer: Answers) -> tuple[Any, Engine]:
    """Return what a run comes to, a result or the name of an error, and the time it took."""
    engine, ends = Engine(NOON), list[Any]()

    def invoke(function: str, payload: Json, _: timedelta) -> Any:  # noqa: ANN401 - any JSON
        return answer(function, payload)

    def work() -> None:
        try:
            ends.append(Machine(engine, invoke, lambda: 1).run(machine, given))
        except FailedError as failure:
            ends.append(failure.error)

    engine.start(work)
    engine.run(NOON + timedelta(days=1))
    return ends[0], engine


class TestTheIdentifiersMachine:
    def test_waits_for_the_end_of_its_slot_and_works_each_ldc_to_the_end(self) -> None:
        called: list[tuple[str, Any]] = []

        def answer(function: str, payload: Json) -> Json:
            called.append((function, payload.get("ldc")))
            more = called.count(("AssignIdentifiersFunction", "A")) < 2
            return {"ldcs": ["A", "B"], "more": more and payload.get("ldc") == "A", "over": True}

        run(IDENTIFIERS, GIVEN, answer)
        assert called[0] == ("CloseSlotFunction", None)
        assert called[-1] == ("FinishSlotFunction", None)
        assert called.count(("AssignIdentifiersFunction", "A")) == 2
        assert called.count(("SummarizeIdentifiersFunction", "B")) == 1

    def test_fails_after_serving_the_others_when_an_ldc_cannot_be_served(self) -> None:
        called: list[str] = []

        def answer(function: str, payload: Json) -> Json:
            called.append(f"{function} {payload.get('ldc')}")
            if payload.get("ldc") == "A":
                raise FailedError("Broken")
            return {"ldcs": ["A", "B"], "more": False, "over": True}

        found, _ = run(IDENTIFIERS, GIVEN, answer)
        assert found == "LdcNotServed"
        assert called.count("AssignIdentifiersFunction A") == 6, "one try and five more"
        assert called.count("FailFileFunction A") == 6
        assert "SummarizeIdentifiersFunction B" in called


class TestAState:
    def test_with_a_field_that_is_not_known_here_is_an_error(self) -> None:
        machine = {"StartAt": "One", "States": {"One": {"Type": "Pass", "Assign": {}, "End": True}}}
        with pytest.raises(NotImplementedError, match="Assign"):
            run(machine, {}, lambda *_: None)


class TestAnExpression:
    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("{% $states.input.a.b %}", 1),
            ("{% $states.input.none %}", None),
            ("{% $states.input.none != null %}", False),
            ("{% $states.input.a != null %}", True),
            ("{% $count($states.input.rows[done = false]) > 0 %}", True),
            ("no expression", "no expression"),
            ({"deep": ["{% $states.input.a.b %}"]}, {"deep": [1]}),
        ],
    )
    def test_comes_to_its_value(self, expression: object, value: object) -> None:
        rows = [{"done": True}, {"done": False}]
        known = {"input": {"a": {"b": 1}, "none": None, "rows": rows}}
        assert evaluated(expression, known) == value
