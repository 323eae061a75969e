"""The page of the hub's own metrics, and which function emits which, read from the code."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from mdmr.ports.contention import Contended
from mdmr.runtime.metrics import METRICS, NAMESPACE

from tools.sam_template import ROOT

Table = Callable[[Sequence[str], Iterator[Sequence[str]]], list[str]]

RUNTIME = "every function"
_PLACES = {
    path: path.parent.name.replace("_", "-") for path in sorted(ROOT.glob("functions/*/app.py"))
} | {ROOT / "layers/mdmr/mdmr/runtime/observe.py": RUNTIME}
_EMITTING = {"count", "measure", "_count_by"}


class NameNotWrittenError(Exception):
    """A metric is emitted under a name that is put together: nobody could look it up."""


def names_in(text: str, where: str) -> set[str]:
    """Return the metrics that a module's text emits. Raises NameNotWrittenError."""
    found = set()
    for call in (each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id in _EMITTING:
            name = call.args[0]
            if not isinstance(name, ast.Constant):
                message = f"{where}, line {call.lineno}"
                raise NameNotWrittenError(message)
            found.add(str(name.value))
    return found


def emitters(places: Mapping[Path, str] = _PLACES) -> dict[str, list[str]]:
    """Return for each metric that is emitted the functions that do."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, function in places.items():
        for name in names_in(path.read_text(encoding="utf-8"), str(path)):
            found[name].append(function)
    return dict(found)


def metrics(table: Table) -> list[str]:
    """Return the lines of the page; `table` makes those of a Markdown table."""
    by = emitters()
    rows = (
        (
            f"`{each.name}`",
            each.unit.value,
            each.meaning,
            ", ".join(by.get(each.name, ())),
            f"service; service and {each.by}" if each.by else "service",
        )
        for each in METRICS.values()
    )
    return [
        "# Metrics",
        "",
        f"The hub's own, in the namespace `{NAMESPACE}`. The dimension `service` is",
        "`mdmr-<environment>`; `function` is the function's name, as in the metrics of Lambda.",
        f"`contended` is one of {', '.join(f'`{each.value}`' for each in Contended)}.",
        "",
        *table(("Name", "Unit", "What a value is", "From", "Dimensions"), rows),
    ]
