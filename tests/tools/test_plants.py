"""The list of planted faults fits the code, and planting changes what it says."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.plants.__main__ import main
from tools.plants.plants import Plant, planted, read
from tools.sam_template import ROOT

PLANTS = read()
# What needs no folder of its own: its tests import no code that a fault could be planted in.
WITHOUT = {"support"}


def test_each_stands_where_the_list_says() -> None:
    for plant in PLANTS:
        text = (ROOT / plant.file).read_text(encoding="utf-8")
        assert planted(text, plant) != text


def test_there_are_enough_and_some_for_each_kind_of_test() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if any(path.glob("**/test_*.py"))}
    assert len(PLANTS) >= 50
    assert {plant.kind for plant in PLANTS} == folders - WITHOUT


def test_the_tests_that_notice_it_are_there() -> None:
    paths = {word for plant in PLANTS for word in plant.tests if word.startswith("tests/")}
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("text", ["a = 1\n", "a = 2\na = 2\n"])
def test_what_stands_there_not_once_does_not_fit(text: str) -> None:
    with pytest.raises(LookupError, match="not once"):
        planted(text, Plant("odd", "a.py", "a = 2", "a = 3", ("tests/unit",)))


LIST = """\
- {what: noticed, file: own.py, find: "= 1", put: "= 2", tests: [tests/unit]}
- {what: not noticed, file: own.py, find: "# 1", put: "# 2", tests: [tests/unit]}
- {what: does not fit, file: own.py, find: "= 3", put: "= 4", tests: [tests/unit]}
"""


def test_a_fault_that_no_test_notices_ends_the_run_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "tree" / "tests" / "unit"
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", tmp_path / "tree"], check=True)
    (tmp_path / "tree" / "own.py").write_text("VALUE = 1  # 1\n")
    (folder / "test_own.py").write_text("import own\ndef test(): assert own.VALUE == 1\n")
    (tmp_path / "list.yaml").write_text(LIST)
    given = ["--tree", str(tmp_path / "tree"), "--list", str(tmp_path / "list.yaml")]
    assert main(given) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["unit", "noticed"]
    assert lines[1].split()[:3] == ["unit", "not", "noticed"]
    assert "0 times" in lines[2]
    assert lines[3] == "1 of 3 planted faults are noticed"
