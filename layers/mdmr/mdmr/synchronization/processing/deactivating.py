"""De-activation by a P-Sync: of SDPs that it leaves out, and of optional values not told again.

What is in force ends at 00:00 EST of the day of extraction, what would start later is dropped. Of
an optional value that the set tells for another time only, what starts later stays.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from mdmr.calendar.instants import FIRST, in_est
from mdmr.calendar.period import Period
from mdmr.directory.changes import Action, Change
from mdmr.directory.timeline import Segment, Timeline, Value
from mdmr.directory.values import INACTIVE, VIRTUAL, Sdp
from mdmr.synchronization.processing import rows
from mdmr.synchronization.processing.binding import put
from mdmr.synchronization.processing.components import is_reverse
from mdmr.synchronization.processing.work import Work
from mdmr.synchronization.records import SDP, Place, Record, Subject, parameter

_OPTIONAL = {"SA", "SE", *map(parameter, ("BCID", "DRTC", "CRTC"))}
_OPTIONAL_PREFIXES = ("SC/",)
_COMPONENTS = ("CTC/", "CTF/")
# In which order the rows of an SDP stand, by their record types.
_ORDER = ("SDP", "PRM", "SAG", "PAR", "SM", "SA", "SB", "SO", "SE", "SC", "CTC", "CTF")
_RELATIONS = frozenset(_ORDER[4:10])


def deactivate(work: Work, usdp: str) -> list[str]:
    """De-activate an SDP and return its rows of IR06, none where it was not active or is exempt."""
    sdp = work.sdp_at(usdp, work.facts.extracted)
    if sdp is None or not sdp.active or _exempt(work, sdp):
        return []
    found = _ended(work, usdp, lambda name: name != SDP and not is_reverse(name))
    return _rows([*_continued_inactive(work, usdp, sdp), *found])


def end_untold(work: Work, usdp: str, told: Mapping[str, Sequence[Record]]) -> list[str]:
    """End the optional values of an SDP in the set that the set does not tell.

    `told` are the records of the set about the SDP, refused or not, by timelines. A
    timeline without any record is over; of one with records for other times only the segment in
    force ends. Returns the rows of IR06.
    """
    segments = work.now(work.sdp(usdp), SDP).segments
    if not segments or _exempt(work, Sdp._make(segments[-1].value)):
        return []
    extracted = work.facts.extracted

    def untold(name: str) -> bool:
        return _optional(work, name) and not any(
            each.holds(extracted) for each in told.get(name, ())
        )

    return _rows(_ended(work, usdp, untold, kept_later=told))


def _exempt(work: Work, sdp: Sdp) -> bool:
    return sdp.type == VIRTUAL and not work.facts.components


def _optional(work: Work, name: str) -> bool:
    if name in _OPTIONAL or name.startswith(_OPTIONAL_PREFIXES):
        return True
    return work.facts.components and name.startswith(_COMPONENTS)


def _ended(
    work: Work, usdp: str, which: Callable[[str], bool], kept_later: Container[str] = ()
) -> Iterator[tuple[Subject, Change]]:
    """End timelines of an SDP; of those in `kept_later` only the segment in force."""
    entity = work.sdp(usdp)
    midnight = _midnight(work)
    for name, timeline in work.timelines(entity, which):
        ended = timeline.segments
        if name in kept_later:
            ended = tuple(each for each in ended if work.facts.extracted in each.period)
        after, changes = _cut(timeline, midnight, ended)
        if not changes:
            continue
        put(work, entity, name, after)
        for change in changes:
            yield _subject(usdp, name, change.old or ()), change


def _continued_inactive(work: Work, usdp: str, sdp: Sdp) -> Iterator[tuple[Subject, Change]]:
    """Let an SDP go on as inactive, and yield what that ends and the new segment."""
    entity, midnight = work.sdp(usdp), _midnight(work)
    before = work.now(entity, SDP)
    after, changes = _cut(before, midnight, before.segments)
    inactive = tuple(sdp._replace(status=INACTIVE))
    work.put(entity, SDP, after.put(Period(midnight), inactive))
    former = before.at(midnight) or before.ending(midnight)
    begun = Change(Action.DEA, former.value if former else None, inactive, midnight, None)
    for change in (*changes, begun):
        yield _subject(usdp, SDP, inactive), change


def _cut(
    timeline: Timeline, at: datetime, ended: Container[Segment]
) -> tuple[Timeline, list[Change]]:
    """Return a timeline of which some segments are over at an instant, and its changes."""
    kept, changes = [], []
    for each in timeline.segments:
        if each not in ended or (each.end is not None and each.end <= at):
            kept.append(each)
        elif each.start < at:
            kept.append(Segment(Period(each.start, at), each.value))
            changes.append(Change(Action.DEA, each.value, each.value, each.start, at))
        else:
            changes.append(Change(Action.DEA, each.value, None, each.start, each.end))
    return Timeline(tuple(kept)), changes


def _midnight(work: Work) -> datetime:
    return in_est(work.facts.extracted).replace(hour=0, minute=0, second=0, microsecond=0)


def _rows(found: Iterable[tuple[Subject, Change]]) -> list[str]:
    ordered = sorted(found, key=lambda each: _ORDER.index(each[0].type))
    return [
        rows.deactivated(said, change, related=said.type in _RELATIONS) for said, change in ordered
    ]


def _subject(usdp: str, timeline: str, value: Value) -> Subject:
    """Return what a record about a timeline of an SDP would be about."""
    kind, *rest = timeline.split("/")
    match kind:
        case "PAR":
            fields = ("S", usdp, *rest, *value)
        case "SC":
            kind, fields = "REL", ("SC", usdp, *value)
        case _ if kind in _RELATIONS:
            kind, fields = "REL", (kind, usdp, *value)
        case _:
            fields = (usdp, *rest, *value)
    nowhere = Place("", "", 0)
    return Record(nowhere, kind, fields, FIRST).subject
