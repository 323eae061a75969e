"""Tests under mutants: a session of pytest that runs its tests again for each mutant, in a fork.

Tests are collected once. They are run once without a mutant, which tells the lines that each of
them goes through and how long it takes. Then each mutant gets a fork of the process, in which the
code of its function is exchanged and the tests run that go through its lines, until one fails.

What a module binds itself, a list of states or a limit, is bound anew (`rebinding`). What else
stands outside of functions was run when the module was imported: such a mutant gets a fork of a
process that has imported no code yet (`fresh`), as does one that no test noticed here, as other
modules may have made something of it then.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, Phase, settings

from tools.mutants.exchange import Instead, exchange, functions_of
from tools.mutants.forks import forked
from tools.mutants.mutations import Module, Mutant
from tools.mutants.rebinding import Importers, importers_under
from tools.mutants.tracing import Traced

OPTIONS = (
    "-q",
    "-x",
    "--assert=plain",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
    # What a mutant breaks inside a generator is told a second time when it is thrown away.
    "-p",
    "no:unraisableexception",
)
# A test may take this many times as long as it should, and so many seconds more.
_PATIENCE, _SPARE, _LONG = 4, 1, 600.0
_HELD_BY = "_hypothesis_internal_use_settings"


class Unnoticed(NamedTuple):
    """A mutant, by its number, that no test has noticed so far.

    `tests` go through it (none: no test reaches it); `seconds` is how long they take.
    """

    number: int
    tests: list[str]
    seconds: float


class Repeated:
    """The plugin of a session that repeats its tests under mutants.

    `unnoticed` are those that no test noticed, or that are to be tried in a fresh process;
    `failed` the tests that fail without any mutant.
    """

    def __init__(self, modules: Mapping[Path, Module], mutants: Sequence[Mutant]) -> None:
        self._modules, self._mutants = modules, mutants
        self._traced = Traced(list(modules))
        self.unnoticed: list[Unnoticed] = []
        self.failed: list[str] = []
        self._importers: Importers = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Let the tests of properties draw the same each time, and keep nothing."""
        _settle(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests once, and then those that a mutant needs, in a fork for each."""
        for item in session.items:
            if not self._traced.trace(item.nodeid, partial(_passes, item)):
                self.failed.append(item.nodeid)
        if not self.failed:
            functions = functions_of(self._modules)
            self._importers = importers_under(session.config.rootpath)
            gc.freeze()
            items = {item.nodeid: item for item in session.items}
            for number, mutant in enumerate(self._mutants):
                self._try(number, mutant, items, functions[mutant.path])
        return True

    def _try(
        self,
        number: int,
        mutant: Mutant,
        items: Mapping[str, pytest.Item],
        functions: Sequence[FunctionType],
    ) -> None:
        tests = self._traced.tests_of(mutant)
        seconds = self._traced.seconds(tests)
        module = self._modules[mutant.path]
        if not tests or not (mutant.inside or module.binds(mutant)):
            self.unnoticed.append(Unnoticed(number, tests, seconds))
            return
        found = [(items[test], self._traced.seconds([test])) for test in tests]

        def work() -> int | None:
            if mutant.inside:
                exchange(module.code(mutant), functions)
            else:
                module.rebound(mutant, self._importers)
            return _first_failing(found)

        at = forked(work, seconds)
        if at is None:
            self.unnoticed.append(Unnoticed(number, tests, seconds))
        else:
            self._traced.note(tests[at])


class _Settled:
    """The plugin of a session of some tests in this order, which draw the same each time."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._order = {test: at for at, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        wanted = [each for each in items if each.nodeid in self._order]
        items[:] = sorted(wanted, key=lambda each: self._order[each.nodeid])
        _settle(items)


def fresh(code: CodeType, path: Path, tests: Sequence[str], root: Path) -> int | None:
    """Run tests in this process, which has imported no code yet, with a mutant.

    Returns None when all pass, else a number.
    """
    sys.meta_path.insert(0, Instead(path, code))
    os.chdir(root)
    # Whole files are collected sooner than their tests one by one.
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    ended = pytest.main([*OPTIONS, *files], plugins=[_Settled(tests)])
    return None if ended == pytest.ExitCode.OK else 0


def _settle(items: Sequence[pytest.Item]) -> None:
    """Let the tests of properties draw the same each time, and look for no smaller example."""
    calm: dict[str, Any] = {
        "database": None,
        "derandomize": True,
        "phases": (Phase.explicit, Phase.generate),
        "deadline": None,
        "suppress_health_check": list(HealthCheck),
        "print_blob": False,
    }
    settings.register_profile("mutants", settings.get_profile(_profile()), **calm)
    settings.load_profile("mutants")
    for item in items:
        test = getattr(item, "obj", None)
        test = getattr(test, "__func__", test)
        own = getattr(test, _HELD_BY, None)
        if own is not None:
            setattr(test, _HELD_BY, settings(own, **calm))


def _profile() -> str:
    return settings.get_current_profile_name()


def _passes(item: pytest.Item) -> bool:
    return _first_failing([(item, _LONG)]) is None


def _first_failing(timed: Sequence[tuple[pytest.Item, float]]) -> int | None:
    """Run tests until one fails and return which, None when none does.

    One that takes far more of the processor's time than it should ends this process.
    """
    for at, (item, seconds) in enumerate(timed):
        following = timed[at + 1][0] if at + 1 < len(timed) else None
        signal.setitimer(signal.ITIMER_PROF, _PATIENCE * seconds + _SPARE)
        reports = runtestprotocol(item, log=False, nextitem=following)
        if any(report.failed for report in reports):
            return at
    signal.setitimer(signal.ITIMER_PROF, 0)
    return None
