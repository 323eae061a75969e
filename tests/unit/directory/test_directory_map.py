from __future__ import annotations

from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.directory import columns
from mdmr.directory.directory_map import read, write
from mdmr.directory.documents import Document, Entity, Kind
from mdmr.directory.entries import Entry, Held, entry_of, line_of
from mdmr.directory.timeline import Segment, Timeline, Value
from mdmr.ports.objects import ObjectMissingError
from mdmr.ports.outside import Clock
from mdmr.stores.memory.objects import MemoryObjects

LDC = "ORG11111"
NOW = datetime(2025, 10, 21, 14, tzinfo=EST)
DAY = timedelta(days=1)


class Still(Clock):
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def data() -> MemoryObjects:
    return MemoryObjects(Still())


def an_entry(number: int, status: str = "AC") -> Entry:
    return Entry(str(10_000_000 + number), f"SP-{number}", "P", status=(Held(status),))


def lasting(*values: Value, change: datetime = NOW) -> Timeline:
    """Return a timeline of a value, and of another one from a change on."""
    bounds = [NOW - 90 * DAY, change, None]
    periods = [Period(NOW - 90 * DAY, None if len(values) == 1 else bounds[1]), Period(change)]
    return Timeline.of(
        Segment(period, value) for period, value in zip(periods, values, strict=False)
    )


def test_no_map_is_an_empty_one(data: MemoryObjects) -> None:
    found = read(data, None)
    assert list(found.entries()) == []
    assert len(found) == 0
    assert found.get("10000001") is None


def test_a_set_that_changed_little_writes_little(data: MemoryObjects) -> None:
    first = write(data, LDC, "set-1", None, [an_entry(number) for number in range(5000)])
    second = write(data, LDC, "set-2", first, [an_entry(7, "IN"), an_entry(9000)])
    assert len(data.read(second)) < 300 < len(data.read(first))
    found = read(data, second)
    assert len(found) == 5001
    assert [found.get("10000007"), found.get("10009000")] == [an_entry(7, "IN"), an_entry(9000)]
    assert found.active(NOW) == 5000
    assert read(data, first).get("10000007") == an_entry(7), "what was written before stays"


def test_what_lies_over_a_map_is_laid_into_it_when_it_is_much(data: MemoryObjects) -> None:
    key = write(data, LDC, "set-0", None, [an_entry(number) for number in range(5000)])
    sizes = []
    for at in range(1, 40):
        key = write(data, LDC, f"set-{at}", key, [an_entry(at, "IN")])
        sizes.append(len(data.read(key)))
    assert [at for at, size in enumerate(sizes) if size > 1000] == [16, 33]
    assert read(data, key).active(NOW) == 5000 - 39


def test_a_map_is_written_once(data: MemoryObjects) -> None:
    key = write(data, LDC, "set-1", None, [an_entry(1), an_entry(2)])
    assert write(data, LDC, "set-1", None, [an_entry(2), an_entry(1)]) == key
    assert len(list(data.versions(key))) == 1


def test_a_map_that_was_packed_otherwise_stays(data: MemoryObjects) -> None:
    key = write(data, LDC, "set-1", None, [an_entry(1), an_entry(2)])
    other = MemoryObjects(Still())
    with patch.object(columns, "GROUP", 1):
        write(other, LDC, "set-1", None, [an_entry(1), an_entry(2)])
    assert other.read(key) != data.read(key)
    assert write(other, LDC, "set-1", None, [an_entry(1), an_entry(2)]) == key
    assert list(read(other, key).entries()) == [an_entry(1), an_entry(2)]


def test_a_map_that_is_not_there_is_a_fault(data: MemoryObjects) -> None:
    with pytest.raises(ObjectMissingError):
        read(data, "directory/ORG11111/set-1")
    with pytest.raises(ObjectMissingError):
        write(data, LDC, "set-2", "directory/ORG11111/set-1", [])


def test_an_entry_tells_what_comes_and_not_what_was() -> None:
    sdp = Document(Entity(Kind.SDP, LDC, "48217730")).changed(
        {
            "SDP": lasting(("SP-0001", "P", "E", "AC"), ("SP-0001", "P", "E", "IN"), change=NOW),
            "SM": lasting(("M-1",), ("M-2",), change=NOW + DAY),
            "SB": lasting(("ORG22222",)),
        },
        NOW,
        "set",
    )
    meters = [
        Document(Entity(Kind.METER, LDC, meter)).changed({"MC": lasting((amcd,))}, NOW, "set")
        for meter, amcd in (("M-1", "A-1"), ("M-2", "A-2"), ("M-3", "A-3"))
    ]
    entry = entry_of(sdp, meters, NOW)
    assert line_of(entry) == (
        b"48217730|SP-0001|P|E|IN@1761073200,||||ORG22222||M-1@,1761159600;M-2@1761159600,|A-1;A-2|"
    ).replace(b"IN@1761073200,", b"IN")
    assert [entry.virtual, entry.active(NOW)] == [False, False]


def test_a_virtual_sdp_is_linked_with_its_components(data: MemoryObjects) -> None:
    virtual = Document(Entity(Kind.SDP, LDC, "44901826")).changed(
        {
            "SDP": lasting(("SP-0004", "V", "E", "AC")),
            "CTC/01/48217730/01": lasting(("1",)),
            "CTC/01/90155462/01": lasting(("1",)),
            "CTC/02/90155462/01": lasting(("1",)),
        },
        NOW,
        "set",
    )
    entry = entry_of(virtual, [], NOW)
    key = write(data, LDC, "set-1", None, [entry, an_entry(1)])
    assert entry.virtual
    (known,) = read(data, key).around({"S48217730"})
    assert (known.virtual, known.active(NOW)) == (True, True)
    assert known.names == ["S44901826", "S48217730", "S90155462"]
