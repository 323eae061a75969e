"""Which lines of some modules each test goes through, and how much time it takes."""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Protocol

from tools.mutants.mutations import Mutant


class Tracer(Protocol):
    """A trace function of a frame, as `sys.settrace` wants it."""

    def __call__(self, frame: FrameType, event: str, arg: object, /) -> Tracer | None:
        """Take note of an event."""
        ...


class Traced:
    """The lines that tests go through, their times, and how many mutants each noticed."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._lines: dict[str, dict[str, set[int]]] = {str(path): {} for path in paths}
        self._seconds: dict[str, float] = {}
        self._noticed: Counter[str] = Counter()

    def trace(self, test: str, passes: Callable[[], bool]) -> bool:
        """Run a test and note its lines; return whether it passed."""
        here: dict[str, set[int]] = defaultdict(set)

        def local(frame: FrameType, event: str, _: object) -> Tracer:
            if event == "line":
                here[frame.f_code.co_filename].add(frame.f_lineno)
            return local

        def enter(frame: FrameType, _event: str, _: object) -> Tracer | None:
            return local if frame.f_code.co_filename in self._lines else None

        began = time.process_time()
        sys.settrace(enter)
        try:
            passed = passes()
        finally:
            sys.settrace(None)
        self._seconds[test] = time.process_time() - began
        for path, lines in here.items():
            self._lines[path][test] = lines
        return passed

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Return the tests that go through a mutant: who noticed most so far, then the quickest.

        Outside of functions that is not to be seen: all tests of the files that go through the
        module.
        """
        lines = set(range(mutant.first, mutant.last + 1))
        found = self._lines[str(mutant.path)]
        if mutant.inside:
            tests = [test for test, each in found.items() if each & lines]
        else:
            files = {_file_of(test) for test in found}
            tests = [test for test in self._seconds if _file_of(test) in files]
        return sorted(tests, key=lambda test: (-self._noticed[test], self._seconds[test]))

    def note(self, test: str) -> None:
        """Note that a test noticed a mutant: it is asked earlier from now on."""
        self._noticed[test] += 1

    def seconds(self, tests: Sequence[str]) -> float:
        """Return how much of the processor's time some tests take together."""
        return sum(self._seconds[test] for test in tests)


def _file_of(test: str) -> str:
    return test.partition("::")[0]
