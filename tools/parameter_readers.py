"""Which rooms read which parameter, and what is wrong between the table and the code.

A parameter is found by its name, which stands in the code as one text. A name that is put
together where it is asked for, one that is not in the table, and a parameter that nothing reads
are findings.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from mdmr import operation
from mdmr.organizations.parameter_table import PARAMETERS, Parameter

_TABLE = Path("organizations", "parameter_table.py")
_FAMILIES = "|".join(sorted({name.partition(".")[0] for name in PARAMETERS}))
_NAME = re.compile(rf"(?:{_FAMILIES})\.[a-z0-9_]+")
# The start of a name whose end is put to it: "sync.thr_" and the like.
_START = re.compile(rf"(?:{_FAMILIES})\.[a-z0-9_]*")
_ASK = frozenset({"value", "values", "count", "counts"})


def readers(package: Path) -> dict[str, set[str]]:
    """Return the rooms of a package whose code names a parameter, by the parameter's name."""
    found: dict[str, set[str]] = defaultdict(set)
    for place, node in _nodes(package):
        if isinstance(node, ast.Constant) and node.value in PARAMETERS:
            found[str(node.value)].add(place.parts[0])
    return dict(found)


def findings(
    package: Path,
    table: Mapping[str, Parameter] = PARAMETERS,
    actions: AbstractSet[str] | None = None,
) -> list[str]:
    """Return what is wrong between a table of parameters and the code of a package, a line each.

    `actions` are texts of the form of a parameter's name that name something else; those of the
    operator's commands unless given.
    """
    read = readers(package)
    others = _actions() if actions is None else actions
    return [
        *_unread(table, read),
        *(
            f"{place}:{node.lineno}: {fault}"
            for place, node in _nodes(package)
            if (fault := _fault(node, table.keys() | others))
        ),
    ]


def _unread(table: Mapping[str, Parameter], read: Mapping[str, set[str]]) -> Iterator[str]:
    for name, each in table.items():
        rooms = ", ".join(sorted(read.get(name, ())))
        if each.awaits and rooms:
            yield f"{name}: awaits {each.awaits}, and is read by {rooms}: remove `awaits`"
        elif not (each.awaits or each.deployed or rooms):
            yield f"{name}: nothing reads it: remove it, or name the process that it awaits"


def _fault(node: ast.expr, known: AbstractSet[str]) -> str:
    """Return what is wrong with a piece of code, empty where nothing is."""
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        text = next((each for each in map(_text, _pieces(node)) if _START.fullmatch(each)), "")
        return f"the parameter {text!r}... is put together: write its whole name" if text else ""
    if isinstance(node, ast.Constant):
        text = _text(node)
        return f"{text} is no parameter of the table" if _unlisted(text, known) else ""
    if isinstance(node, ast.Call) and _asks(node) and _is_made(node.args[1:2]):
        return "the name of a parameter is put together: write it whole"
    return ""


def _pieces(node: ast.JoinedStr | ast.BinOp) -> list[ast.expr]:
    return node.values if isinstance(node, ast.JoinedStr) else [node.left]


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _unlisted(text: str, known: AbstractSet[str]) -> bool:
    return _NAME.fullmatch(text) is not None and text not in known


def _asks(call: ast.Call) -> bool:
    """Return whether a call is `parameters.value(state, name, ...)` or one of its kind."""
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _ASK
        and isinstance(function.value, ast.Name)
        and function.value.id == "parameters"
    )


def _is_made(arguments: Sequence[ast.expr]) -> bool:
    return any(isinstance(each, ast.JoinedStr | ast.BinOp | ast.Call) for each in arguments)


def _nodes(package: Path) -> Iterator[tuple[Path, ast.expr]]:
    """Yield each piece of a package's code with its module, but the table of parameters itself."""
    for module in sorted(package.rglob("*.py")):
        place = module.relative_to(package)
        if place != _TABLE:
            tree = ast.walk(ast.parse(module.read_text()))
            yield from ((place, node) for node in tree if isinstance(node, ast.expr))


def _actions() -> frozenset[str]:
    """Return the names of the operator's commands, which have the form of a parameter's name."""
    found: set[str] = set()
    for module in pkgutil.iter_modules(operation.__path__, f"{operation.__name__}."):
        found |= set(getattr(importlib.import_module(module.name), "ACTIONS", ()))
    return frozenset(found)
