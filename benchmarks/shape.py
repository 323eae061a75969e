"""What every benchmark is: a question, how it is answered, beside which peer, and its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.budgets import Bar


class UnitDiffersError(Exception):
    """A figure is not in the unit of its bar, or has no peer though its bar bounds the ratio."""


@dataclass(frozen=True)
class Figure:
    """One measured value, less being better, and the peer's of the same run in the same unit."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours / the peer's; None without a peer."""
        return None if self.peer_value is None else self.value / self.peer_value

    def holds(self, bar: Bar) -> bool:
        """Return whether the figure keeps to a bar. Raises UnitDiffersError."""
        bounded = self.ratio if bar.of == "ratio" else self.value
        if bounded is None or bar.of not in ("ratio", self.unit):
            raise UnitDiffersError(self.name)
        return bounded <= bar.at_most


@dataclass(frozen=True)
class Benchmark:
    """A benchmark; every package of `benchmarks` has one in its module `benchmark`.

    `method` says in a sentence what is measured and how often, `peer` what does the same work
    beside it, `emulator` whether the embedded AWS takes part and how our own time is told apart.
    `packages` are those whose versions matter.
    """

    name: str
    question: str
    method: str
    peer: str
    emulator: str
    packages: Sequence[str]
    measure: Callable[[], Sequence[Figure]]


def judged(figures: Sequence[Figure], bars: Mapping[str, Bar]) -> list[dict[str, Any]]:
    """Return figures as rows with `ratio`, and their `at_most`, `of` and `holds` if one has a bar.

    Raises:
        UnitDiffersError: see `Figure.holds`.
        LookupError: a bar has no figure, or two figures have one name.
    """
    names = [each.name for each in figures]
    if lacking := bars.keys() - set(names):
        raise LookupError(f"no figure for {', '.join(sorted(lacking))}")
    if len(names) > len(set(names)):
        raise LookupError("two figures of one name")
    rows = []
    for each in figures:
        row: dict[str, Any] = {**asdict(each), "ratio": each.ratio}
        if bar := bars.get(each.name):
            row |= {"at_most": bar.at_most, "of": bar.of, "holds": each.holds(bar)}
        rows.append(row)
    return rows
