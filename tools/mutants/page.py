"""`python -m tools.mutants.page`: write docs/generated/mutants.md from the last runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tools.catalogues import table
from tools.mutants.records import kept, reasons
from tools.mutants.rooms import ROOMS, ROOT
from tools.mutants.run import Outcome

PAGE = ROOT / "docs" / "generated" / "mutants.md"
NOTE = "<!-- Made by `make mutants` from the last run of each room. Do not edit. -->"
HEAD = ("Room", "Modules", "Mutants", "Noticed", "Percent", "Bar")
LEFT = ("Mutant", "Why no test notices it")
NO_REASON = "no reason yet"


def page(outcomes: Mapping[str, Outcome], why: Mapping[str, str]) -> str:
    """Return the page of what the runs of the rooms came to."""
    lines = [
        NOTE,
        "",
        "# Mutants",
        "",
        "Each mutant is a small fault planted in the code. A mutant is noticed when a test of its",
        "room fails: [how mutants are made](../developers/mutants.md).",
        "",
        *table(HEAD, map(_rate, outcomes.items())),
    ]
    for name, outcome in outcomes.items():
        lines += ["", f"## {name}", "", *_survivors(outcome, why)]
    return "\n".join(lines) + "\n"


def _rate(named: tuple[str, Outcome]) -> tuple[str, ...]:
    name, outcome = named
    room = ROOMS[name]
    bar = f"{room.bar} %" if room.bar else "none"
    counts = (str(outcome.mutants), str(outcome.noticed), f"{outcome.percent} %")
    return (f"[{name}](#{name})", str(len(room.modules)), *counts, bar)


def _survivors(outcome: Outcome, why: Mapping[str, str]) -> Iterator[str]:
    if not outcome.survivors:
        yield "Every mutant is noticed."
        return
    rows = ((f"`{name}`", why.get(name, NO_REASON)) for name in outcome.survivors)
    yield from table(LEFT, rows)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(kept(), reasons()))


if __name__ == "__main__":
    main()
