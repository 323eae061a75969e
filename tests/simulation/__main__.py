"""`python -m tests.simulation`: lives through seeds, and tells of the first that fails.

--seeds N     seeds 0 to N-1, then the planted faults, alone and in pairs
--seed K      this one only, with the events that led to what is wrong
--page PATH   write the published page there when nothing was found
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.simulation import campaign
from tests.simulation.campaign import Caught, Figures
from tests.simulation.chance import Fault
from tests.simulation.drawn import RARE
from tests.simulation.invariants.wrong import Harm
from tests.simulation.page import counted, page
from tests.simulation.story import Outcome

# So many seeds must have had all that is rare.
_MANY = 5_000


def main(arguments: Sequence[str]) -> int:
    """Run a campaign and return 0 when nothing is wrong and every planted fault was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    wanted = range(asked.seeds) if asked.seed is None else [asked.seed]
    figures = campaign.seeds(wanted)
    told = list(_of_seeds(figures))
    if figures.failed is not None:
        _print([*told, *_failure(figures.failed)])
        return 1
    if asked.seed is not None:
        _print([*told, f"trace       {figures.digest}"])
        return 0
    never = [each for each in RARE if not figures.rare[each]] if asked.seeds >= _MANY else []
    told += [f"the generator never draws: {each}" for each in never]
    singles = campaign.singly()
    pairs = campaign.in_pairs(singles)
    told += [f"planted     {counted(singles)} caught alone, {counted(pairs)} in pairs"]
    blind = [each for each in (*singles, *pairs) if each.seed is None]
    told += [_blind(each) for each in blind]
    _print([*told, f"seconds     {time.monotonic() - began:.0f}"])
    if asked.page is not None and not blind and not never:
        asked.page.write_text(page(figures, singles, pairs), encoding="utf-8")
    return 1 if blind or never else 0


def _of_seeds(figures: Figures) -> list[str]:
    kinds = (
        f"            {figures.injected[fault]:8,}  {fault.value}"
        for fault in Fault
        if figures.injected[fault]
    )
    harms = ", ".join(f"{harm.value} {figures.harms[harm]}" for harm in Harm)
    return [
        f"seeds       {figures.seeds:,} in {figures.seconds:.0f} s",
        f"files       {figures.files:,} ({', '.join(_states(figures))})",
        f"port calls  {figures.calls:,}",
        f"failovers   {figures.failovers:,}",
        f"faults      {figures.injected.total():,}",
        *kinds,
        *(f"rare        {figures.rare[what]:8,}  {what}" for what in RARE),
        f"harm        {harms}",
    ]


def _states(figures: Figures) -> list[str]:
    return [f"{count:,} {state}" for state, count in sorted(figures.states.items())]


def _failure(outcome: Outcome) -> list[str]:
    lines = ["", f"seed {outcome.seed} fails:"]
    lines += [f"  {each.invariant}: {each.about}: {each.text}" for each in outcome.violations[:10]]
    lines += ["", "what led there:", *(f"  {line[:200]}" for line in outcome.trace)]
    return [*lines, "", f"repeat it: make faults SEED={outcome.seed}"]


def _blind(each: Caught) -> str:
    return f"the harness is blind: {' with '.join(each.names)} was not caught"


def _print(lines: Sequence[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
