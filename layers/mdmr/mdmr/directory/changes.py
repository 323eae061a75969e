"""What changed between two states of a timeline, as the update report tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from mdmr.directory.timeline import Segment, Timeline, Value


class Action(StrEnum):
    """What was done to a segment; the order of the members is that of the report."""

    END = "END"
    DTE = "DTE"
    CAN = "CAN"
    UPD = "UPD"
    INS = "INS"
    DEA = "DEA"


_ORDER = list(Action)


class Change(Struct, frozen=True):
    """One line of the update report: the action, values before and after, and the segment's time.

    `old` is the value in force before at the new segment's start, of the vanished segment where
    the action is END, DTE or CAN. None is empty in the report.
    """

    action: Action
    old: Value | None
    new: Value | None
    start: datetime
    end: datetime | None


def changes(before: Timeline, after: Timeline) -> list[Change]:
    """Return what made `after` of `before`, in the order of the report: start, then action."""
    found = [*_appeared(before, after), *_cancelled(before, after)]
    return sorted(found, key=lambda each: (each.start, _ORDER.index(each.action)))


def _appeared(before: Timeline, after: Timeline) -> Iterator[Change]:
    vanished = [each for each in before.segments if each not in after.segments]
    for new in after.segments:
        if new in before.segments:
            continue
        kept = next((each for each in vanished if _continues(each, new)), None)
        if kept is not None and kept.start == new.start and _shorter(new, kept):
            yield Change(Action.END, kept.value, None, new.start, new.end)
        elif kept is not None:
            yield Change(Action.DTE, kept.value, new.value, new.start, new.end)
        else:
            replaced = any(each.start == new.start for each in vanished)
            former = before.at(new.start)
            yield Change(
                Action.UPD if replaced else Action.INS,
                former.value if former else None,
                new.value,
                new.start,
                new.end,
            )


def _cancelled(before: Timeline, after: Timeline) -> Iterator[Change]:
    appeared = {each.start for each in after.segments if each not in before.segments}
    for old in before.segments:
        if old in after.segments or old.start in appeared:
            continue
        if not any(_continues(old, each) for each in after.segments):
            yield Change(Action.CAN, old.value, None, old.start, old.end)


def _continues(one: Segment, other: Segment) -> bool:
    return one.value == other.value and one.period.overlaps(other.period)


def _shorter(one: Segment, other: Segment) -> bool:
    """Return whether a segment with the same start ends before another."""
    return one.end is not None and (other.end is None or one.end < other.end)
