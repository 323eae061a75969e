"""The page of rooms: every room of the import contracts exists and says what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tools.rooms import rooms

CONTRACT = """
[[tool.importlinter.contracts]]
type = "layers"
containers = ["mdmr"]
layers = ["upper", "left : right"]
"""


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> list[str]:
    return [" ".join(row) for row in (head, *rows)]


def _repository(root: Path, docstrings: dict[str, str]) -> Path:
    (root / "pyproject.toml").write_text(CONTRACT, encoding="utf-8")
    for room, text in docstrings.items():
        module = root / "layers" / "mdmr" / "mdmr" / room / "__init__.py"
        module.parent.mkdir(parents=True)
        module.write_text(text, encoding="utf-8")
    return root


def test_each_room_is_on_the_page_with_the_first_line_of_its_docstring(tmp_path: Path) -> None:
    held = {"upper": '"""Above.\n\nMore."""', "left": '"""Left."""', "right": '"""Right."""'}
    page = rooms(_table, _repository(tmp_path, held))
    assert page[-4:] == ["Room Holds", "`upper` Above.", "`left` Left.", "`right` Right."]
    assert "    upper --> left & right" in page


@pytest.mark.parametrize("text", ["", "# no docstring\n"])
def test_a_room_that_does_not_say_what_it_holds_is_a_fault(tmp_path: Path, text: str) -> None:
    held = {"upper": '"""Above."""', "left": '"""Left."""', "right": text}
    with pytest.raises(ValueError, match=r"mdmr\.right: a room of pyproject.toml without"):
        rooms(_table, _repository(tmp_path, held))


def test_a_room_that_is_gone_is_a_fault(tmp_path: Path) -> None:
    held = {"upper": '"""Above."""', "left": '"""Left."""'}
    with pytest.raises(ValueError, match=r"mdmr\.right"):
        rooms(_table, _repository(tmp_path, held))
