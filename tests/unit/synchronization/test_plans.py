"""Plans in the data bucket, and the rows of many of them in one order."""

from __future__ import annotations

from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from mdmr.calendar.instants import EST
from mdmr.directory import writing
from mdmr.directory.compact import timelines_to_text
from mdmr.ports.objects import ObjectMissingError, ObjectStore
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.synchronization.processing import plans
from mdmr.synchronization.processing.plan import Plan
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.set_id import SetId
from msgspec.structs import replace

from tests.support.market import LDC
from tests.support.towns import HOUSE, SHOP, town

NOW = datetime(2025, 10, 21, 15, tzinfo=EST)
SET = SetId(LDC, LDC, "4000", "tx0001")
KEY = plans.plan_key(SET, NOW, "0000")


@pytest.fixture
def data() -> ObjectStore:
    return memory_hub(FixedClock(NOW), secret=b"of tests").data


@pytest.fixture
def made() -> Plan:
    told = f"REL|SM|{HOUSE}|M-3|20251001000000|\nREL|SM|{SHOP}|M-1|20251001000000|\n"
    return town().plan(told + f"PAR|S|{SHOP}|BCID|BC99|20251001000000|")


def test_a_plan_is_read_as_it_was_made(data: ObjectStore, made: Plan) -> None:
    plans.write(data, KEY, made, (b"entry 1", b"entry 2"), ("S1", "M2"), ())
    assert plans.tally(data, KEY) == made.tally
    assert [each.decode() for each in plans.lines(data, KEY, plans.UPDATES)] == made.updates
    assert [each.decode() for each in plans.lines(data, KEY, plans.EXCEPTIONS)] == made.exceptions
    assert list(plans.lines(data, KEY, plans.ENTRIES)) == [b"entry 1", b"entry 2"]
    assert list(plans.lines(data, KEY, plans.UNSETTLED)) == [b"S1", b"M2"]


def test_its_documents_become_known_when_they_are_applied(data: ObjectStore, made: Plan) -> None:
    plans.write(data, KEY, made, (), (), plans.lines_of(made.documents)[0])
    at = NOW + timedelta(days=1)
    found = list(plans.documents(data, KEY, LDC, at))
    assert [each.log[-1].at for each in found] == [at] * len(found)
    for read, planned in zip(found, made.documents, strict=True):
        newest = replace(read.log[-1], at=planned.log[-1].at)
        assert replace(read, log=(*read.log[:-1], newest)) == planned


def test_a_document_that_no_item_holds_has_no_line(made: Plan) -> None:
    sizes = {each.entity: len(timelines_to_text(each.timelines)) for each in made.documents}
    largest = max(sizes, key=lambda entity: sizes[entity])
    room = sizes[largest] + 300
    (large,) = (each for each in made.documents if each.entity == largest)
    grown = replace(large, log=(replace(large.log[0], by="a" * 300), *large.log[1:]))
    others = [each for each in made.documents if each.entity != largest]
    with patch.object(writing, "MOST_OF_ITEM", room):
        lines, faults = plans.lines_of([grown, *others])
    assert len(lines) == len(others)
    assert isinstance(faults[largest], writing.DocumentTooLargeError)
    assert faults.keys() == {largest}


def test_the_first_plan_of_a_part_stays(data: ObjectStore, made: Plan) -> None:
    plans.write(data, KEY, made, (), (), ())
    plans.write(data, KEY, Plan([], [], [], Tally()), (), (), ())
    assert plans.tally(data, KEY) == made.tally


def test_a_part_that_is_not_planned_has_no_plan(data: ObjectStore) -> None:
    assert plans.tally(data, KEY) is None
    with pytest.raises(ObjectMissingError):
        list(plans.lines(data, KEY, plans.UPDATES))


def test_a_set_is_applied_since_it_was_first_said(data: ObjectStore) -> None:
    assert plans.applying_since(data, SET) is None
    plans.begin_applying(data, SET, NOW)
    plans.begin_applying(data, SET, NOW + timedelta(hours=1))
    assert plans.applying_since(data, SET) == NOW


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 9, 10])
def test_rows_of_any_number_of_plans_come_in_one_order(data: ObjectStore, count: int) -> None:
    keys = [plans.plan_key(SET, NOW, f"{part:04}") for part in range(count)]
    for part, key in enumerate(keys):
        rows = [f"0101{line:09}row {line}.{n}" for line in range(part, 40, count) for n in (2, 1)]
        plans.write(data, key, Plan(rows, [], [], Tally()), (), (), ())
    expected = [f"row {line}.{n}" for line in range(40 if count else 0) for n in (2, 1)]
    for _ in range(2):
        assert list(plans.reported(data, keys, plans.UPDATES, SET, at_once=2)) == expected
