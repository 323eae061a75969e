"""The published page: what is simulated, what must hold, and what the last full run came to."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence

from tests.simulation.campaign import BOUND, Caught, Figures
from tests.simulation.chance import Fault
from tests.simulation.deployed import deployed
from tests.simulation.drawn import RARE
from tests.simulation.invariants.at_commit import AT_COMMIT
from tests.simulation.invariants.at_end import AT_END
from tests.simulation.invariants.wrong import Harm
from tests.simulation.planted import PLANTED
from tests.simulation.repeating import repeat
from tests.simulation.serial import it_ends_as_if_all_was_done_one_after_the_other
from tools.catalogues import table

_NOTE = "<!-- Made by `make faults SEEDS=5000`. Do not edit. -->"


def page(figures: Figures, singles: Sequence[Caught], pairs: Sequence[Caught]) -> str:
    """Return the page of a run that found nothing wrong."""
    machines = ", ".join(f"`{name}`" for name in deployed().machines)
    lines = [
        _NOTE,
        "",
        "# Faults",
        "",
        "The hub's handlers and state machines run in memory, in virtual time, in two regions,",
        "while things go wrong. One seed decides everything: the organizations, the files, the",
        "faults, and in which order workers go on. Every call of a port is a place at which a",
        "worker may die, stand still or be overtaken. Then the faults end, the world comes to",
        "rest, and it is judged.",
        "",
        "## The last full run",
        "",
        *table(("What", "How many"), _figures(figures, singles, pairs)),
        "",
        f"Python {platform.python_version()}; {len(deployed().functions)} functions and the state",
        f"machines {machines}, as the template deploys them.",
        "",
        "## Faults that were injected",
        "",
        *table(("Fault", "Times"), _injected(figures)),
        "",
        "## What worlds had of what is rare",
        "",
        *table(("What", "Times"), ((what, f"{figures.rare[what]:,}") for what in RARE)),
        "",
        "## What must hold",
        "",
        "At each commit, judged against the hub as it then stands:",
        "",
        *table(("Invariant", "A breach is"), ((e.sentence, e.harm.value) for e in AT_COMMIT)),
        "",
        "In the end:",
        "",
        *table(("Invariant", "A breach is"), ((e.sentence, e.harm.value) for e in AT_END)),
        "",
        "In the end of each fourth seed:",
        "",
        *table(("Invariant",), ((_sentence(each),) for each in _DEAR)),
        "",
        "## Planted faults",
        "",
        "Wrong variants of the code, each of which, alone and with any other, must be caught",
        f"within {BOUND} seeds: else the harness sees nothing.",
        "",
        *table(("Planted fault", "Caught by seed", "By"), _planted(singles)),
    ]
    return "\n".join(lines) + "\n"


_DEAR = (it_ends_as_if_all_was_done_one_after_the_other, repeat)


def _figures(
    figures: Figures, singles: Sequence[Caught], pairs: Sequence[Caught]
) -> Iterator[tuple[str, str]]:
    yield "seeds", f"{figures.seeds:,}"
    yield "files", f"{figures.files:,}"
    yield "port calls", f"{figures.calls:,}"
    yield "faults injected", f"{figures.injected.total():,}"
    yield "failovers", f"{figures.failovers:,}"
    for harm in Harm:
        yield harm.value, str(figures.harms[harm])
    yield "planted faults caught, alone", counted(singles)
    yield "planted faults caught, in pairs", counted(pairs)


def counted(found: Sequence[Caught]) -> str:
    """Return how many of the planted faults were caught, of how many."""
    return f"{sum(each.seed is not None for each in found)}/{len(found)}"


def _injected(figures: Figures) -> Iterator[tuple[str, str]]:
    for fault in Fault:
        yield fault.value, f"{figures.injected[fault]:,}"


def _planted(singles: Sequence[Caught]) -> Iterator[tuple[str, str, str]]:
    what = {each.name: each.what for each in PLANTED}
    for each in singles:
        by = each.invariant.replace("_", " ")
        yield what[each.names[0]], str(each.seed), by


def _sentence(judge: object) -> str:
    return (judge.__doc__ or "").partition("\n")[0].strip()
