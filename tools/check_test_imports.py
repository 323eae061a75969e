"""Keeps folders of tests apart: each imports its own modules and `tests.support`, no other's."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.sam_template import ROOT

SHARED = "support"


def foreign_imports(root: Path, files: Iterable[Path]) -> list[str]:
    """Return one line for each import of another folder of tests in `files`, relative to `root`.

    `tests/support` imports no folder of tests but itself.
    """
    return [
        f"{file}:{line}: imports {module}: what folders share belongs in tests/{SHARED}"
        for file in sorted(files)
        for line, module in _imported(ast.parse((root / file).read_text(encoding="utf-8")))
        if module.startswith("tests.") and module.split(".")[1] not in {SHARED, file.parts[1]}
    ]


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "tests":
            yield from ((node.lineno, f"tests.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def main() -> int:
    """Print the imports that leave their folder; 1 when there are any."""
    files = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py")]
    faults = foreign_imports(ROOT, files)
    print("\n".join(faults) or f"imports of tests: none of {len(files)} files leaves its folder")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
