"""Results that are written once, and a job that is tried without writing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from mdmr.calendar.instants import EST
from mdmr.jobs import sections
from mdmr.jobs.objects import (
    exists,
    find,
    get_or_create,
    get_or_create_value,
    put_if_absent,
    put_value,
    read_value,
)
from mdmr.jobs.overlay import Overlay
from mdmr.ports.objects import ObjectMissingError, ObjectTakenError
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.outside import FixedClock
from msgspec import Struct, ValidationError

NOW = datetime(2025, 10, 21, 15, tzinfo=EST)


class Count(Struct):
    """What a result counts."""

    rows: int = 0


@pytest.fixture
def data() -> MemoryObjects:
    return MemoryObjects(FixedClock(NOW))


def test_the_first_object_under_a_key_stays(data: MemoryObjects) -> None:
    assert find(data, "a") is None
    assert not exists(data, "a")
    assert put_if_absent(data, "a", b"1")
    assert put_if_absent(data, "a", b"1")
    assert not put_if_absent(data, "a", b"2")
    assert exists(data, "a")
    assert find(data, "a") == b"1"


def test_a_result_is_made_only_where_there_is_none(data: MemoryObjects) -> None:
    made: list[int] = []

    def make() -> list[int]:
        made.append(1)
        return [4, 5]

    assert get_or_create_value(data, "a", list[int], make) == [4, 5]
    assert get_or_create_value(data, "a", list[int], make) == [4, 5]
    assert made == [1]


def test_of_two_that_make_a_result_at_once_both_have_the_first_one(data: MemoryObjects) -> None:
    def late() -> bytes:
        data.put_new("a", b"first")
        return b"second"

    assert get_or_create(data, "a", late) == b"first"


def test_a_value_is_read_as_its_kind(data: MemoryObjects) -> None:
    assert put_value(data, "a", Count(3))
    assert not put_value(data, "a", Count(4))
    assert read_value(data, "a", Count) == Count(3)
    with pytest.raises(ValidationError):
        read_value(data, "a", list[int])
    with pytest.raises(ObjectMissingError):
        read_value(data, "b", Count)


class TestAResultInSections:
    def test_is_read_section_by_section(self, data: MemoryObjects) -> None:
        content = {"first": [b"a", b"", b"bb"], "none": [], "last": [b"c"]}
        assert sections.write(data, "r", Count(4), content)
        assert sections.summary(data, "r", Count) == Count(4)
        for name, expected in content.items():
            assert list(sections.lines(data, "r", name)) == expected
        with pytest.raises(KeyError):
            list(sections.lines(data, "r", "other"))

    def test_stays_as_it_was_written_first(self, data: MemoryObjects) -> None:
        sections.write(data, "r", Count(1), {"rows": [b"a"]})
        assert not sections.write(data, "r", Count(2), {"rows": [b"a", b"b"]})
        assert sections.summary(data, "r", Count) == Count(1)
        assert list(sections.lines(data, "r", "rows")) == [b"a"]

    def test_that_is_not_there_has_no_summary_and_no_lines(self, data: MemoryObjects) -> None:
        assert sections.summary(data, "r", Count) is None
        with pytest.raises(ObjectMissingError):
            list(sections.lines(data, "r", "rows"))


@pytest.mark.parametrize("first", [put_value, lambda data, key, _: data.put_new(key, b"0")])
def test_nothing_that_lies_there_is_overwritten(
    data: MemoryObjects, first: Callable[[MemoryObjects, str, int], object]
) -> None:
    first(data, "a", 0)
    sections.write(data, "a", Count(1), {})
    put_value(data, "a", 5)
    assert find(data, "a") == b"0"
    assert len(list(data.versions("a"))) == 1


def test_an_overlay_keeps_what_is_written_and_reads_what_lies_below() -> None:
    below = MemoryObjects(FixedClock(NOW))
    below.put_new("a", b"1")
    below.put_new("c/1", b"4")
    seen = Overlay(below, NOW, "c/")
    seen.put_new("b", iter([b"2", b"3"]))
    seen.put_new("b", b"23")
    seen.put_again("b", b"23", "mark")
    assert (seen.read("a"), seen.read("b"), seen.describe("b").size) == (b"1", b"23", 2)
    assert [*seen.stream("a"), *seen.stream("b", start=1)] == [b"1", b"3"]
    assert [each.key for each in seen.versions("")] == ["b", "a"]
    assert (seen.describe("a").size, seen.name) == (1, below.name)
    assert below.keys() == ["a", "c/1"]
    with pytest.raises(ObjectMissingError):
        seen.read("c/1")
    for key in ("a", "b"):
        with pytest.raises(ObjectTakenError):
            seen.put_new(key, b"other")
