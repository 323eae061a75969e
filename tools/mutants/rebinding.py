"""What a module binds anew when one of its own statements is changed: a list, a table, a limit.

The statement is run again where its module is imported already, with those after it that rest on
what it binds; and whoever imported the names by themselves gets what they mean now.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

_BINDING = (ast.Assign, ast.AnnAssign)
Importers = Mapping[tuple[str, str], list[tuple[ModuleType, str]]]


def binding(tree: ast.Module, line: int) -> ast.stmt | None:
    """Return the statement of a module itself on a line if all it does is to bind names."""
    for each in tree.body:
        if each.lineno <= line <= (each.end_lineno or each.lineno):
            return each if isinstance(each, _BINDING) else None
    return None


def rebind(tree: ast.Module, statement: ast.stmt, path: Path, importers: Importers) -> None:
    """Run a statement of a module again, and what rests on it; tell those who imported it."""
    (module,) = (each for each in _modules() if each.__file__ == str(path))
    bound: set[str] = set()
    again = []
    for each in tree.body[tree.body.index(statement) :]:
        if each is statement or (isinstance(each, _BINDING) and _loads(each) & bound):
            bound |= _bound(each)
            again.append(each)
    code = compile(ast.Module(again, []), str(path), "exec", dont_inherit=True)
    exec(code, module.__dict__)  # noqa: S102 - that is what a mutant is
    for name in bound:
        for importer, alias in importers.get((module.__name__, name), ()):
            setattr(importer, alias, module.__dict__[name])


def importers_under(root: Path) -> Importers:
    """Return who imported a name of a module, and as what, among what lies under a folder."""
    found: dict[tuple[str, str], list[tuple[ModuleType, str]]] = defaultdict(list)
    for module in _modules():
        path = Path(module.__file__ or "")
        if root in path.parents and path.suffix == ".py" and path.is_file():
            for source, name, alias in _imported(ast.parse(path.read_text())):
                found[source, name].append((module, alias))
    return found


def _imported(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    for each in tree.body:
        if isinstance(each, ast.ImportFrom) and each.module and not each.level:
            yield from ((each.module, one.name, one.asname or one.name) for one in each.names)


def _modules() -> Iterable[ModuleType]:
    return [each for each in sys.modules.copy().values() if getattr(each, "__file__", None)]


def _loads(statement: ast.stmt) -> set[str]:
    return {each.id for each in ast.walk(statement) if isinstance(each, ast.Name)}


def _bound(statement: ast.stmt) -> set[str]:
    return {
        each.id
        for each in ast.walk(statement)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
