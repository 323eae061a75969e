"""Records of one timeline that contradict each other: S022, S023."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from operator import itemgetter

from mdmr.synchronization.staging.rows import OCCUPANT_CHANGE, Row

# The fields that name the timelines of a record. SM and MC stand in one of each side, as each of
# the two has one of the other at a time.
_TIMELINES: dict[str, tuple[tuple[int, ...], ...]] = {
    **dict.fromkeys(("SDP", "MTR", "COM", "PRM", "SAG"), ((0,),)),
    **{f"PAR/{level}": ((1, 2),) for level in ("S", "M")},
    **{f"REL/{kind}": ((1,), (2,)) for kind in ("SM", "MC")},
    **{f"REL/{kind}": ((1,),) for kind in ("SA", "SB", "SO", "SE")},
    "REL/SC": ((1, 2),),
    "CTC": ((0, 1, 2, 3),),
    "CTF": ((0, 1),),
}
_KEYS = {
    kind: tuple((fields, itemgetter(*fields)) for fields in timelines)
    for kind, timelines in _TIMELINES.items()
}
# Many at a time, so that periods of one and the same may overlap.
_MANY = "REL/SC"
_CODE = 2


def conflicts(rows: Iterable[Row]) -> Iterator[tuple[str, Row]]:
    """Yield S022 and S023 with the later of the two records, each code once a record.

    No record is given twice.
    """
    first: dict[Hashable, Row] = {}
    more: dict[Hashable, list[Row]] = {}
    for row in rows:
        for fields, key_of in _KEYS.get(row.kind, ()):
            if row.faulty and not row.faulty.isdisjoint(fields):
                continue
            key = (row.kind, fields, key_of(row.texts))
            # Most timelines have one record only: they get no list.
            if (one := first.setdefault(key, row)) is not row:
                more.setdefault(key, [one]).append(row)
    told: set[tuple[str, Row]] = set()
    for group in more.values():
        told |= {("S022", row) for row in _same_start(group)}
        told |= {("S023", row) for row in _overlapping(group)}
    yield from sorted(told, key=lambda each: (each[1].place, each[0]))


def _same_start(group: Sequence[Row]) -> Iterator[Row]:
    seen: set[str] = set()
    for row in group:
        start = row.named(len(row.texts) - 2)
        if start and start in seen:
            yield row
        seen.add(start)


def _overlapping(group: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows whose period shares time with that of a row before."""
    # What the rows before cover: starts and ends of stretches that do not touch each other.
    starts: list[str] = []
    ends: list[str] = []
    for row in group:
        period = _period(row)
        if period is None:
            continue
        start, end = period
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        if first < last:
            yield row
            start, end = min(start, starts[first]), max(end, ends[last - 1])
        starts[first:last], ends[first:last] = [start], [end]


def _period(row: Row) -> tuple[str, str] | None:
    """Return Start and End of a row that has both; an event and a cancellation have no length."""
    if row.kind == _MANY or (row.type == "PAR" and row.named(_CODE) == OCCUPANT_CHANGE):
        return None
    size = len(row.texts)
    start, end = row.named(size - 2), row.named(size - 1)
    return (start, end) if start and end and start < end else None
