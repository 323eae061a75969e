"""The mutants of a module: one node of its syntax tree replaced, each in its place.

Nothing is changed that only people read: docstrings, the texts of errors and tables, annotations.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import NamedTuple, TypeGuard

from tools.mutants.operators import replacements
from tools.mutants.rebinding import Importers, binding, rebind

# What stands in these fields is not run, or the module would not be imported without it.
_PASSED_OVER = frozenset({"annotation", "returns", "decorator_list", "ctx"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# What a node stands in is shown with it, if it is one of these; of long texts so much around.
_SHOWN = (ast.expr, ast.keyword, ast.Assign, ast.AnnAssign, ast.Return)
_AROUND = 30


class Place(NamedTuple):
    """Where a node stands in a tree: `owner.field`, its element `at` where that is a list."""

    owner: ast.AST
    field: str
    at: int | None

    def swap(self, node: ast.AST) -> ast.AST:
        """Put a node there and return the one that was there."""
        if self.at is None:
            before: ast.AST = getattr(self.owner, self.field)
            setattr(self.owner, self.field, node)
            return before
        nodes: list[ast.AST] = getattr(self.owner, self.field)
        before, nodes[self.at] = nodes[self.at], node
        return before


class Mutant(NamedTuple):
    """One small fault.

    `name` is its module, function and change in words: the same as long as these are. `first` and
    `last` are the lines of its statement. `inside`: it is in the body of a function; all else was
    run already when the module was imported.
    """

    name: str
    path: Path
    first: int
    last: int
    inside: bool
    place: Place
    after: ast.AST


class _Around(NamedTuple):
    """What a node stands in: the names of function and classes, the statement, and so on."""

    names: tuple[str, ...] = ()
    statement: ast.stmt | None = None
    inside: bool = False
    quiet: bool = False


class Module:
    """A module of the code: its mutants, and the code of each."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self._name = str(path.relative_to(root))
        self._tree = ast.parse(path.read_text(), str(path))

    def mutants(self) -> list[Mutant]:
        """Return every mutant of the module, in the order of the code."""
        seen: Counter[str] = Counter()
        found = []
        for each in self._of(self._tree, _Around()):
            seen[each.name] += 1
            again = f" ({seen[each.name]})" if seen[each.name] > 1 else ""
            found.append(each._replace(name=each.name + again))
        return found

    def code(self, mutant: Mutant) -> CodeType:
        """Return the compiled module with a mutant in place."""
        before = mutant.place.swap(mutant.after)
        try:
            return compile(self._tree, str(self.path), "exec", dont_inherit=True)
        finally:
            mutant.place.swap(before)

    def rebound(self, mutant: Mutant, importers: Importers) -> None:
        """Put a mutant that `binds` in place where the module is imported, for good."""
        statement = binding(self._tree, mutant.first)
        if statement is not None:
            mutant.place.swap(mutant.after)
            rebind(self._tree, statement, self.path, importers)

    def binds(self, mutant: Mutant) -> bool:
        """Return whether a mutant is in a statement by which the module itself binds a name."""
        return binding(self._tree, mutant.first) is not None

    def _of(self, owner: ast.AST, around: _Around) -> Iterator[Mutant]:
        for field, value in ast.iter_fields(owner):
            # What a class is made with is no rule of the code: `frozen=True`.
            if field in _PASSED_OVER or (field == "keywords" and isinstance(owner, ast.ClassDef)):
                continue
            for index, node in _nodes(value):
                place, here = Place(owner, field, index), _into(owner, field, node, around)
                if _is_passed_over(owner, node, here):
                    continue
                if not _is_whole(owner, node):
                    yield from self._at(place, node, here)
                yield from self._of(node, here)

    def _at(self, place: Place, node: ast.AST, here: _Around) -> Iterator[Mutant]:
        for after in replacements(node, texts=here.inside and not here.quiet):
            ast.copy_location(after, node)
            ast.fix_missing_locations(after)
            yield self._mutant(place, node, after, here)

    def _mutant(self, place: Place, node: ast.AST, after: ast.AST, here: _Around) -> Mutant:
        shown = place.owner if isinstance(place.owner, _SHOWN) else node
        text = _text(shown)
        place.swap(after)
        change = " -> ".join(_shown(text, _text(after if shown is node else shown)))
        place.swap(node)
        statement = here.statement
        first = 0 if statement is None else statement.lineno
        last = first if statement is None else _last_line(statement)
        name = f"{self._name} {'.'.join(here.names) or 'module'}: {change}"
        return Mutant(name, self.path, first, last, here.inside, place, after)


def _nodes(value: object) -> Iterator[tuple[int | None, ast.AST]]:
    if isinstance(value, ast.AST):
        yield None, value
    elif isinstance(value, list):
        yield from ((at, each) for at, each in enumerate(value) if isinstance(each, ast.AST))


def _into(owner: ast.AST, field: str, node: ast.AST, around: _Around) -> _Around:
    """Return what a node stands in that is `owner.field`."""
    if isinstance(owner, ast.ClassDef | ast.FunctionDef) and field == "body":
        around = around._replace(names=(*around.names, owner.name))
    if isinstance(owner, _FUNCTIONS) and field == "body":
        around = around._replace(inside=True)
    if isinstance(node, ast.stmt):
        around = around._replace(statement=node, quiet=_is_for_people(node))
    return around


def _is_for_people(node: ast.stmt) -> bool:
    """Return whether the texts of a statement are those of an error."""
    named = isinstance(node, ast.Assign) and any(
        isinstance(each, ast.Name) and each.id == "message" for each in node.targets
    )
    return named or isinstance(node, ast.Raise)


def _is_passed_over(owner: ast.AST, node: ast.AST, here: _Around) -> bool:
    match node:
        case (
            ast.Import()
            | ast.ImportFrom()
            | ast.JoinedStr()
            | ast.Expr(value=ast.Constant())
            | ast.Assign(targets=[ast.Name(id="__all__")])
            | ast.AnnAssign(annotation=ast.Name(id="TypeAlias"))
        ):
            return True
        case ast.Subscript():
            # A type, as `tuple[str, ...]`.
            return not here.inside
        case ast.Constant():
            return _is_cast(owner) and owner.args[0] is node
    return False


def _is_whole(owner: ast.AST, node: ast.AST) -> bool:
    """Return whether a node is left, not what is in it.

    Several values for as many names; a key, which is taken out together with its value.
    """
    several = isinstance(owner, ast.Assign) and isinstance(owner.targets[0], ast.Tuple)
    is_key = isinstance(owner, ast.Dict) and any(each is node for each in owner.keys)
    return is_key or (several and isinstance(node, ast.Tuple))


def _is_cast(node: ast.AST) -> TypeGuard[ast.Call]:
    """Return whether a call has a type for its first argument, perhaps as a text."""
    called = isinstance(node, ast.Call) and node.func
    return isinstance(called, ast.Name) and called.id in ("cast", "TypeVar")


def _last_line(node: ast.stmt) -> int:
    """Return the last line of a statement, of one that holds others that of its head."""
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
        return max(node.lineno, body[0].lineno - 1)
    if isinstance(node, ast.Match):
        return node.lineno
    return node.end_lineno or node.lineno


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())


def _shown(before: str, after: str) -> tuple[str, str]:
    """Return two texts, of long ones what is around the place where they differ."""
    start = _shared(before, after)
    cut = start - _AROUND if start > 2 * _AROUND else 0
    found = [f"...{each[cut:]}" if cut else each for each in (before, after)]
    end = min(
        _shared(*(each[::-1] for each in found)), *(len(each) - start + cut for each in found)
    )
    less = end - _AROUND if end > 2 * _AROUND else 0
    one, other = (f"{each[: len(each) - less]}..." if less else each for each in found)
    return one, other


def _shared(one: str, other: str) -> int:
    """Return with how many characters both texts begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
