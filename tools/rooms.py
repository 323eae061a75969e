"""The page of the application's rooms: which may import which, and what each holds."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from tools.sam_template import ROOT

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]


def rooms(table: Table, root: Path = ROOT) -> list[str]:
    """Return the lines of the page of a repository; `table` makes those of a Markdown table.

    The order is the one that the import contracts in pyproject.toml enforce. Raises ValueError
    for a room of theirs that does not exist or does not say what it holds.
    """
    storeys = {contract["containers"][0]: _storeys(contract) for contract in _contracts(root)}
    listed = (
        (f"`{room}`", _purpose(root, f"{house}.{room}"))
        for house, floors in storeys.items()
        for floor in floors
        for room in floor
    )
    house, *inner = storeys
    return [
        "# Packages",
        "",
        "The application is `layers/mdmr/mdmr`, a folder for each room. A room may import those",
        "below it, never one above or beside it; `make check-imports` holds it to that.",
        "",
        "```mermaid",
        "flowchart TB",
        *(line for each in inner for line in _within(each.rpartition(".")[2], storeys[each])),
        *(f"    {line}" for line in _stairs(storeys[house])),
        "```",
        "",
        *table(("Room", "Holds"), listed),
    ]


def _contracts(root: Path) -> list[dict[str, Any]]:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return [each for each in contracts if each["type"] == "layers"]


def _storeys(contract: dict[str, Any]) -> list[list[str]]:
    return [[room.strip() for room in layer.split(":")] for layer in contract["layers"]]


def _within(house: str, floors: list[list[str]]) -> list[str]:
    return [f"    subgraph {house}", *(f"        {line}" for line in _stairs(floors)), "    end"]


def _stairs(floors: list[list[str]]) -> list[str]:
    return [f"{' & '.join(upper)} --> {' & '.join(lower)}" for upper, lower in pairwise(floors)]


def _purpose(root: Path, package: str) -> str:
    place = (root / "layers" / "mdmr").joinpath(*package.split("."))
    found = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    text = ast.get_docstring(ast.parse(found.read_text(encoding="utf-8"))) if found.exists() else ""
    if not text:
        raise ValueError(f"{package}: a room of pyproject.toml without a docstring")
    return text.partition("\n")[0]
