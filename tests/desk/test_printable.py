"""The one way to the screen, and that no module of the command goes another way."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import mdmr_cli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mdmr_cli.output import printable

from tests.desk.odd import HOSTILE, MARKUP

COMMAND = Path(mdmr_cli.__file__).parent
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


class TestThePrintableForm:
    @given(st.text(st.characters(), max_size=40) | st.text(st.sampled_from(HOSTILE)))
    def test_has_nothing_but_what_is_seen_and_stands_on_one_line(self, text: str) -> None:
        shown = printable(text)
        assert shown.isprintable()
        assert len(shown.splitlines()) <= 1
        assert not any(unicodedata.category(each) in UNSEEN for each in shown)
        assert printable(shown) == shown
        shown.encode("utf-8")

    @given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
    def test_of_plain_text_is_the_text(self, text: str) -> None:
        assert printable(text) == text

    def test_keeps_letters_of_every_language(self) -> None:
        assert printable("Électricité Ωμέγα 電力 ק") == "Électricité Ωμέγα 電力 ק"

    def test_names_what_it_escapes(self) -> None:
        told = (
            r"x\x1b[31m\x1b]0;t\x07\r\n\t\x08\x00\x7f\x9b\u202e\u2066\u200b\u2028\u2029\ufeff\xad"
        )
        assert printable(HOSTILE) == told + r"\u3164" + MARKUP + r"\ud800"


class TestTheCode:
    """One module prints; the others hand everything to it."""

    @pytest.mark.parametrize("path", sorted(COMMAND.glob("*.py")), ids=lambda path: path.name)
    def test_prints_in_one_module_only(self, path: Path) -> None:
        if path.name == "output.py":
            return
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert sorted(set(_prints(tree))) == []


FORBIDDEN = {"echo", "secho", "confirm", "prompt", "print", "Console", "Table", "Text", "pprint"}


def _prints(tree: ast.AST) -> Iterator[str]:
    """Yield what prints or draws: functions of typer and rich, and those of Python."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in FORBIDDEN - {"confirm"}:
                yield called.id
            if (
                isinstance(called, ast.Attribute)
                and isinstance(called.value, ast.Name)
                and called.value.id in {"typer", "click", "rich", "sys"}
                and called.attr in FORBIDDEN
            ):
                yield f"{called.value.id}.{called.attr}"
        if isinstance(node, ast.Attribute) and node.attr in {"stdout", "stderr"}:
            yield node.attr
