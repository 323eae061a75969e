"""The part of the template that is made from the table of alarms, dashboards and queries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tools.observability import START, TABLE, with_observability
from tools.sam_template import ROOT, Json, parsed, transformed

TEMPLATE = (ROOT / "template.yaml").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "developers" / "functions.md").read_text(encoding="utf-8")
FUNCTIONS = "  # ---- State machine"


def _snippet() -> str:
    found = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return "".join(line[4:] for line in found[1].splitlines(keepends=True))


def _with_the_snippet() -> str:
    head, mark, tail = TEMPLATE.partition(FUNCTIONS)
    return with_observability(f"{head}{_snippet()}\n{mark}{tail}")


def _resource(template: Json, name: str) -> str:
    return str(template["Resources"][name]["Properties"])


def test_the_template_is_what_the_table_says() -> None:
    assert with_observability(TEMPLATE) == TEMPLATE


def test_the_block_of_the_recipe_has_at_most_25_lines() -> None:
    assert len(_snippet().splitlines()) <= 25


def test_a_function_of_the_recipe_is_shown_and_searched() -> None:
    template = parsed(_with_the_snippet())
    assert "mdmr-${Environment}-count-meters" in _resource(template, "EngineerDashboard")
    assert "CountMetersLogs" in _resource(template, "FailuresQuery")


def test_a_function_of_the_recipe_is_deployed_with_its_role_in_full() -> None:
    resources = transformed(parsed(_with_the_snippet()))["Resources"]
    role = resources["CountMetersRole"]["Properties"]
    assert (
        role["AssumeRolePolicyDocument"]
        == (resources["RouteRole"]["Properties"]["AssumeRolePolicyDocument"])
    )
    assert resources["CountMetersFunction"]["Properties"]["Role"] == {
        "Fn::GetAtt": ["CountMetersRole", "Arn"]
    }


def test_a_further_alarm_is_on_every_dashboard(tmp_path: Path) -> None:
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    table["alarms"]["flood"] = {
        "resource": "FloodAlarm",
        "text": "Too many uploads.",
        "metric": "AWS/SQS NumberOfMessagesSent",
        "of": "ArrivalsQueue",
        "statistic": "Sum",
        "at_least": 7,
        "seconds": 60,
    }
    changed = tmp_path / "table.yaml"
    changed.write_text(yaml.safe_dump(table, sort_keys=False), encoding="utf-8")
    template = parsed(with_observability(TEMPLATE, changed))
    alarm = template["Resources"]["FloodAlarm"]["Properties"]
    assert (alarm["Threshold"], alarm["TreatMissingData"]) == (7, "notBreaching")
    for dashboard in ("ManagerDashboard", "EngineerDashboard"):
        assert "alarm:mdmr-${Environment}-flood" in _resource(template, dashboard)


def test_a_change_by_hand_is_taken_back() -> None:
    changed = TEMPLATE.replace("Threshold: 14400", "Threshold: 9")
    assert changed != TEMPLATE
    assert with_observability(changed) == TEMPLATE


def test_a_name_that_the_template_does_not_have_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "table.yaml"
    changed.write_text(TABLE.read_text().replace("PublishQueue]", "NoQueue]"), encoding="utf-8")
    with pytest.raises(KeyError, match="NoQueue"):
        with_observability(TEMPLATE, changed)


def test_a_template_without_the_section_is_refused() -> None:
    with pytest.raises(ValueError, match="no line begins with"):
        with_observability(TEMPLATE.replace(START, "  # "))


def test_a_change_of_one_place_changes_no_other() -> None:
    resources = parsed(TEMPLATE)["Resources"]
    resources["RouteRole"]["Properties"]["AssumeRolePolicyDocument"].clear()
    assert resources["IntakeRole"]["Properties"]["AssumeRolePolicyDocument"]
