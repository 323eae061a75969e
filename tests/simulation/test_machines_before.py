"""Executions that began before a deploy go on in the machine of then, with the code of now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.simulation import deployed as template
from tests.simulation.story import lived
from tools.sam_template import ROOT, Json, read_machine

BEFORE = ROOT / "statemachines" / "before"
# Worlds with runs and worlds with sets.
SEEDS = (0, 1, 2, 24)
Deployed = Callable[[Callable[[Path], Json]], None]


@pytest.fixture
def deployed_as(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """Let the simulation deploy other machines than those of the template."""

    def deploy(read: Callable[[Path], Json]) -> None:
        monkeypatch.setattr(template, "read_machine", read)
        template.deployed.cache_clear()

    yield deploy
    monkeypatch.undo()
    template.deployed.cache_clear()


def as_before(path: Path) -> Json:
    """Return a machine as it was at the last release."""
    return read_machine(BEFORE / path.name)


def test_each_machine_is_kept_as_it_was_released() -> None:
    kept, now = (
        {each.name for each in folder.glob("*.yaml")} for folder in (BEFORE, BEFORE.parent)
    )
    assert kept == now


@pytest.mark.parametrize("seed", SEEDS)
def test_the_machines_of_the_last_release_are_served(deployed_as: Deployed, seed: int) -> None:
    deployed_as(as_before)
    outcome = lived(seed)
    assert outcome.violations == (), "\n".join(outcome.trace)


@pytest.mark.parametrize(
    ("sends", "instead"),
    [("FinishSlotFunction", {"slot": "gone"}), ("StageSetFunction", {"step": "gone"})],
)
def test_a_machine_that_is_not_served_is_found(
    deployed_as: Deployed, sends: str, instead: Json
) -> None:
    def unserved(path: Path) -> Json:
        machine = as_before(path)
        for state in machine["States"].values():
            arguments = state.get("Arguments", {})
            if arguments.get("FunctionName") == f"${{{sends}}}":
                arguments["Payload"] = {**arguments["Payload"], **instead}
        return machine

    deployed_as(unserved)
    assert any(lived(seed).violations for seed in SEEDS)
