"""Parameters that nothing reads, and names that the table does not have, are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from mdmr.organizations.parameter_table import Parameter, Scope

from tools import catalogues
from tools.catalogues import PACKAGE
from tools.parameter_readers import findings

WAIT = Parameter("sync.wait_min", "60", "min", Scope.LDC)
READS = Parameter("reads.ahead_min", "5", "min", Scope.GLOBAL, awaits="meter reads")
TEMPLATE = Parameter("intake.retry", "5", "attempts", Scope.GLOBAL, deployed=True)
TABLE = {each.name: each for each in (WAIT, READS, TEMPLATE)}
GOOD = 'minutes = parameters.count(state, "sync.wait_min", at=now)\n'


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "sets").mkdir()
    return tmp_path


def found(package: Path, code: str) -> list[str]:
    (package / "sets" / "waiting.py").write_text(code)
    return findings(package, TABLE, {"sync.preview"})


def test_the_hub_reads_what_its_table_has_and_nothing_else() -> None:
    assert findings(PACKAGE) == []


def test_what_is_read_awaited_or_deployed_is_no_finding(package: Path) -> None:
    assert found(package, GOOD + 'ACTIONS = {"sync.preview": 1}\n') == []


def test_a_parameter_that_nothing_reads_is_found(package: Path) -> None:
    assert found(package, "") == [
        "sync.wait_min: nothing reads it: remove it, or name the process that it awaits"
    ]


def test_a_parameter_that_is_read_before_its_process_is_built_is_found(package: Path) -> None:
    assert found(package, GOOD + 'ahead = parameters.count(state, "reads.ahead_min", at=now)') == [
        "reads.ahead_min: awaits meter reads, and is read by sets: remove `awaits`"
    ]


def test_a_name_that_is_not_in_the_table_is_found(package: Path) -> None:
    assert found(package, GOOD + 'LIMITS = ("sync.wait_hours",)\n') == [
        "sets/waiting.py:2: sync.wait_hours is no parameter of the table"
    ]


@pytest.mark.parametrize(
    "name",
    ['f"sync.{what}_min"', 'f"sync.wait_{what}"', '"sync.wait_" + what'],
)
def test_a_name_that_is_put_together_is_found(package: Path, name: str) -> None:
    assert [each for each in found(package, f"{GOOD}name = {name}") if "put together" in each]


@pytest.mark.parametrize("name", ['f"{family}.wait_min"', "family + WAIT", "name_of(family)"])
def test_a_name_that_is_put_together_where_it_is_asked_for_is_found(
    package: Path, name: str
) -> None:
    assert found(package, f"{GOOD}parameters.value(state, {name}, at=now)") == [
        "sets/waiting.py:2: the name of a parameter is put together: write it whole"
    ]


def test_a_finding_ends_the_check_of_the_catalogues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "findings", lambda _: ["sync.wait_min: wrong"])
    assert catalogues.main(["--check"]) == 1
