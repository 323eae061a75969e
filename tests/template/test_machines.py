"""State machines: every transition leads somewhere, and the linter looks into them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cfnlint.api import lint_all

from tools.check_transitions import transition_faults
from tools.sam_template import ROOT, Json, read_machine

MACHINES = sorted((ROOT / "statemachines").glob("*.asl.yaml"))


@pytest.fixture
def machine() -> Json:
    return read_machine(ROOT / "statemachines" / "identifiers.asl.yaml")


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)
def test_every_machine_is_sound(path: Path) -> None:
    assert transition_faults(read_machine(path)) == []


def _run(machine: Json) -> Json:
    """Return the states of the Parallel that does all work on a slot."""
    states: Json = machine["States"]["RunSlot"]["Branches"][0]["States"]
    return states


def _inner(machine: Json) -> Json:
    states: Json = _run(machine)["EachLdc"]["ItemProcessor"]["States"]
    return states


def _start_nowhere(machine: Json) -> None:
    machine["StartAt"] = "Nowhere"


def _dangling_next(machine: Json) -> None:
    _run(machine)["CloseSlot"]["Next"] = "Nowhere"


def _dangling_choice(machine: Json) -> None:
    _inner(machine)["MoreFiles"]["Choices"][0]["Next"] = "Nowhere"


def _dangling_default(machine: Json) -> None:
    _inner(machine)["MoreFiles"]["Default"] = "Nowhere"


def _dangling_catch(machine: Json) -> None:
    _inner(machine)["AnswerNext"]["Catch"][0]["Next"] = "Nowhere"


def _next_out_of_the_map(machine: Json) -> None:
    _inner(machine)["MoreFiles"]["Default"] = "FinishSlot"


def _never_reached(machine: Json) -> None:
    machine["States"]["Island"] = {"Type": "Succeed", "Comment": "Alone."}


def _neither_ends_nor_goes_on(machine: Json) -> None:
    del _run(machine)["FinishSlot"]["Next"]


def _without_comment(machine: Json) -> None:
    del _inner(machine)["FailFile"]["Comment"]


def _name_given_twice(machine: Json) -> None:
    _inner(machine)["FinishSlot"] = {"Type": "Succeed", "Comment": "Again."}
    _inner(machine)["MoreFiles"]["Default"] = "FinishSlot"


FAULTS: list[tuple[Callable[[Json], None], str]] = [
    (_start_nowhere, "StartAt: there is no state Nowhere"),
    (_dangling_next, "CloseSlot: there is no state Nowhere"),
    (_dangling_choice, "MoreFiles: there is no state Nowhere"),
    (_dangling_default, "MoreFiles: there is no state Nowhere"),
    (_dangling_catch, "AnswerNext: there is no state Nowhere"),
    (_next_out_of_the_map, "MoreFiles: there is no state FinishSlot"),
    (_never_reached, "Island: cannot be reached"),
    (_neither_ends_nor_goes_on, "FinishSlot: neither ends nor goes on"),
    (_without_comment, "FailFile: has no comment"),
    (_name_given_twice, "FinishSlot: the name is given 2 times"),
]


@pytest.mark.parametrize(("plant", "told"), FAULTS, ids=lambda each: getattr(each, "__name__", ""))
def test_a_fault_in_a_machine_is_told(
    plant: Callable[[Json], None], told: str, machine: Json
) -> None:
    plant(machine)
    assert told in transition_faults(machine)


def _findings(machine: Json) -> list[str]:
    """Return the ids of cfn-lint's findings in a template of this one machine."""
    properties = {"RoleArn": "arn:aws:iam::123456789012:role/any", "Definition": machine}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": resource}}
    found = {match.rule.id for match in lint_all(json.dumps(template))}
    return sorted(found)


def test_the_linter_finds_what_is_no_field_of_a_state(machine: Json) -> None:
    sound = _findings(copy.deepcopy(machine))
    machine["States"]["WaitForSlotEnd"]["TimestampPth"] = "{% $states.input.ends %}"
    assert "E3601" not in sound
    assert "E3601" in _findings(machine)
