"""The page of scenarios: every code has one that shows it, or a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from mdmr.synchronization.processing.thresholds import CHECKS

from tools.scenario_rules import ELSEWHERE, Rule, every_code, rules, shown, unshown


def test_every_code_is_shown_by_a_scenario_or_has_a_reason() -> None:
    assert unshown() == []


def test_reasons_are_of_codes_that_there_are() -> None:
    assert ELSEWHERE.keys() <= every_code().keys()


def test_a_code_that_only_a_reason_covers_is_not_shown_all_the_same() -> None:
    assert {"Y217", "Y299"}.isdisjoint(shown())


def test_a_folder_without_a_code_is_found_out(tmp_path: Path) -> None:
    expected = tmp_path / "one" / "expected" / "ORG11111"
    expected.mkdir(parents=True)
    (expected / "ORG11111.ORG11111.IR07.02.202510211506.DAT").write_text("DTL|x|Y213|text\n")
    assert shown(tmp_path) == {"Y213": ["one"]}
    assert "Y212" in unshown(tmp_path)


@pytest.mark.parametrize(
    "rule", [each for those in rules().values() for each in those], ids=lambda each: each.rule
)
def test_a_rule_without_a_code_is_seen_in_what_its_scenario_expects(rule: Rule) -> None:
    assert rule.is_seen()


def test_a_rule_that_nothing_shows_is_found_out(tmp_path: Path) -> None:
    assert not Rule("none", "one", "IR06", "UPD").is_seen(tmp_path)


def test_every_threshold_is_shown() -> None:
    lines = " ".join(each.line for each in rules()["Synchronization Status"])
    assert all(f"{each.name} " in lines for each in CHECKS)
