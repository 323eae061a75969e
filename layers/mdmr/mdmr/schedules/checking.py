"""Checking a schedule file: what is wrong with its records, and the schedule it would leave.

Records act in their order. A record with an error does nothing; what the others would leave is
still looked at, so that the sender is told everything at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from msgspec import Struct

from mdmr.calendar.business_days import is_business_day
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.schedule import SCHEDULE
from mdmr.exchange.files.layouts.tables import FileLayout
from mdmr.schedules.codes import Code
from mdmr.schedules.loaded import BillingPeriod, Cycles

# What a record says, and in which order its fields are reported; a version may have others beside.
_NAMES = SCHEDULE.detail("DTL").names
_ADD, _CHANGE, _DELETE = "AUD"


class Row(Struct, frozen=True):
    """A record: its line in the file from 1, its four fields trimmed, and what they say.

    `fault` is what is wrong with the record by itself; where its fields cannot be read, `cycle` is
    empty and there is no start and end.
    """

    line: int
    raw: tuple[str, ...]
    cycle: str = ""
    start: date = date.min
    end: date = date.min
    action: str = ""
    fault: Code | None = None


class Terms(Struct, frozen=True):
    """What a file is checked against.

    `earliest` is the first End Date that may be changed, `most` the number of records of a cycle.
    """

    earliest: date
    most: int
    cycles_with_sdp: frozenset[str]


class Finding(Struct, frozen=True):
    """A code given to a record."""

    row: Row
    code: Code


class Checked(Struct, frozen=True):
    """What was found, in the order of lines, errors first; and the cycles that would be loaded."""

    findings: tuple[Finding, ...]
    cycles: Cycles

    @property
    def errors(self) -> int:
        """How many records refuse the file."""
        return sum(each.code.severity == "E" for each in self.findings)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return len(self.findings) - self.errors


def read_row(line: int, text: str, layout: FileLayout = SCHEDULE) -> Row:
    """Return the record of a detail line of a file of this layout; fields are found by name."""
    record = layout.detail("DTL")
    places = [record.names.index(name) for name in _NAMES]
    fields = [each.strip(" ") for each in records.split(text)[1:]]
    raw = tuple(fields[at] if at < len(fields) else "" for at in places)
    reading = records.read(record, text)
    if not reading.counted:
        return Row(line, raw, fault=Code.FIELD_COUNT)
    if reading.faults:
        return Row(line, raw, fault=Code.FIELD_FORMAT)
    cycle, _, _, action = (reading.texts[at] for at in places)
    start, end = (reading.values[at] for at in places[1:3])
    if not (isinstance(start, date) and isinstance(end, date)):
        raise TypeError(text)
    fault = None
    if action not in {_ADD, _CHANGE, _DELETE}:
        fault = Code.ACTION
    elif end <= start:
        fault = Code.PERIOD
    return Row(line, raw, cycle, start, end, action, fault)


def check(rows: Sequence[Row], before: Cycles, terms: Terms) -> Checked:
    """Return what is found in a file's records, and the cycles that it would leave."""
    work = _Work(rows, before, terms)
    for row in rows:
        work.take(row)
    work.find_overlaps()
    work.find_excess()
    found = [Finding(row, work.errors[row.line]) for row in rows if row.line in work.errors]
    found += work.warnings()
    found.sort(key=lambda each: (each.row.line, each.code.severity, each.code.value))
    return Checked(tuple(found), work.result())


class _Work:
    """The periods of the cycles of a file while its records act; each by its start."""

    def __init__(self, rows: Sequence[Row], before: Cycles, terms: Terms) -> None:
        self._rows, self._before, self._terms = rows, before, terms
        self._ends: dict[str, dict[date, date]] = {
            row.cycle: {each.start: each.end for each in before.get(row.cycle, ())}
            for row in rows
            if row.cycle
        }
        # Which record a period comes from, and those that deleted one.
        self._owner: dict[tuple[str, date], Row] = {}
        self._deleted: defaultdict[str, list[Row]] = defaultdict(list)
        self._added: set[tuple[str, date]] = set()
        self.errors: dict[int, Code] = {}

    def take(self, row: Row) -> None:
        """Let a record act, or note its first error."""
        error = row.fault or self._error(row)
        if row.action == _ADD and not row.fault:
            self._added.add((row.cycle, row.start))
        if error is not None:
            self.errors[row.line] = error
        elif row.action == _DELETE:
            del self._ends[row.cycle][row.start]
            self._owner.pop((row.cycle, row.start), None)
            self._deleted[row.cycle].append(row)
        else:
            self._ends[row.cycle][row.start] = row.end
            self._owner[row.cycle, row.start] = row

    def find_overlaps(self) -> None:
        """Note which records would leave a period that overlaps another."""
        for cycle, ends in self._ends.items():
            longest: date | None = None
            for start in sorted(ends):
                if longest is not None and start < ends[longest]:
                    self._refuse(cycle, start)
                    self._refuse(cycle, longest)
                if longest is None or ends[start] > ends[longest]:
                    longest = start

    def find_excess(self) -> None:
        """Note which records are too many of their cycle."""
        seen: Counter[str] = Counter()
        for row in self._rows:
            if row.cycle:
                seen[row.cycle] += 1
                if seen[row.cycle] > self._terms.most:
                    self.errors.setdefault(row.line, Code.TOO_MANY)

    def warnings(self) -> Iterator[Finding]:
        """Yield what is odd with records that can be read."""
        told: set[str] = set()
        for row in self._rows:
            if not row.cycle or row.fault:
                continue
            if row.cycle not in told and row.cycle not in self._terms.cycles_with_sdp:
                yield Finding(row, Code.NO_SDP)
            told.add(row.cycle)
            if row.action != _DELETE and not is_business_day(row.end):
                yield Finding(row, Code.NO_BUSINESS_DAY)
        for cycle in self._ends:
            yield from (Finding(row, Code.GAP) for row in self._gaps(cycle))

    def result(self) -> dict[str, tuple[BillingPeriod, ...]]:
        """Return all cycles that have a period, those of the file with what it leaves."""
        left = {cycle: tuple(self._periods(cycle)) for cycle in self._ends}
        return {name: periods for name, periods in {**self._before, **left}.items() if periods}

    def _error(self, row: Row) -> Code | None:
        old = self._ends[row.cycle].get(row.start)
        if row.action == _ADD:
            if old is not None or (row.cycle, row.start) in self._added:
                return Code.DUPLICATE
        elif old is None:
            return Code.NOT_FOUND
        new = None if row.action == _DELETE else row.end
        ends = [each for each in (old, new) if each is not None]
        return Code.LEAD_TIME if min(ends) < self._terms.earliest else None

    def _refuse(self, cycle: str, start: date) -> None:
        row = self._owner.get((cycle, start))
        if row is not None:
            self.errors.setdefault(row.line, Code.OVERLAP)

    def _gaps(self, cycle: str) -> Iterator[Row]:
        """Yield for each gap that the file makes the record after it, else before or in it."""
        known = {(one.end, next_one.start) for one, next_one in pairwise(self._known(cycle))}
        for one, following in pairwise(self._periods(cycle)):
            if one.end < following.start and (one.end, following.start) not in known:
                row = self._owner.get((cycle, following.start)) or self._owner.get(
                    (cycle, one.start)
                )
                within = (each for each in self._deleted[cycle] if one.end <= each.start)
                row = row or next((each for each in within if each.start < following.start), None)
                if row is not None:
                    yield row

    def _known(self, cycle: str) -> Iterable[BillingPeriod]:
        """Return the periods of a cycle before the file, by their starts."""
        return sorted(self._before.get(cycle, ()))

    def _periods(self, cycle: str) -> Iterable[BillingPeriod]:
        return (BillingPeriod(start, end) for start, end in sorted(self._ends[cycle].items()))
