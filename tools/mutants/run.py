"""A run of a room: each of its mutants, and which of them no test noticed."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Container, Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from msgspec import Struct

from tools.mutants.forks import forked, told
from tools.mutants.mutations import Module, Mutant
from tools.mutants.session import OPTIONS, Repeated, Unnoticed, fresh

# What tests need beside the code; every fork has it then.
_PRELOADED = ("boto3", "hypothesis.strategies", "msgspec.json", "yaml")


class FailingTestsError(Exception):
    """The tests fail without any mutant: there is nothing to be learned from them."""


class Outcome(Struct, frozen=True):
    """What a run came to: how many mutants there were, the names of those that nobody noticed."""

    mutants: int
    survivors: tuple[str, ...]
    seconds: float

    @property
    def noticed(self) -> int:
        """How many mutants a test noticed."""
        return self.mutants - len(self.survivors)

    @property
    def percent(self) -> float:
        """How many of a hundred mutants a test noticed, with one digit, never rounded up."""
        return self.noticed * 1000 // max(self.mutants, 1) / 10


def run(
    paths: Sequence[Path],
    code: Path,
    tests: Sequence[str],
    root: Path,
    only: Container[str] | None = None,
) -> Outcome:
    """Try every mutant of some modules on some tests, in `root`; names are told from `code` on.

    `only`: those of these names; all others are taken as noticed. The modules must not have been
    imported in this process. Raises FailingTestsError.
    """
    began = time.monotonic()
    for name in _PRELOADED:
        import_module(name)
    modules = {path: Module(path, code) for path in paths}
    every = [each for module in modules.values() for each in module.mutants()]
    mutants = [each for each in every if only is None or each.name in only]
    survivors = []
    for each in _repeated(modules, mutants, tests, root):
        mutant = mutants[each.number]
        placed = modules[mutant.path].code(mutant)
        work = partial(fresh, placed, mutant.path, each.tests, root)
        if not each.tests or forked(work, each.seconds) is None:
            survivors.append(mutant.name)
    return Outcome(len(every), tuple(survivors), round(time.monotonic() - began, 1))


def _repeated(
    modules: Mapping[Path, Module], mutants: Sequence[Mutant], tests: Sequence[str], root: Path
) -> list[Unnoticed]:
    """Run the tests in a process of their own; return what no test noticed there."""

    def work(into: Path) -> None:
        os.chdir(root)
        repeated = Repeated(modules, mutants)
        pytest.main([*OPTIONS, *tests], plugins=[repeated])
        into.write_text(json.dumps([repeated.failed, repeated.unnoticed]))

    with tempfile.TemporaryDirectory() as folder:
        text = told(work, Path(folder) / "told.json")
    if not text:
        raise FailingTestsError("they did not come to an end")
    failed, unnoticed = json.loads(text)
    if failed:
        raise FailingTestsError(", ".join(failed))
    return [Unnoticed(*each) for each in unnoticed]
