"""What the code of each function reaches: the port calls in everything that its handler names.

Read from the source without running it. What a value's type decides at run time is taken for
every class that is named on the way, so it is rather more than what happens; nothing less.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_type_hints

from mdmr.ports.hub import Hub

from tools.sam_template import ROOT

# The ports of a hub and what each of them is asked for.
PORTS = {name: frozenset(dir(port)) for name, port in get_type_hints(Hub).items()}
_PACKAGE = ROOT / "layers" / "mdmr"
# Behind the ports and around the handlers: the adapters and what hands them out.
_OUTSIDE = ("mdmr.stores", "mdmr.runtime")


class Name(NamedTuple):
    """Something that a module defines."""

    module: str
    name: str


# Whoever asks a hub's register reaches every process in it.
REGISTER = Name("mdmr.processes.register", "REGISTER")


class Code:
    """The modules of the application, or others of that shape: module name to source."""

    def __init__(self, sources: dict[str, str]) -> None:
        trees = {module: ast.parse(source) for module, source in sources.items()}
        self._defined = {module: dict(_defined(tree)) for module, tree in trees.items()}
        self._imported = {
            module: dict(_imported(tree, set(trees))) for module, tree in trees.items()
        }

    def calls(self, module: str, name: str) -> set[str]:
        """Return the calls of ports, as `outbound.put_new`, in all that a definition leads to."""
        found, seen, ahead = set[str](), set[Name](), [Name(module, name)]
        while ahead:
            at = ahead.pop()
            if at in seen:
                continue
            seen.add(at)
            node = self._defined.get(at.module, {}).get(at.name)
            if node is None:
                # A name that a module only passes on.
                ahead += filter(None, [self._imported.get(at.module, {}).get(at.name)])
                continue
            found |= set(_port_calls(node))
            ahead += self._named(at.module, node)
        return found

    def _named(self, module: str, node: ast.AST) -> Iterator[Name]:
        imported = self._imported[module]
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                if each.id in self._defined[module]:
                    yield Name(module, each.id)
                elif each.id in imported:
                    yield imported[each.id]
            elif isinstance(each, ast.Attribute) and each.attr == "register":
                yield REGISTER
            elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
                owner = imported.get(each.value.id)
                if owner is not None and not owner.name:
                    yield Name(owner.module, each.attr)


@cache
def application() -> Code:
    """Return the code of the rooms and of every handler (`functions.<folder>`)."""
    sources = {}
    for path in (_PACKAGE / "mdmr").rglob("*.py"):
        module = ".".join(path.relative_to(_PACKAGE).with_suffix("").parts)
        module = module.removesuffix(".__init__")
        if not module.startswith(_OUTSIDE):
            sources[module] = path.read_text(encoding="utf-8")
    for path in Path(ROOT / "functions").glob("*/app.py"):
        sources[f"functions.{path.parent.name}"] = path.read_text(encoding="utf-8")
    return Code(sources)


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((each.id, node) for each in targets if isinstance(each, ast.Name))


def _imported(tree: ast.Module, modules: set[str]) -> Iterator[tuple[str, Name]]:
    """Yield what a module calls by which name; a module itself has an empty name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                whole = f"{node.module}.{each.name}"
                found = Name(whole, "") if whole in modules else Name(node.module, each.name)
                yield each.asname or each.name, found


def _port_calls(node: ast.AST) -> Iterator[str]:
    """Yield `hub.outbound.read` and `outbound.read` alike as `outbound.read`.

    Something else of that name is none: it is asked for what the port does not have.
    """
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute):
            port = each.value
            if isinstance(port, ast.Attribute) and each.attr in PORTS.get(port.attr, ()):
                yield f"{port.attr}.{each.attr}"
            elif isinstance(port, ast.Name) and each.attr in PORTS.get(port.id, ()):
                yield f"{port.id}.{each.attr}"
