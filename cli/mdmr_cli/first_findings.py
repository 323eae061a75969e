"""The first findings of a file, and how many there are of each code: all that is kept of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mdmr.synchronization.records import Place
    from mdmr.synchronization.staging.findings import Finding

_LEAST_SPARE = 64


class FirstFindings:
    """Takes findings of a file in any order and keeps the first `most` in that of the report."""

    def __init__(self, most: int) -> None:
        self.counts: Counter[str] = Counter()
        self._most = most
        self._kept: list[Finding] = []
        # With so many kept, what comes after this one is only counted.
        self._last: tuple[Place, str] | None = None

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it as long as it may be among the first."""
        self.counts[finding.code] += 1
        if self._last is not None and finding.order >= self._last:
            return
        self._kept.append(finding)
        if len(self._kept) >= 2 * self._most + _LEAST_SPARE:
            self._cut()

    def first(self) -> list[Finding]:
        """Return the first findings in the order of the report."""
        self._cut()
        return list(self._kept)

    def _cut(self) -> None:
        self._kept.sort(key=lambda each: each.order)
        del self._kept[self._most :]
        if len(self._kept) == self._most:
            self._last = self._kept[-1].order
