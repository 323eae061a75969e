"""Small faults that a test must notice: how they are made, tried, and published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.mutants.mutations import Module, Mutant
from tools.mutants.page import NO_REASON, PAGE, page
from tools.mutants.records import reasons
from tools.mutants.rooms import ROOMS
from tools.mutants.run import FailingTestsError, Outcome, run

CODE = '''
"""A module."""

LIMIT = 5
KNOWN = frozenset({"A", "B"})


class Box:
    size: int = 0

    @property
    def full(self) -> bool:
        """Whether it is full."""
        return self.size > LIMIT


def known(name: str, *, strict: bool = False) -> bool:
    if not strict:
        name = name.upper()
    return name in KNOWN
'''
BLIND = """
import limits


def test_full():
    box = limits.Box()
    box.size = 9
    assert box.full
    box.size = 0
    assert not box.full


def test_known():
    assert limits.known("a")
    assert not limits.known("c")
"""
SEEING = """
import limits


def test_the_sixth_fills_it():
    box = limits.Box()
    assert box.size == 0
    box.size = 5
    assert not box.full
    box.size = 6
    assert box.full


def test_known():
    assert limits.known("a")
    assert limits.known("b")
    assert not limits.known("a", strict=True)
    assert limits.known("A", strict=True)
"""


def mutants(text: str, folder: Path) -> list[Mutant]:
    """Return the mutants of a module with this text."""
    path = folder / "m.py"
    path.write_text(text)
    return Module(path, folder).mutants()


def changes(text: str, folder: Path) -> set[str]:
    """Return the changes of the mutants of a function that returns an expression."""
    found = mutants(f"def f(a, b, c):\n    return {text}\n", folder)
    return {each.name.partition(": ")[2].replace("return ", "") for each in found}


class TestAMutant:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a < b", {"a < b -> a <= b", "a < b -> a >= b"}),
            ("a >= b", {"a >= b -> a > b", "a >= b -> a < b"}),
            ("a is b", {"a is b -> a is not b"}),
            ("a not in b", {"a not in b -> a in b"}),
            ("a and b", {"a and b -> a or b", "a and b -> a", "a and b -> b"}),
            ("not a", {"not a -> a"}),
            ("a + b", {"a + b -> a - b"}),
            ("(a, b)", {"(a, b) -> (b,)", "(a, b) -> (a,)"}),
            ("{a}", {"{a} -> set()"}),
            ("{a: b}", {"{a: b} -> {}"}),
            ("max(a, b)", {"max(a, b) -> min(a, b)"}),
            ("f(a, b=c)", {"f(a, b=c) -> f(a)"}),
            ("a if b else c", {"a if b else c -> a if not b else c"}),
            ("[a for a in b if c]", {"[a for a in b if c] -> [a for a in b]"}),
            ("sorted(a, key=b)", {"sorted(a, key=b) -> list(a)", "sorted(a, key=b) -> sorted(a)"}),
            ("int(a / b)", {"int(a / b) -> round(a / b)"}),
            ("'text'", {"'text' -> 'text?'"}),
            ("7", {"7 -> 8", "7 -> 6"}),
            ("True", {"True -> False"}),
        ],
    )
    def test_is_made_of_each_kind_of_expression(
        self, text: str, expected: set[str], tmp_path: Path
    ) -> None:
        assert expected <= changes(text, tmp_path)

    def test_is_made_of_statements(self, tmp_path: Path) -> None:
        text = """
            def f(a):
                for each in a:
                    if each:
                        continue
                    print(each)
                    raise ValueError("text")
                return None
        """
        found = mutants(re.sub(r"^ {12}", "", text, flags=re.MULTILINE), tmp_path)
        assert [each.name.partition(": ")[2] for each in found] == [
            "if each: continue -> if not each: continue",
            "continue -> break",
            "print(each) -> pass",
            "raise ValueError('text') -> pass",
        ]

    def test_leaves_what_only_people_read(self, tmp_path: Path) -> None:
        text = (
            '"""Text."""\n__all__ = ["f"]\nx: "int"\ndef f(a: "int") -> "str":\n    """Text."""\n'
        )
        assert mutants(text, tmp_path) == []
        message = "def f():\n    message = f'{1} text' + 'text'\n"
        assert [each.name for each in mutants(message, tmp_path) if "?" in each.name] == []

    def test_has_a_name_of_its_own_and_knows_where_it_is(self, tmp_path: Path) -> None:
        found = mutants(CODE, tmp_path)
        assert len({each.name for each in found}) == len(found)
        places = {each.name: (each.first, each.last, each.inside) for each in found}
        assert places["m.py module: LIMIT = 5 -> LIMIT = 6"] == (4, 4, False)
        assert places["m.py Box: size: int = 0 -> size: int = 1"] == (9, 9, False)
        assert places["m.py Box.full: return self.size > LIMIT -> return None"] == (14, 14, True)
        assert places["m.py known: not strict -> strict"] == (18, 18, True)

    def test_is_in_place_only_in_its_own_code(self, tmp_path: Path) -> None:
        path = tmp_path / "m.py"
        path.write_text(CODE)
        module = Module(path, tmp_path)
        for each in module.mutants():
            assert module.code(each).co_filename == str(path)
        assert [each.name for each in module.mutants()] == [
            each.name for each in Module(path, tmp_path).mutants()
        ]

    def test_of_long_code_shows_what_is_around_the_change(self, tmp_path: Path) -> None:
        listed = ", ".join(f"'word-{number}'" for number in range(40))
        (found,) = [
            each.name for each in mutants(f"x = [{listed}]\n", tmp_path) if "17" in each.name
        ][:1]
        assert len(found) < 250
        assert found.count("...") >= 2


class TestARun:
    def outcome(self, folder: Path, tests: str) -> Outcome:
        code, told = folder / "limits.py", folder / "test_limits.py"
        code.write_text(CODE)
        told.write_text(tests)
        return run([code], folder, [str(told)], folder)

    def test_tells_which_faults_no_test_noticed(self, tmp_path: Path) -> None:
        found = set(self.outcome(tmp_path, BLIND).survivors)
        assert {
            "limits.py Box.full: return self.size > LIMIT -> return self.size >= LIMIT",
            "limits.py module: LIMIT = 5 -> LIMIT = 6",
            "limits.py module: frozenset({'A', 'B'}) -> frozenset({'A'})",
        } <= found
        assert (
            "limits.py Box.full: return self.size > LIMIT -> return self.size <= LIMIT" not in found
        )

    def test_is_content_with_tests_that_notice_all(self, tmp_path: Path) -> None:
        outcome = self.outcome(tmp_path, SEEING)
        assert outcome.survivors == ()
        assert (outcome.noticed, outcome.percent) == (outcome.mutants, 100)
        assert outcome.mutants == 12

    def test_that_never_ends_is_noticed(self, tmp_path: Path) -> None:
        code, told = tmp_path / "loops.py", tmp_path / "test_loops.py"
        code.write_text("def count(n):\n    while n > 0:\n        n -= 1\n    return n\n")
        told.write_text("import loops\n\n\ndef test_it():\n    assert loops.count(3) == 0\n")
        outcome = run([code], tmp_path, [str(told)], tmp_path)
        assert not [each for each in outcome.survivors if "n -= 1" in each]

    def test_of_tests_that_fail_tells_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(FailingTestsError, match="test_wrong"):
            self.outcome(tmp_path, "def test_wrong():\n    assert False\n")


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables of a page."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith(("| Room", "| Mutant")):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


class TestThePublishedPage:
    def test_has_every_room_at_or_above_its_bar(self) -> None:
        rated = {cells[0]: cells for cells in rows(PAGE.read_text()) if len(cells) == 6}
        assert list(rated) == [f"[{name}](#{name})" for name in ROOMS]
        for room in ROOMS.values():
            _, modules, made, noticed, percent, _ = rated[f"[{room.name}](#{room.name})"]
            assert int(modules) == len(room.modules)
            assert percent == f"{int(noticed) * 1000 // int(made) / 10} %"
            assert int(noticed) * 100 >= room.bar * int(made), room.name

    def test_tells_why_each_mutant_lives(self) -> None:
        text = PAGE.read_text()
        assert NO_REASON not in text
        found = [cells for cells in rows(text) if len(cells) == 2]
        missing = {cells[0] for cells in rows(text) if len(cells) == 6}
        assert missing
        assert all(why for _, why in found)

    def test_has_a_line_for_every_reason(self) -> None:
        made = page({name: Outcome(1, tuple(reasons()), 0) for name in list(ROOMS)[:1]}, reasons())
        published = PAGE.read_text()
        for line in made.splitlines():
            if line.startswith(("| `", "| <code>")):
                assert line in published, f"no such mutant lives: {line}"

    def test_is_asked_of_modules_and_tests_that_are_there(self) -> None:
        for room in ROOMS.values():
            assert all(path.is_file() for path in room.paths)
            assert all(path.exists() for path in room.test_paths)


class TestAPage:
    def test_lists_rates_and_survivors_with_their_reasons(self) -> None:
        outcomes = {"lease": Outcome(40, ("a.py f: x -> y", "a.py f: y | z -> y"), 1.5)}
        text = page(outcomes, {"a.py f: x -> y": "It is the same."})
        assert "| [lease](#lease) | 4 | 40 | 38 | 95.0 % | 95 % |" in text
        assert "| `a.py f: x -> y` | It is the same. |" in text
        assert NO_REASON in text

    def test_says_so_where_none_lives(self) -> None:
        assert "Every mutant is noticed." in page({"lease": Outcome(40, (), 1.5)}, {})

    @pytest.mark.parametrize(("lives", "percent"), [(0, 100), (1, 99.9), (50, 95), (51, 94.9)])
    def test_rounds_no_rate_up(self, lives: int, percent: float) -> None:
        names = tuple(str(number) for number in range(lives))
        assert Outcome(1000, names, 0).percent == percent
