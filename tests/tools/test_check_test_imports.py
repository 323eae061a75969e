"""A folder of tests that imports another one's modules is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.check_test_imports import foreign_imports


def _found(root: Path, name: str, source: str) -> list[str]:
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(source, encoding="utf-8")
    return foreign_imports(root, [Path(name)])


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("from tests.faults.story import platform\n", "tests.faults.story"),
        ("def test() -> None:\n    import tests.faults.story\n", "tests.faults.story"),
        ("from tests import faults\n", "tests.faults"),
    ],
)
def test_an_import_of_another_folder_is_found(tmp_path: Path, source: str, module: str) -> None:
    (found,) = _found(tmp_path, "tests/unit/exchange/test_a.py", source)
    assert found.startswith("tests/unit/exchange/test_a.py:")
    assert f"imports {module}:" in found


@pytest.mark.parametrize("module", ["tests.unit.names", "tests.support.market", "mdmr.ports.hub"])
def test_its_own_folder_what_is_shared_and_the_code_may_be_imported(
    tmp_path: Path, module: str
) -> None:
    assert _found(tmp_path, "tests/unit/exchange/test_a.py", f"import {module}\n") == []


def test_what_is_shared_imports_no_folder_of_tests(tmp_path: Path) -> None:
    source = "from tests.unit.names import name\n"
    assert len(_found(tmp_path, "tests/support/market.py", source)) == 1
