"""The pauses of a deployed hub: random, bounded, and counted by what was contended for."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from mdmr.ports.contention import Contended
from mdmr.runtime import observe
from mdmr.runtime.backoff import CountedBackoff

SECOND = timedelta(seconds=1)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept, which take no time."""
    monkeypatch.setattr(observe._metrics.provider, "namespace", "mdmr")
    monkeypatch.setattr(observe._metrics.provider, "service", "mdmr-dev")
    found: list[float] = []
    monkeypatch.setattr("mdmr.runtime.backoff.time.sleep", found.append)
    return found


def test_pauses_are_random_and_bounded(slept: list[float]) -> None:
    for _ in range(50):
        CountedBackoff().wait(Contended.RECEIPT, SECOND)
    assert all(0 <= each <= 1 for each in slept)
    assert len(set(slept)) > 40


def test_after_the_last_attempt_nothing_waits(slept: list[float]) -> None:
    CountedBackoff().wait(Contended.RECEIPT, timedelta())
    assert slept == []


def test_a_lost_attempt_is_counted_also_by_what_was_contended_for(
    slept: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    CountedBackoff().wait(Contended.FILE_SET, SECOND)
    (counted,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (counted["WriteContention"], counted["contended"]) == ([1], "file-set")
    (metrics,) = counted["_aws"]["CloudWatchMetrics"]
    assert sorted(map(sorted, metrics["Dimensions"])) == [["contended", "service"], ["service"]]
    assert len(slept) == 1
