"""Stages beside each other: nothing that one says is hidden, and one that fails is named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import stages

CODE = """\
import sys, time
name = sys.argv[1]
print(name, "says this")
if name.startswith("slow"): time.sleep(0.2)
sys.exit(3 if name.endswith("bad") else 0)
"""


@pytest.fixture(autouse=True)
def _own_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "stage.py"
    script.write_text(CODE)
    monkeypatch.setattr(stages, "command_of", lambda stage: [sys.executable, str(script), stage])


def test_what_every_stage_says_is_shown_under_its_name(capfd: pytest.CaptureFixture[str]) -> None:
    assert stages.main(["one", "slow", "last"]) == 0
    lines = capfd.readouterr().out.splitlines()
    for name in ("one", "slow", "last"):
        heading = next(at for at, line in enumerate(lines) if line.startswith(f"== {name}"))
        assert lines[heading + 1] == f"{name} says this"
    assert lines[-1].startswith("All stages passed in ")


def test_a_stage_that_fails_is_named_and_the_last_one_does_not_run(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert stages.main(["slow-bad", "one", "last"]) == 1
    told = capfd.readouterr().out
    assert "slow-bad says this" in told
    assert "last says this" not in told
    assert told.splitlines()[-1].endswith(": slow-bad.")


def test_the_last_stage_can_fail_too(capfd: pytest.CaptureFixture[str]) -> None:
    assert stages.main(["one", "last-bad"]) == 1
    assert capfd.readouterr().out.splitlines()[-1].endswith(": last-bad.")


def test_once_one_has_failed_no_other_one_begins() -> None:
    assert stages.beside(["bad", "slow-bad"], 1) == ["bad"]
