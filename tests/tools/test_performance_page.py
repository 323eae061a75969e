"""The suite of benchmarks, its records, and the page of its results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as suite
from benchmarks import records
from benchmarks.budgets import Bar, bars
from benchmarks.page import PAGE, page
from benchmarks.published import broken, stale
from benchmarks.records import benchmark, names
from benchmarks.shape import Figure, UnitDiffersError, judged


def record(name: str) -> dict[str, Any]:
    """Return the record of a run of a benchmark in which every bar is just kept."""
    figures = []
    for what, bar in bars(name).items():
        unit = "s" if bar.of == "ratio" else bar.of
        figures.append(Figure(what, bar.at_most, unit, "peer", 1.0))
    return {
        "began": "2026-01-05T15:05:00+00:00",
        "seconds": 1.5,
        "commit": "0123456789",
        "machine": "2 processors",
        "versions": {"Python": "3.11"},
        "load": 0.1,
        "figures": judged([*figures, Figure("beside", 1234, "ms")], bars(name)),
    }


@pytest.fixture
def fresh() -> str:
    return page({name: record(name) for name in names()})


class TestThePublishedPage:
    def test_is_that_of_the_suite_and_of_the_budgets(self) -> None:
        assert list(stale(PAGE.read_text())) == []

    def test_breaks_no_bar(self) -> None:
        assert broken(PAGE.read_text()) == []


class TestAPage:
    def test_made_from_good_records_is_not_stale_and_breaks_no_bar(self, fresh: str) -> None:
        assert list(stale(fresh)) == []
        assert broken(fresh) == []

    def test_without_a_benchmark_of_the_suite_is_stale(self) -> None:
        partial = page({name: record(name) for name in names() if name != "puts"})
        assert "puts: put_all_new: not on the page" in list(stale(partial))
        assert "puts: not on the page: ## puts" in list(stale(partial))

    def test_with_a_benchmark_that_is_gone_is_stale(self, fresh: str) -> None:
        row = "| [gone](#gone) | all | s ≤ 1 | 1 s |  |  | yes |\n"
        assert list(stale(fresh + row)) == ["gone: all: no such bar any more"]

    def test_with_another_bar_than_the_budgets_is_stale(self, fresh: str) -> None:
        (fault,) = stale(fresh.replace("ours / peer ≤ 0.25 | 0.25 s | peer", "s ≤ 9 | 1 s |", 1))
        assert fault == "puts: put_all_new: s ≤ 9 on the page, ours / peer ≤ 0.25 in the budgets"

    def test_tells_which_bars_are_broken(self) -> None:
        records = {name: record(name) for name in names()}
        records["puts"]["figures"][0]["holds"] = False
        assert broken(page(records)) == ["puts: put_all_new"]

    def test_with_another_method_is_stale(self, fresh: str) -> None:
        (fault,) = stale(fresh.replace(benchmark("puts").method, "a guess"))
        assert fault.startswith("puts: not on the page: - Method:")

    def test_says_that_the_machine_was_shared(self) -> None:
        told = record("puts") | {"load": 999.0}
        assert "It was shared: load 999.0" in page({"puts": told})


class TestAFigure:
    def test_is_held_to_its_bar_by_value_or_by_ratio(self) -> None:
        figure = Figure("one", 3.0, "s", "peer", 2.0)
        assert figure.holds(Bar(3, "s"))
        assert not figure.holds(Bar(2.9, "s"))
        assert figure.holds(Bar(1.5, "ratio"))
        assert not figure.holds(Bar(1.4, "ratio"))

    def test_of_another_unit_or_without_a_peer_cannot_be_held_to_it(self) -> None:
        for bar in (Bar(3, "ms"), Bar(3, "ratio")):
            with pytest.raises(UnitDiffersError):
                Figure("one", 3.0, "s").holds(bar)

    @pytest.mark.parametrize("found", [[], [Figure("a", 1, "s"), Figure("a", 1, "s")]])
    def test_that_a_bar_needs_lacks_or_is_there_twice(self, found: list[Figure]) -> None:
        with pytest.raises(LookupError):
            judged(found, {"a": Bar(1, "s")})


class TestARun:
    @pytest.mark.parametrize(("most", "code"), [(3, 0), (1, 1)])
    def test_keeps_its_record_and_fails_when_a_bar_is_broken(
        self, most: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = benchmark("puts")
        planted = type(known)(**{**vars(known), "measure": lambda: [Figure("one", 2, "s")]})
        monkeypatch.setattr(records, "benchmark", lambda _: planted)
        monkeypatch.setattr(records, "bars", lambda _: {"one": Bar(most, "s")})
        monkeypatch.setattr(records, "RECORDS", tmp_path)
        assert suite.main(["puts"]) == code
        kept = json.loads((tmp_path / "puts.json").read_text())
        assert [row["holds"] for row in kept["figures"]] == [code == 0]
        assert {"machine", "versions", "commit", "load", "began", "seconds"} <= kept.keys()

    def test_is_published_only_when_there_is_one_of_each(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(records, "RECORDS", tmp_path)
        assert suite.main(["--publish"]) == 1
        assert "not run yet" in capsys.readouterr().out

    def test_of_something_unknown_is_refused(self) -> None:
        with pytest.raises(SystemExit):
            suite.main(["unheard-of"])
