"""The page of parameters: each with its default, its form, and the rooms that read it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mdmr.organizations.parameter_table import PARAMETERS, Parameter

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]
_TABLE = Path("organizations", "parameter_table.py")


def parameters(table: Table, package: Path) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    read = readers(package)
    rows = (
        (f"`{each.name}`", each.default, each.unit, each.scope.value, each.form, _read(each, read))
        for each in PARAMETERS.values()
    )
    return [
        "# Parameters",
        "",
        "Scope: G for all, O per organization, L per LDC, V for all, three values for the VEE",
        "services RES, GS and M15. A value for one owner wins over the one for all, and that over",
        "the default. [How they are set](../operators/organizations.md#parameters).",
        "",
        "What no room reads yet can be set, and has no effect until its process exists.",
        "",
        *table(("Name", "Default", "Unit", "Scope", "A value is", "Read by"), rows),
    ]


def readers(package: Path) -> dict[str, set[str]]:
    """Return the rooms of a package whose code names a parameter, by the parameter's name."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in sorted(package.rglob("*.py")):
        place = module.relative_to(package)
        if place == _TABLE:
            continue
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Constant) and node.value in PARAMETERS:
                found[str(node.value)].add(place.parts[0])
    return dict(found)


def _read(parameter: Parameter, read: dict[str, set[str]]) -> str:
    if parameter.deployed:
        return "the template"
    return ", ".join(sorted(read.get(parameter.name, ()))) or "none yet"
