"""The page of parameters: each with its default, its form, and the rooms that read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mdmr.organizations.parameter_table import PARAMETERS, Parameter

from tools.parameter_readers import readers

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]


def parameters(table: Table, package: Path) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    read = readers(package)
    rows = (
        (
            f"`{each.name}`",
            _default(each),
            each.unit,
            each.scope.value,
            each.form,
            _read(each, read),
        )
        for each in PARAMETERS.values()
    )
    return [
        "# Parameters",
        "",
        "Scope: G for all, O per organization, L per LDC, V for all, three values for the VEE",
        "services RES, GS and M15. A value for one owner wins over the one for all, and that over",
        "the default. [How they are set](../operators/organizations.md#parameters).",
        "",
        'A parameter marked "not built yet" can be set, and has no effect until the hub has the',
        "process that is named. One that is read by the template is set where the hub is deployed.",
        "",
        *table(("Name", "Default", "Unit", "Scope", "A value is", "Read by"), rows),
    ]


def _default(parameter: Parameter) -> str:
    other = parameter.default_prod
    return f"{parameter.default}; in PROD {other}" if other else parameter.default


def _read(parameter: Parameter, read: dict[str, set[str]]) -> str:
    rooms = (
        "the template" if parameter.deployed else ", ".join(sorted(read.get(parameter.name, ())))
    )
    if parameter.awaits:
        return f"not built yet: {parameter.awaits}"
    return rooms
