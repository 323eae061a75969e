"""Whether the page of the results is that of suite and budgets, and which bars are broken on it."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.budgets import bars, benchmarks_with_bars
from benchmarks.page import HEAD, explanation
from benchmarks.records import benchmark, names


def stale(text: str) -> Iterator[str]:
    """Yield rows and sections that lack, are of nothing any more, or tell another bar or method."""
    told = dict(_rows(text))
    wanted = {(name, what): bar.text for name in names() for what, bar in bars(name).items()}
    for name in sorted(benchmarks_with_bars() ^ set(names())):
        yield f"{name}: a benchmark without a bar, or bars without a benchmark"
    for key in sorted(told.keys() | wanted.keys()):
        where = ": ".join(key)
        if key not in told:
            yield f"{where}: not on the page"
        elif key not in wanted:
            yield f"{where}: no such bar any more"
        elif told[key][0] != wanted[key]:
            yield f"{where}: {told[key][0]} on the page, {wanted[key]} in the budgets"
    lines = set(text.splitlines())
    for name in names():
        for line in explanation(benchmark(name)):
            if line not in lines:
                yield f"{name}: not on the page: {line}"


def broken(text: str) -> list[str]:
    """Return the bars that are broken on a page."""
    return [": ".join(key) for key, (_, holds) in _rows(text) if holds != "yes"]


def _rows(text: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield benchmark and what is bounded, with the bar and whether it holds, for each row."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| [") and len(cells) == len(HEAD):
            name = cells[0].partition("]")[0].lstrip("[")
            yield (name, cells[1]), (cells[2], cells[-1])
