"""Every scenario folder through the simulator: what comes out is what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from mdmr_local.simulate.reading import read_scenario
from mdmr_local.simulate.run import run

from tests.scenarios.compare import compare

HERE = Path(__file__).parent
# Those with the most files are the longest: they come first.
SCENARIOS = sorted(
    (path.parent for path in HERE.glob("*/scenario.yaml")),
    key=lambda folder: (-len(list((folder / "inbound").rglob("*"))), folder.name),
)


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_the_hub_writes_exactly_what_the_scenario_expects(folder: Path, tmp_path: Path) -> None:
    scenario = read_scenario(folder)

    outcome = run(scenario, tmp_path / "out", seed=1, progress=lambda _: None)

    assert outcome.failures == []
    given = [row["universal_sdp_id"] for row in scenario.document.get("universal_sdp_ids", ())]
    assert compare(folder / "expected", tmp_path / "out" / "outbound", given) == []


def test_every_scenario_tells_which_rules_it_covers() -> None:
    for folder in SCENARIOS:
        assert (folder / "README.md").read_text(encoding="utf-8").startswith("# "), folder.name
