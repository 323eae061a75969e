"""Runs the tests by folder, lists what is slow, and fails where a budget is exceeded by half.

What a folder takes is measured in processor seconds of all its processes, as multiples of a fixed
piece of work that is timed before and after it: a busy or a slow machine changes both alike. The
budgets are those multiples, in `budgets.yaml` beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from tools.fixed_work import processor_seconds
from tools.sam_template import ROOT
from tools.test_times.plugin import OUT

BUDGETS = Path(__file__).parent / "budgets.yaml"
TOLERATED = 1.5
SLOWEST = 15


@dataclass(frozen=True)
class Taken:
    """What the tests of a folder took.

    Attributes:
        seconds: of the processor, with collection and all processes that they started.
        works: the same as a multiple of the fixed piece of work.
        tests: the seconds of each test by its name.
        code: pytest's exit code.
    """

    folder: str
    seconds: float
    works: float
    tests: Mapping[str, float]
    code: int


def folders() -> list[str]:
    """Return the names of the folders that have tests."""
    return sorted(
        path.name for path in (ROOT / "tests").iterdir() if any(path.glob("**/test_*.py"))
    )


def budgets(path: Path = BUDGETS) -> dict[str, float]:
    """Return the budget of each folder in multiples of the fixed piece of work."""
    found: dict[str, float] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def taken_by(folder: str) -> Taken:
    """Run the tests of a folder, alone and one after the other."""
    works = [processor_seconds()]
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "tests.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tools.test_times.plugin"]
        before = _children()
        done = subprocess.run(
            [*command, f"tests/{folder}"],
            cwd=ROOT,
            env={**os.environ, OUT: str(out), "PYTHONPATH": str(ROOT)},
            stdout=sys.stderr,
            check=False,
        )
        seconds = _children() - before
        tests = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    works.append(processor_seconds())
    return Taken(folder, seconds, 2 * seconds / sum(works), tests, done.returncode)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def faults(found: Sequence[Taken], allowed: Mapping[str, float]) -> Iterator[str]:
    """Yield a line for each folder that failed, has no budget or exceeds it by half."""
    for each in found:
        if each.code:
            yield f"{each.folder}: its tests ended with {each.code}"
        budget = allowed.get(each.folder)
        if budget is None:
            yield f"{each.folder}: has no budget"
        elif each.works > TOLERATED * budget:
            yield (
                f"{each.folder}: took {each.works:.0f} times the fixed work, "
                f"its budget is {budget:.0f}"
            )


def slowest(found: Sequence[Taken]) -> list[tuple[str, float, int]]:
    """Return the test functions that took most: name, seconds of all their cases, how many."""
    seconds, cases = Counter[str](), Counter[str]()
    for each in found:
        for name, took in each.tests.items():
            function = name.partition("[")[0]
            seconds[function] += took  # type: ignore[assignment] # a Counter takes any number
            cases[function] += 1
    return [(name, took, cases[name]) for name, took in seconds.most_common(SLOWEST)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what each folder took beside its budget, and the slowest tests; 1 for a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="*", help="folders of tests, all of them without any")
    allowed, found = budgets(), []
    print(f"{'folder':<12} {'tests':>6} {'seconds':>8} {'works':>6} {'budget':>7}")
    for folder in parser.parse_args(arguments).folder or folders():
        each = taken_by(folder)
        budget = f"{allowed[folder]:.0f}" if folder in allowed else "none"
        figures = f"{len(each.tests):>6} {each.seconds:>8.1f} {each.works:>6.0f} {budget:>7}"
        print(f"{folder:<12} {figures}", flush=True)
        found.append(each)
    print("\nprocessor seconds, cases, test")
    for name, took, cases in slowest(found):
        print(f"{took:>7.1f} {cases:>6} {name}")
    wrong = list(faults(found, allowed))
    print("\n".join(wrong) or "\nNo budget is exceeded by half.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
