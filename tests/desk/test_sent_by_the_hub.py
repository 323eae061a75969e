"""`mdmr check` has nothing to say of what the hub itself writes."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mdmr.exchange.files.filetypes import OUTBOUND
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.checking import Finding, LocalFile, check, limits_by_default

SCENARIOS = Path(__file__).parents[1] / "scenarios"
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def _by_type() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(SCENARIOS.glob("*/expected/**/*.DAT")):
        name = FileName.parse(path.name)
        assert name is not None, path
        found[name.file_id].append(path)
    return found


WRITTEN = _by_type()


def test_the_scenarios_have_every_type_that_the_hub_writes() -> None:
    assert set(WRITTEN) == set(OUTBOUND)


@pytest.mark.parametrize("file_id", sorted(OUTBOUND))
def test_every_file_that_the_hub_wrote_in_a_scenario_passes(file_id: str) -> None:
    findings = {path: _findings(path) for path in WRITTEN[file_id]}

    assert {path: each for path, each in findings.items() if each} == {}


def _findings(path: Path) -> list[Finding]:
    file = LocalFile(path.name, lambda: [path.read_bytes()])
    return list(check(file, NOW, limits_by_default(), {}))
