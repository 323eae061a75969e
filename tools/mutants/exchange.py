"""Putting the code of a mutant in place: in a module that is imported, or before it is."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType


def functions_of(paths: Iterable[Path]) -> dict[Path, list[FunctionType]]:
    """Return all functions there are now whose code is of some files."""
    found: dict[Path, list[FunctionType]] = {path: [] for path in paths}
    by_name = {str(path): each for path, each in found.items()}
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename in by_name:
            by_name[each.__code__.co_filename].append(each)
    return found


def exchange(module: CodeType, functions: Sequence[FunctionType]) -> None:
    """Exchange the code of those functions of a module that is another one in `module`."""
    found: dict[tuple[str, int], list[CodeType]] = defaultdict(list)
    for code in _codes(module):
        found[_place(code)].append(code)
    for each in functions:
        codes = found[_place(each.__code__)]
        if len(codes) == 1 and codes[0] != each.__code__:
            each.__code__ = codes[0]


class Instead(SourceFileLoader):
    """Finds the module of a file with other code in it."""

    def __init__(self, path: Path, code: CodeType) -> None:
        super().__init__("", str(path))
        self._code = code

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of the module if it is that of the file."""
        spec = PathFinder.find_spec(name, path)
        if spec is None or spec.origin != self.path:
            return None
        self.name = name
        spec.loader = self
        return spec

    def get_code(self, fullname: str) -> CodeType:
        """Return the other code."""
        del fullname
        return self._code


def _place(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)
