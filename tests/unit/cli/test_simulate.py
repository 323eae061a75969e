"""`mdmr simulate`: exit codes, and what goes where."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mdmr_local.simulate import run as running
from mdmr_local.simulate.outcome import Delivered, FileEnd, Outcome
from mdmr_local.simulate.scenario import Scenario
from typer.testing import Result

from tests.support.scenario_folders import write

Mdmr = Callable[..., Result]
START = datetime(2025, 8, 20, 5, tzinfo=UTC)


class Runs:
    """Stands in for the run: keeps what it is given and returns an outcome with some failures."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.scenarios: list[Scenario] = []
        self.seeds: list[int | None] = []

    def __call__(
        self, scenario: Scenario, out: Path, *, seed: int | None, progress: Callable[[str], None]
    ) -> Outcome:
        self.scenarios.append(scenario)
        self.seeds.append(seed)
        progress("going on")
        out.mkdir(exist_ok=True)
        return Outcome(
            START,
            scenario.until,
            files=[FileEnd(START, "ORG11111", "A", "1000", "ACCEPTED", kept="no process yet")],
            delivered=[Delivered("ORG11111", name, "2000", 2) for name in ("B", "C")],
            failures=self.failures,
        )


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    stand_in = Runs()
    monkeypatch.setattr(running, "run", stand_in)
    return stand_in


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write(tmp_path / "scenario")


def test_a_run_that_ends_well_exits_with_0_and_shows_what_was_delivered(
    mdmr: Mdmr, runs: Runs, scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")

    result = mdmr("simulate", scenario, "--out", tmp_path / "out", "--seed", 7)

    assert (result.exit_code, runs.seeds) == (0, [7])
    row = next(line for line in result.stdout.splitlines() if "2000" in line)
    folder = str(tmp_path / "out" / "outbound" / "ORG11111")
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "ORG11111",
        "2000",
        "2",
        "4",
        folder,
    ]
    assert "1 of them: no process yet" in result.stdout
    assert result.stderr == "going on\n"


def test_as_json_the_summary_alone_goes_to_standard_output(
    mdmr: Mdmr, runs: Runs, scenario: Path, tmp_path: Path
) -> None:
    result = mdmr("simulate", scenario, "--out", tmp_path / "out", "--json")

    summary: dict[str, Any] = json.loads(result.stdout)
    assert summary["files_out"] == {"2000": 2}
    assert summary["delivered"] == [
        {
            "organization": "ORG11111",
            "type": "2000",
            "files": 2,
            "records": 4,
            "folder": str(tmp_path / "out" / "outbound" / "ORG11111"),
        }
    ]
    assert (result.stderr, runs.seeds) == ("going on\n", [None])


def test_a_failure_inside_exits_with_1_and_says_what(
    mdmr: Mdmr, runs: Runs, scenario: Path, tmp_path: Path
) -> None:
    runs.failures = ["a message is dead"]

    result = mdmr("simulate", scenario, "--out", tmp_path / "out")

    assert (result.exit_code, result.stderr) == (1, "going on\nfailed: a message is dead\n")


def test_until_overrides_the_end(mdmr: Mdmr, runs: Runs, scenario: Path, tmp_path: Path) -> None:
    until = "2025-08-20T00:30:00-05:00"

    result = mdmr("simulate", scenario, "--out", tmp_path / "out", "--until", until)

    assert result.exit_code == 0
    assert runs.scenarios[0].until == datetime(2025, 8, 20, 5, 30, tzinfo=UTC)


def test_each_fault_of_a_scenario_is_a_line_and_nothing_is_run(
    mdmr: Mdmr, runs: Runs, tmp_path: Path
) -> None:
    scenario = write(tmp_path / "scenario", environment="?", inbound="?")

    result = mdmr("simulate", scenario, "--out", tmp_path / "out")

    assert result.exit_code == 2
    assert [line.split(": ")[:2] for line in result.stderr.splitlines()] == [
        ["scenario.yaml:1", "environment"],
        ["scenario.yaml:2", "inbound"],
    ]
    assert not (tmp_path / "out").exists()
    assert runs.scenarios == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &x 1\n", "scenario.yaml:1: a: the anchor &x is not allowed"),
        ("start: 2026-02-30\n", "scenario.yaml:1: start: '2026-02-30' is no real"),
        ("a: " + "[" * 10_000, "is nested more than 20 deep"),
        (f"a: {'9' * 4_000}\n", "is no real number"),
        ("[a]: b\n", "a key must be a text"),
    ],
)
def test_a_scenario_that_cannot_be_read_is_one_fault(
    mdmr: Mdmr, runs: Runs, scenario: Path, tmp_path: Path, text: str, told: str
) -> None:
    (scenario / "scenario.yaml").write_text(text)

    result = mdmr("simulate", scenario, "--out", tmp_path / "out")

    assert (result.exit_code, runs.scenarios) == (2, [])
    (line,) = result.stderr.splitlines()
    assert told in line


def test_a_folder_with_something_in_it_is_not_touched(
    mdmr: Mdmr, runs: Runs, scenario: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").touch()

    result = mdmr("simulate", scenario, "--out", out)

    assert (result.exit_code, runs.scenarios, list(out.iterdir())) == (2, [], [out / "mine"])
    assert result.stderr.startswith("--out: ")


def test_an_empty_folder_is_taken(mdmr: Mdmr, runs: Runs, scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    result = mdmr("simulate", scenario, "--out", tmp_path / "out")

    assert (result.exit_code, len(runs.scenarios)) == (0, 1)


@pytest.mark.parametrize("until", ["soon", "2025-08-20T00:30:00"])
def test_an_end_without_offset_is_refused(
    mdmr: Mdmr, runs: Runs, scenario: Path, tmp_path: Path, until: str
) -> None:
    result = mdmr("simulate", scenario, "--out", tmp_path / "out", "--until", until)

    assert (result.exit_code, runs.scenarios) == (2, [])


def test_the_output_folder_must_be_named(mdmr: Mdmr, scenario: Path) -> None:
    assert mdmr("simulate", scenario).exit_code == 2
