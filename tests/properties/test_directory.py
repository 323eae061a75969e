"""The directory: what is written is read, what was known is known, a map is what was written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.directory import columns, directory_map, writing
from mdmr.directory.compact import from_seconds, timelines_from_text, timelines_to_text, to_seconds
from mdmr.directory.directory_map import read as read_map
from mdmr.directory.directory_map import write as write_map
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.entries import (
    Entry,
    Held,
    entry_from_line,
    entry_of,
    line_of,
    value_at,
)
from mdmr.directory.reading import read, whole
from mdmr.directory.timeline import Segment, Timeline
from mdmr.ports.outside import Clock
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.state import MemoryState

SDP = Entity(Kind.SDP, "ORG11111", "48217730")
FIRST = datetime(2025, 9, 1, tzinfo=EST)

seconds = st.integers(-60_000_000_000, 30_000_000_000)
ids = st.text("AZ09._/-", min_size=1, max_size=6)
moments = st.integers(0, 20).map(lambda day: FIRST + timedelta(days=day))


class Still(Clock):
    """A clock that stands."""

    def now(self) -> datetime:
        return FIRST


@st.composite
def timelines(draw: st.DrawFn, fields: int = 1) -> Timeline:
    """Return a timeline of values with so many fields, maybe with gaps, maybe without an end."""
    bounds: list[datetime | None] = [*sorted(draw(st.sets(moments, max_size=6)))]
    if draw(st.booleans()):
        bounds.append(None)
    value = st.tuples(*(ids for _ in range(fields)))
    return Timeline.of(
        Segment(Period(start, end), draw(value))
        for start, end in pairwise(bounds)
        if start is not None and draw(st.integers(0, 3))
    )


named = st.dictionaries(st.sampled_from(["SA", "SB", "SM", "PAR/BCID"]), timelines(), min_size=1)


@given(seconds)
def test_an_instant_is_its_number(number: int) -> None:
    assert to_seconds(from_seconds(number)) == number


@given(st.dictionaries(ids, timelines(fields=2)))
def test_timelines_are_read_as_they_were_written(given_: dict[str, Timeline]) -> None:
    assert timelines_from_text(timelines_to_text(given_)) == given_


@given(st.lists(named, min_size=1, max_size=12), st.integers(1, 4), st.integers(40, 400))
def test_what_was_known_then_is_what_was_written_till_then(
    sets: list[dict[str, Timeline]], deltas: int, size: int
) -> None:
    store, states = MemoryState(), []
    with patch.multiple(writing, MOST_DELTAS=deltas, MOST_BYTES=size):
        for at, said in enumerate(sets):
            before = read(store, [SDP])[SDP]
            after = before.changed(said, FIRST + timedelta(days=at), f"set-{at}")
            if after is not before:
                assert writing.write(store, [after], 1) == [None]
            states.append(read(store, [SDP])[SDP])
    document = whole(store, states[-1])
    for at, state in enumerate(states):
        known = document.known_at(FIRST + timedelta(days=at))
        assert (known.timelines, known.version) == (state.timelines, state.version)
    assert document.known_at(FIRST - timedelta(days=1)) == Document(SDP)


helds = st.lists(st.builds(Held, ids, st.none() | moments, st.none() | moments), max_size=3).map(
    tuple
)
usdps = st.integers(10_000_000, 10_000_019).map(str)
entries = st.builds(
    Entry,
    usdps,
    ids,
    st.sampled_from("PV"),
    zone=helds,
    status=helds,
    agent=helds,
    bcid=helds,
    meters=helds,
    amcds=st.lists(ids, max_size=2).map(tuple),
    components=st.lists(usdps, max_size=2).map(tuple),
)


@given(entries)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert entry_from_line(line_of(entry)) == entry


changes = st.lists(entries, max_size=12, unique_by=lambda each: each.usdp)


def names_of(entry: Entry) -> list[str]:
    """Return what an SDP is linked with, itself first."""
    linked = (
        ("M", [each.value for each in entry.meters]),
        ("A", entry.amcds),
        ("S", entry.components),
    )
    return [f"S{entry.usdp}", *(f"{letter}{each}" for letter, ids in linked for each in ids)]


def linked_with(wanted: str, all_: Iterable[Entry]) -> set[str]:
    """Return the SDPs that hang together with an entity, found by looking again and again."""
    names, found = {wanted}, set[str]()
    while new := {e.usdp for e in all_ if not names.isdisjoint(names_of(e))} - found:
        found |= new
        names.update(name for each in all_ if each.usdp in new for name in names_of(each))
    return found


wanted_names = st.tuples(st.sampled_from("SMA"), ids | usdps).map("".join)


@given(
    st.lists(changes, max_size=8),
    st.sampled_from([0, 9, 4096]),
    st.integers(0, 4),
    st.integers(1, 5),
    wanted_names,
)
def test_a_map_is_all_that_was_written_the_newest_of_each_sdp(
    sets: list[list[Entry]], small: int, most: int, rows: int, wanted: str
) -> None:
    data, key = MemoryObjects(Still()), None
    sizes = patch.multiple(directory_map, SMALL=small, MOST_CHANGES=most, MOST_PART=1)
    with sizes, patch.object(columns, "GROUP", rows):
        for at, changed in enumerate(sets):
            key = write_map(data, "ORG11111", f"set-{at}", key, changed)
    found = read_map(data, key)
    newest: dict[str, Entry] = reduce(
        lambda known, changed: known | {each.usdp: each for each in changed}, sets, {}
    )
    assert list(found.entries()) == [newest[usdp] for usdp in sorted(newest)]
    assert len(found) == len(newest)
    assert all(found.get(usdp) == newest.get(usdp) for usdp in ["10000003", "99999999"])
    assert found.active(FIRST) == sum(each.active(FIRST) for each in newest.values())
    assert found.has_virtual(FIRST) == any(
        each.virtual and each.active(FIRST) for each in newest.values()
    )
    assert found.cycles() == {held.value for each in newest.values() for held in each.bcid}
    assert {each.usdp: each.names for each in found.outlines()} == {
        usdp: names_of(entry) for usdp, entry in newest.items()
    }
    reached = [each.usdp for each in found.around({wanted})]
    assert sorted(reached) == sorted(linked_with(wanted, newest.values()))


@given(timelines(fields=4), timelines(), moments, moments)
def test_an_entry_tells_what_its_document_tells_from_its_time_on(
    sdp: Timeline, billing: Timeline, at: datetime, later: datetime
) -> None:
    document = Document(SDP).changed({"SDP": sdp, "PAR/BCID": billing}, FIRST, "set")
    entry = entry_of(document, [], at)
    asked = max(at, later)
    in_force, cycle = document.timeline("SDP").at(asked), document.timeline("PAR/BCID").at(asked)
    assert value_at(entry.status, asked) == (in_force.value[3] if in_force else "")
    assert value_at(entry.zone, asked) == (in_force.value[2] if in_force else "")
    assert value_at(entry.bcid, asked) == (cycle.value[0] if cycle else "")
