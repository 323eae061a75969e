"""The kinds of items in the tables, as their modules describe them, by the word they begin with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tools.sam_template import ROOT

_PACKAGE = ROOT / "layers" / "mdmr" / "mdmr"
_HEAD = re.compile(r"\| What \| Partition \|")
# The rooms whose items lie in the master directory; those of all others lie in the hub's state.
_OF_DIRECTORY = {"directory/documents.py", "identifiers/numbers.py"}
HUB_STATE, DIRECTORY = "HubStateTable", "MasterDirectoryTable"


class Kind(NamedTuple):
    """A kind of items.

    Attributes:
        table: its logical id.
        word: what its partitions begin with, up to the first `#`.
        partition: one of its partition keys.
    """

    table: str
    word: str
    partition: str


@cache
def kinds() -> tuple[Kind, ...]:
    """Return all kinds of items, by table and word."""
    return tuple(sorted({each for path in _PACKAGE.rglob("*.py") for each in _of(path)}))


def kind_of(table: str, partition: str) -> Kind | None:
    """Return the kind of the items of a partition, None for one that no module describes."""
    word = partition.partition("#")[0]
    return next((each for each in kinds() if (each.table, each.word) == (table, word)), None)


def _of(path: Path) -> Iterator[Kind]:
    lines = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()
    table = DIRECTORY if path.relative_to(_PACKAGE).as_posix() in _OF_DIRECTORY else HUB_STATE
    for at, line in enumerate(lines):
        if _HEAD.match(line):
            for row in _rows(lines[at + 2 :]):
                # A cell in words names the partition of an item that has its own row.
                if found := re.fullmatch(r"`([A-Z0-9]+)(#.*)?`", row[1]):
                    word = found[1]
                    yield Kind(table, word, f"{word}#1" if found[2] else word)


def _rows(lines: list[str]) -> Iterator[list[str]]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]
