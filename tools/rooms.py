"""The page of the application's rooms: which may import which, and what each holds."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from tools.sam_template import ROOT

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]

_PACKAGES = ROOT / "layers" / "mdmr"


def rooms(table: Table) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table.

    The order is the one that the import contracts in pyproject.toml enforce.
    """
    storeys = {contract["containers"][0]: _storeys(contract) for contract in _contracts()}
    listed = (
        (f"`{room}`", _purpose(f"{house}.{room}"))
        for house, floors in storeys.items()
        for floor in floors
        for room in floor
    )
    house, *inner = storeys
    return [
        "# Rooms",
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


def _contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return [each for each in contracts if each["type"] == "layers"]


def _storeys(contract: dict[str, Any]) -> list[list[str]]:
    # A room in parentheses may be missing.
    return [[room.strip(" ()") for room in layer.split(":")] for layer in contract["layers"]]


def _within(house: str, floors: list[list[str]]) -> list[str]:
    return [f"    subgraph {house}", *(f"        {line}" for line in _stairs(floors)), "    end"]


def _stairs(floors: list[list[str]]) -> list[str]:
    return [f"{' & '.join(upper)} --> {' & '.join(lower)}" for upper, lower in pairwise(floors)]


def _purpose(package: str) -> str:
    place = _PACKAGES.joinpath(*package.split("."))
    found = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    text = found.read_text() if found.exists() else ""
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
