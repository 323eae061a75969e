"""The table of budgets, `budgets.yaml`, as values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
TABLE = HERE / "budgets.yaml"


@dataclass(frozen=True)
class Bar:
    """The most that a figure may be, in a unit (s, ms, us, MiB), or its ratio to the peer's."""

    at_most: float
    of: str

    @property
    def text(self) -> str:
        """The bar in words."""
        bounded = "ours / peer" if self.of == "ratio" else self.of
        return f"{bounded} ≤ {self.at_most:g}"


@dataclass(frozen=True)
class Size:
    """The most kilobytes (1,000 bytes) that a layer may have."""

    zipped: float
    unzipped: float


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(TABLE.read_text())
    return table


def bars(benchmark: str) -> dict[str, Bar]:
    """Return the bars of a benchmark by the names of what they bound."""
    return {name: Bar(**row) for name, row in _table()["bars"].get(benchmark, {}).items()}


def benchmarks_with_bars() -> set[str]:
    """Return the names of the benchmarks that have bars."""
    return set(_table()["bars"])


def modules_of_handlers() -> dict[str, set[str]]:
    """Return the packages that the import of each handler may bring."""
    return {handler: set(names) for handler, names in _table()["handlers"].items()}


def layer_sizes() -> dict[str, Size]:
    """Return the budgets of the layers by their names in the template."""
    return {name: Size(**row) for name, row in _table()["layers"].items()}
