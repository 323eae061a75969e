"""Every planted fault is caught, and what caught it is told with the events that led there."""

from __future__ import annotations

import pytest

from tests.simulation.__main__ import main
from tests.simulation.campaign import catch
from tests.simulation.planted import PLANTED, Planted, wrong
from tests.simulation.story import lived

_NAMED = {each.name: each for each in PLANTED}


@pytest.mark.parametrize("planted", PLANTED, ids=_NAMED.keys())
def test_a_planted_fault_is_caught(planted: Planted) -> None:
    assert catch((planted.name,)).invariant


def test_a_failure_tells_the_seed_what_led_there_and_how_to_repeat_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with wrong(_NAMED["begun"]):
        assert main(["--seed", "0"]) == 1
    told = capsys.readouterr().out
    assert "a_refused_file_is_told_once" in told
    assert "RECEIPT#" in told
    assert "make faults SEED=0" in told


def test_a_failure_is_the_same_each_time() -> None:
    with wrong(_NAMED["receipt"]):
        seed = catch(("receipt",)).seed
        assert seed is not None
        assert lived(seed) == lived(seed)
