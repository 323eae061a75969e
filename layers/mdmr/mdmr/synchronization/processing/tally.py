"""What plans count: for the reports, and for the thresholds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from mdmr.synchronization.records import AGREEMENT, SDP, SM, parameter


class Fault(NamedTuple):
    """That the hub failed on a record: in which file, and the name and place of the fault."""

    number: str
    text: str


class Tally(Struct, frozen=True):
    """Counts of a plan, or of several together.

    `records` were worked, `updates` and `exceptions` are rows of IR06 and IR07, `faults` records
    that the hub failed on, by file number. `new`, `deactivated` count SDPs, `changed` those that
    were there before and of which a timeline changed, by its name. `fault` is the first fault.
    """

    records: int = 0
    updates: int = 0
    exceptions: int = 0
    faults: Mapping[str, int] = {}
    new: int = 0
    deactivated: int = 0
    changed: Mapping[str, int] = {}
    fault: str = ""

    @classmethod
    def total(cls, tallies: Iterable[Tally]) -> Tally:
        """Return the sum of tallies."""
        total = cls()
        for each in tallies:
            total = cls(
                total.records + each.records,
                total.updates + each.updates,
                total.exceptions + each.exceptions,
                _sum(total.faults, each.faults),
                total.new + each.new,
                total.deactivated + each.deactivated,
                _sum(total.changed, each.changed),
                total.fault or each.fault,
            )
        return total


# Timelines whose changes have a threshold.
WATCHED = (SM, AGREEMENT, parameter("VEES"), "SB")


class Watched:
    """SDPs of which something changed that the thresholds watch."""

    def __init__(self) -> None:
        self._new: set[str] = set()
        self._changed: dict[str, set[str]] = defaultdict(set)
        self.deactivated = 0

    def note(self, usdp: str, timeline: str, *, new: bool) -> None:
        """Note that a timeline of an SDP changed. What a new SDP begins with is no change."""
        if new and timeline == SDP:
            self._new.add(usdp)
        elif not new and timeline in WATCHED:
            self._changed[timeline].add(usdp)

    def tally(
        self, *, records: int, updates: int, exceptions: int, faults: Sequence[Fault]
    ) -> Tally:
        """Return the counts, with those of the reports."""
        by_file = Counter(each.number for each in faults)
        changed = {name: len(usdps) for name, usdps in sorted(self._changed.items())}
        return Tally(
            records,
            updates,
            exceptions,
            dict(sorted(by_file.items())),
            len(self._new),
            self.deactivated,
            changed,
            faults[0].text if faults else "",
        )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}
