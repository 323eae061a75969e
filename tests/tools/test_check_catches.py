"""The check that nothing fails in a machine without anybody being told finds what is planted."""

from __future__ import annotations

import copy

import pytest

from tools.check_catches import catch_faults
from tools.machines import states_of
from tools.sam_template import ROOT, Json, read_machine

MACHINES = sorted((ROOT / "statemachines").glob("*.asl.yaml"))
IDENTIFIERS, SYNCHRONIZE = "identifiers.asl.yaml", "synchronize.asl.yaml"


def machine(name: str) -> Json:
    return copy.deepcopy(read_machine(ROOT / "statemachines" / name))


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)
def test_whatever_fails_in_a_machine_is_told(path: object) -> None:
    assert catch_faults(machine(getattr(path, "name", ""))) == []


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)
def test_every_catch_that_is_left_out_is_found(path: object) -> None:
    """Of every state that has one of its own, one after the other."""
    name = getattr(path, "name", "")
    for state in _catching(machine(name)):
        planted = machine(name)
        del _state(planted, state)["Catch"]
        # What stands in it may have stood under its Catch.
        assert f"{state}: has no Catch for States.ALL" in catch_faults(planted)[0], state


def test_a_catch_for_some_errors_only_is_found() -> None:
    planted = machine(SYNCHRONIZE)
    look = planted["States"]["Look"]
    look["Catch"] = [each for each in look["Catch"] if "States.ALL" not in each["ErrorEquals"]]
    assert catch_faults(planted) == ["Look: has no Catch for States.ALL"]


def test_a_catch_that_leads_where_nobody_is_told_is_found() -> None:
    planted = machine(SYNCHRONIZE)
    planted["States"]["Work"]["Catch"][-1]["Next"] = "Over"
    assert catch_faults(planted) == ["Work: its Catch leads to Over, which tells nobody"]


def test_a_step_that_tells_raises_the_alarm_when_it_fails_itself() -> None:
    planted = machine(SYNCHRONIZE)
    planted["States"]["Stop"]["Catch"][-1]["Next"] = "Look"
    assert catch_faults(planted) == ["Stop: tells of a failure, and its Catch Look raises no alarm"]


def test_a_file_that_cannot_be_set_aside_raises_the_alarm_after_the_others() -> None:
    planted = machine(IDENTIFIERS)
    _run(planted)["AllServed"]["Choices"] = []
    assert "FailFile: tells of a failure, and its Catch NotServed raises no alarm" in catch_faults(
        planted
    )


def test_a_step_of_a_function_that_works_is_none_that_tells() -> None:
    planted = machine(SYNCHRONIZE)
    planted["States"]["Stop"]["Arguments"]["Payload"]["step"] = "decide"
    assert any("leads to Stop, which tells nobody" in fault for fault in catch_faults(planted))


def test_an_ldc_that_was_not_served_raises_the_alarm_out_of_the_work_on_its_slot() -> None:
    planted = machine(IDENTIFIERS)
    catches = planted["States"]["RunSlot"]["Catch"]
    catches[:] = [each for each in catches if each["ErrorEquals"] != ["LdcNotServed"]]
    assert any("its Catch NotServed raises no alarm" in fault for fault in catch_faults(planted))


def test_states_that_are_caught_alike_are_found() -> None:
    planted = machine(SYNCHRONIZE)
    planted["States"]["Park"]["Catch"] = copy.deepcopy(planted["States"]["Look"]["Catch"])
    expected = "Park: is caught as Look is; they stand in one Parallel"
    assert catch_faults(planted) == [expected]


def _run(machine: Json) -> Json:
    """Return the states of the Parallel that does all work on a slot."""
    states: Json = machine["States"]["RunSlot"]["Branches"][0]["States"]
    return states


def _catching(scope: Json) -> list[str]:
    return [state.name for state in states_of(scope) if "Catch" in state.body]


def _state(scope: Json, name: str) -> Json:
    return next(state.body for state in states_of(scope) if state.name == name)
