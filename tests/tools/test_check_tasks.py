"""The check that tasks follow the one idiom finds what is planted, and serves the last release."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from tools.check_tasks import POLICY, task_faults
from tools.machines import function_of, payload_sent, read_all, states_of
from tools.sam_template import ROOT, Json

MACHINES = tuple(read_all())
BEFORE = read_all(ROOT / "statemachines" / "before")
# The machines of the release before told some steps by other fields: the handler upgrades these.
UPGRADED = {"FailFileFunction", "TendGatewayFunction"}


@pytest.fixture
def machine() -> Json:
    return read_all()["synchronize"]


def _state(machine: Json, name: str) -> Json:
    return next(state.body for state in states_of(machine) if state.name == name)


@pytest.mark.parametrize("name", MACHINES)
def test_every_task_of_a_machine_follows_the_idiom(name: str) -> None:
    assert task_faults(read_all()[name]) == []


@pytest.mark.parametrize("name", sorted(BEFORE))
def test_every_task_of_the_last_release_sends_what_is_still_taken(name: str) -> None:
    """With all fields that have no default; further fields do no harm."""
    for state in states_of(BEFORE[name]):
        if state.body["Type"] != "Task" or function_of(state.body) in UPGRADED:
            continue
        kind, sent = payload_sent(state.body), state.body["Arguments"]["Payload"]
        assert kind is not None, state.name
        needed = {each.encode_name for each in msgspec.structs.fields(kind) if each.required}
        assert needed <= sent.keys(), state.name


def _other_pause(machine: Json) -> None:
    _state(machine, "Look")["Retry"] = [{**POLICY, "IntervalSeconds": 1}]


def _kept_tried_again(machine: Json) -> None:
    _state(machine, "ReadBatch")["Retry"] = [POLICY]


def _not_tried_again(machine: Json) -> None:
    del _state(machine, "Gather")["Retry"]


def _map_tried_again(machine: Json) -> None:
    _state(machine, "ReadSegments")["Retry"] = [POLICY]


def _too_long(machine: Json) -> None:
    _state(machine, "Load")["TimeoutSeconds"] = 7200


def _no_time_out(machine: Json) -> None:
    del _state(machine, "Load")["TimeoutSeconds"]


def _unknown_step(machine: Json) -> None:
    _state(machine, "Load")["Arguments"]["Payload"]["step"] = "unload"


def _field_missing(machine: Json) -> None:
    del _state(machine, "ReadBatch")["Arguments"]["Payload"]["items"]


def _field_too_many(machine: Json) -> None:
    _state(machine, "ReadBatch")["Arguments"]["Payload"]["each"] = "segment"


def _answer_not_given(machine: Json) -> None:
    _state(machine, "Stop")["Output"] = "{% $states.result.Payload.result %}"


FAULTS: list[tuple[Callable[[Json], None], str]] = [
    (_other_pause, "Look: is not tried again by the policy"),
    (_kept_tried_again, "ReadBatch: is not tried again by the policy"),
    (_not_tried_again, "Gather: is not tried again by the policy"),
    (_map_tried_again, "ReadSegments: is tried again as a whole; its tasks are, each by itself"),
    (_too_long, "Load: must have 960 seconds: what its function has, and 60"),
    (_no_time_out, "Load: must have 960 seconds: what its function has, and 60"),
    (_unknown_step, "Load: sends a step that StageSetFunction does not take"),
    (_field_missing, "ReadBatch: does not send items"),
    (_field_too_many, "ReadBatch: sends each, which ReadSegments has not"),
    (_answer_not_given, "Stop: reads result, which is not answered"),
]


@pytest.mark.parametrize(("plant", "told"), FAULTS, ids=lambda each: getattr(each, "__name__", ""))
def test_a_task_that_does_not_follow_it_is_told(
    plant: Callable[[Json], None], told: str, machine: Json
) -> None:
    plant(machine)
    assert task_faults(machine) == [told]
