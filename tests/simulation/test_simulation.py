"""A few seeds: nothing is wrong in them, and each is the same each time."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.simulation.__main__ import main
from tests.simulation.story import lived

SEEDS = range(25)
_HASHES = """
from tests.simulation.story import lived
print(*(lived(seed).digest for seed in range(2)))
"""


class TestASeed:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_leaves_nothing_lost_duplicated_or_contradictory(self, seed: int) -> None:
        outcome = lived(seed)
        assert outcome.violations == (), "\n".join(outcome.trace)

    def test_is_the_same_in_another_process_with_another_order_of_hashes(self) -> None:
        here = [lived(seed).digest for seed in range(2)]
        assert here[0] != here[1]
        environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": "."}
        command = [sys.executable, "-c", _HASHES]
        found = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
        assert found.stdout.split() == here


class TestTheCommand:
    def test_tells_the_figures_of_one_seed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--seed", "1"]) == 0
        told = capsys.readouterr().out
        assert "lost 0, duplicated 0, contradictory 0" in told
        assert lived(1).digest in told
