"""Many seeds on all processors, and the planted faults: figures, and the first seed that fails."""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations, count, islice

from tests.simulation.chance import Fault
from tests.simulation.invariants.at_commit import AT_COMMIT
from tests.simulation.invariants.at_end import AT_END
from tests.simulation.invariants.wrong import Harm
from tests.simulation.planted import PLANTED, wrong
from tests.simulation.story import Outcome, lived
from tests.simulation.themes import theme_of

# Seeds lived through at most until a planted fault must be caught.
BOUND = 80
_CHUNK = 8
_HARMS = {each.name: each.harm for each in AT_COMMIT} | {each.name: each.harm for each in AT_END}


@dataclass
class Figures:
    """What a campaign came to.

    `failed` is the first outcome in which something is wrong, `digest` the last seed's trace.
    """

    seeds: int = 0
    files: int = 0
    failovers: int = 0
    calls: int = 0
    injected: Counter[Fault] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    harms: Counter[Harm] = field(default_factory=Counter)
    rare: Counter[str] = field(default_factory=Counter)
    failed: Outcome | None = None
    digest: str = ""
    seconds: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Take in what a seed came to."""
        self.seeds += 1
        self.files += outcome.files
        self.failovers += outcome.failovers
        self.calls += outcome.calls
        self.digest = outcome.digest
        self.injected.update(outcome.injected)
        self.states.update(outcome.states)
        self.rare.update(outcome.rare)
        # What is found where all is done once more has no harm of its own to tell.
        self.harms.update(
            _HARMS.get(each.invariant, Harm.CONTRADICTORY) for each in outcome.violations
        )
        if outcome.violations and self.failed is None:
            self.failed = outcome


@dataclass(frozen=True)
class Caught:
    """A planted fault, or several at once: the seed that caught it, None for none, and by what."""

    names: tuple[str, ...]
    seed: int | None
    invariant: str


def unhindered() -> None:
    """Let a process look for garbage after whole seeds only: before, there is little."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


def seeds(wanted: Sequence[int], workers: int | None = None) -> Figures:
    """Live through seeds, until one fails."""
    figures, began = Figures(), time.monotonic()
    for outcome in _outcomes(wanted, workers):
        figures.add(outcome)
        if figures.failed:
            break
    figures.seconds = time.monotonic() - began
    return figures


def singly(workers: int | None = None) -> list[Caught]:
    """Return for each planted fault what caught it."""
    return _caught([((each.name,), ()) for each in PLANTED], workers)


def in_pairs(alone: Sequence[Caught], workers: int | None = None) -> list[Caught]:
    """Return for every two planted faults what caught them.

    The seeds that caught one of them alone come first: what one hides of the other shows there.
    """
    seed = {each.names[0]: each.seed for each in alone}
    wanted = [
        ((one.name, two.name), tuple(e for e in (seed[one.name], seed[two.name]) if e is not None))
        for one, two in combinations(PLANTED, 2)
    ]
    return _caught(wanted, workers)


def catch(names: tuple[str, ...], first: Sequence[int] = (), bound: int = BOUND) -> Caught:
    """Live through seeds, some first, with faults planted until an invariant catches them.

    A fault of the sets can only show where there are some: it is looked for in those worlds.
    """
    faults = [each for each in PLANTED if each.name in names]
    worlds = (seed for seed in count() if theme_of(seed).sets or not any(e.of_sets for e in faults))
    with wrong(*faults):
        for seed in dict.fromkeys((*first, *islice(worlds, bound))):
            violations = lived(seed).violations
            if violations:
                return Caught(names, seed, violations[0].invariant)
    return Caught(names, None, "")


def _caught(
    wanted: Sequence[tuple[tuple[str, ...], tuple[int, ...]]], workers: int | None
) -> list[Caught]:
    with ProcessPoolExecutor(workers or os.cpu_count(), initializer=unhindered) as pool:
        return list(pool.map(catch, *zip(*wanted, strict=True)))


def _outcomes(wanted: Sequence[int], workers: int | None) -> Iterable[Outcome]:
    if workers == 1 or len(wanted) == 1:
        yield from map(lived, wanted)
        return
    pool = ProcessPoolExecutor(workers or os.cpu_count(), initializer=unhindered)
    try:
        yield from pool.map(lived, wanted, chunksize=_CHUNK)
    finally:
        pool.shutdown(cancel_futures=True)
