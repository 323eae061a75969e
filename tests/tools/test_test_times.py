"""The budgets of the folders of tests: each has one, and one that is exceeded by half is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import fixed_work
from tools.sam_template import ROOT
from tools.test_times import __main__ as test_times
from tools.test_times.__main__ import Taken, budgets, faults, folders, slowest, taken_by


def took(works: float, *, code: int = 0, folder: str = "unit") -> Taken:
    return Taken(folder, works / 2, works, {}, code)


def test_every_folder_of_tests_has_its_budget() -> None:
    assert sorted(budgets()) == folders()


def test_a_budget_that_is_exceeded_by_half_is_a_fault() -> None:
    assert list(faults([took(15.0)], {"unit": 10.0})) == []
    (fault,) = faults([took(15.1)], {"unit": 10.0})
    assert fault == "unit: took 15 times the fixed work, its budget is 10"


def test_a_folder_without_a_budget_and_tests_that_fail_are_faults() -> None:
    found = [took(1.0, folder="new"), took(1.0, code=1)]
    assert list(faults(found, {"unit": 10.0})) == [
        "new: has no budget",
        "unit: its tests ended with 1",
    ]


def test_the_cases_of_a_test_are_added_up() -> None:
    cases = {"test_a.py::test_b[1]": 1.0, "test_a.py::test_b[2]": 2.0, "test_a.py::test_c": 2.5}
    assert slowest([Taken("unit", 5.5, 11.0, cases, 0)]) == [
        ("test_a.py::test_b", 3.0, 2),
        ("test_a.py::test_c", 2.5, 1),
    ]


def test_a_folder_is_run_and_each_of_its_tests_is_timed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tests" / "own").mkdir(parents=True)
    body = "import time\ndef test_a():\n    while time.process_time() < 0.3: pass\n"
    (tmp_path / "tests" / "own" / "test_own.py").write_text(body)
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    monkeypatch.setattr(test_times, "ROOT", tmp_path)
    monkeypatch.setattr(test_times, "processor_seconds", lambda: 0.5)
    found = taken_by("own")
    assert (found.code, list(found.tests)) == (0, ["tests/own/test_own.py::test_a"])
    assert found.seconds >= 0.3
    assert found.works == pytest.approx(2 * found.seconds)


def test_the_fixed_work_is_timed_on_all_processors_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixed_work, "beside_itself", lambda _: (0.6, 0.5))
    fixed_work.main([])
    monkeypatch.setattr(fixed_work, "beside_itself", lambda _: (0.7, 0.5))
    fixed_work.main([])
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("The machine is quiet: a fixed piece of work took 0.60 s")
    assert second.startswith("The machine is busy: a fixed piece of work took 0.70 s")


def test_the_fixed_work_takes_its_time() -> None:
    passed, processor = fixed_work.beside_itself(1)
    assert 0 < processor <= passed
