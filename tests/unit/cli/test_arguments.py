"""Arguments that no hub could take are faults, told before any hub is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.support.command import Lambda
from tests.support.scenario_folders import write

Mdmr = Callable[..., Result]
LONG = "x" * 5_000


@pytest.mark.parametrize(
    "arguments",
    [
        ("org", "show", LONG),
        ("org", "history", "ORG" + "1" * 5_000),
        ("org", "show", "ORG11111", "--environment", LONG),
        ("org", "plan", LONG),
        ("deliveries", "--org", LONG),
        ("status", "--org", LONG),
        ("hub", "start", "--environment", "../dev"),
        ("schedule", "waiting", LONG),
    ],
)
def test_usage_that_means_nothing_ends_with_2(
    mdmr: Mdmr, hub: Lambda, arguments: tuple[str, ...]
) -> None:
    result = mdmr(*arguments)
    assert (result.exit_code, hub.asked) == (2, [])


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", LONG),
        ("directory", "show", LONG),
        ("files", "retry", LONG, "--why", "x"),
        ("resend", LONG, "--why", "x"),
        ("redeliver", "some.DAT", "--why", LONG),
        ("schedule", "approve", LONG, "--why", "x"),
    ],
)
def test_an_id_of_5000_characters_is_refused(
    mdmr: Mdmr, hub: Lambda, arguments: tuple[str, ...]
) -> None:
    result = mdmr(*arguments)
    assert (result.exit_code, hub.asked) == (1, [])
    assert "must have at most 900 bytes, has 5000" in result.stderr


@pytest.mark.parametrize(("folder", "out"), [(LONG, "out"), ("scenario", LONG)])
def test_paths_that_no_machine_has_are_faults_of_a_scenario(
    mdmr: Mdmr, tmp_path: Path, folder: str, out: str
) -> None:
    write(tmp_path / "scenario")
    assert mdmr("simulate", tmp_path / folder, "--out", tmp_path / out).exit_code == 2
