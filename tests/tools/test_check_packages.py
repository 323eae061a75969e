"""The weighing of the layers."""

from __future__ import annotations

from pathlib import Path
from random import Random

from benchmarks.budgets import Size
from tools.check_packages import faults, weight


def layer(built: Path, name: str, size: int) -> None:
    (built / name / "python").mkdir(parents=True)
    (built / name / "python" / "module.py").write_bytes(Random(1).randbytes(size))


class TestALayer:
    def test_weighs_what_its_files_do(self, tmp_path: Path) -> None:
        layer(tmp_path, "One", 30_000)
        found = weight(tmp_path / "One")
        assert found.unzipped == 30
        assert 30 < found.zipped < 31

    def test_within_its_budget_is_no_fault(self, tmp_path: Path) -> None:
        layer(tmp_path, "One", 30_000)
        assert list(faults(tmp_path, {"One"}, {"One": Size(31, 30)})) == []

    def test_above_its_budget_is_told_in_both_forms(self, tmp_path: Path) -> None:
        layer(tmp_path, "One", 30_000)
        told = list(faults(tmp_path, {"One"}, {"One": Size(29, 29)}))
        assert told == ["One: 30 kB zipped, at most 29", "One: 30 kB unzipped, at most 29"]

    def test_that_was_not_built_is_a_fault(self, tmp_path: Path) -> None:
        assert list(faults(tmp_path, {"One"}, {"One": Size(31, 30)})) == ["One: not built"]

    def test_must_have_a_budget_and_a_budget_its_layer(self, tmp_path: Path) -> None:
        told = list(faults(tmp_path, {"One"}, {"Two": Size(1, 30)}))
        assert [each.partition(":")[0] for each in told] == ["One", "Two"]
