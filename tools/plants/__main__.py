"""Plants each fault of the list in a copy of the project, and runs the tests that notice it.

The copy is of what git knows of `--tree`; the tests run there without a plant first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.check_file_length import project_files
from tools.plants.plants import LIST, Plant, planted, read
from tools.sam_template import ROOT

PASSED, FAILED = 0, 1
# A fault may let a run wait for ever: it is noticed as well.
LONGEST_SECONDS = 900


def copied(tree: Path, to: Path) -> None:
    """Copy the files of a tree that git knows or would know."""
    for file in project_files(tree):
        if (tree / file).is_file():
            (to / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / file, to / file)


def run(tree: Path, tests: Iterable[str]) -> int | None:
    """Run tests in a tree with its own code; return pytest's exit code, None: it never ended."""
    own = [tree / path for path in ("layers/mdmr", "cli", "local", ".")]
    paths = os.pathsep.join(map(str, own))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode


def noticed(tree: Path, plant: Plant) -> bool:
    """Return whether a plant's tests fail with it. Raises LookupError for one that does not fit."""
    file = tree / plant.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(planted(whole, plant), encoding="utf-8")
    try:
        code = run(tree, plant.tests)
    finally:
        file.write_text(whole, encoding="utf-8")
    if code not in {PASSED, FAILED, None}:
        raise LookupError(f"pytest ended with {code} for {' '.join(plant.tests)}")
    return code != PASSED


def tried(tree: Path, plant: Plant, passed: set[tuple[str, ...]]) -> str:
    """Return what is wrong with a plant, empty where its tests notice it and else pass.

    `passed` are the tests that were seen to pass without a plant.
    """
    if plant.tests not in passed and (code := run(tree, plant.tests)) != PASSED:
        return f"its tests do not pass without it: {code}"
    passed.add(plant.tests)
    try:
        return "" if noticed(tree, plant) else "not noticed"
    except LookupError as fault:
        return str(fault)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try every plant and print what became of it; 1 when one is not noticed or does not fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", nargs="*", help="folders of tests: only their plants")
    parser.add_argument("--tree", type=Path, default=ROOT, help="another commit's files")
    parser.add_argument("--list", type=Path, default=LIST, help="another list of plants")
    asked = parser.parse_args(arguments)
    plants = [each for each in read(asked.list) if not asked.kind or each.kind in asked.kind]
    faults, passed = 0, set[tuple[str, ...]]()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder).resolve()
        copied(asked.tree, tree)
        for plant in plants:
            fault = tried(tree, plant, passed)
            faults += bool(fault)
            print(
                f"{plant.kind:<12} {fault or 'noticed':<8} {plant.file}: {plant.what}", flush=True
            )
    print(f"{len(plants) - faults} of {len(plants)} planted faults are noticed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
