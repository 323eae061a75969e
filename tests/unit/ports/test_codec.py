"""The codec: records as items and back, older items upgraded, newer ones refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

import pytest
from mdmr.calendar.instants import EST, LAST
from mdmr.ports.codec import (
    SCHEMA,
    SCHEMAS,
    Attributes,
    Schema,
    UnreadableItemError,
    attributes_of,
    from_item,
    record_type,
    some_of,
    to_item,
)
from mdmr.ports.plain_data import visitors_of
from mdmr.ports.state import Item, Key
from msgspec import Struct
from msgspec.structs import replace

NOON = datetime(2025, 8, 20, 12, 0, 0, 120_999, tzinfo=EST)
STORED_NOON = "2025-08-20T17:00:00.120Z"
KEY = Key("METER#1", "READING")


class Quality(Enum):
    ACTUAL = "A"


class Place(NamedTuple):
    line: int
    since: datetime


class Run(Struct, frozen=True, tag="run"):
    name: str


class Window(Struct, frozen=True, tag="window"):
    ends: datetime
    sizes: tuple[int, ...] = ()


class Step(Struct, frozen=True):
    at: datetime | None
    words: tuple[str, ...] = ()


def _with_unit(older: Attributes) -> Attributes:
    return {"unit": "kWh", **older}


def _with_amount(older: Attributes) -> Attributes:
    return older if "amount" in older else {**older, "amount": older.pop("kilowatt_hours")}


@record_type(_with_unit, _with_amount)
class Reading(Struct, frozen=True):
    amount: Decimal
    unit: str
    at: datetime
    quality: Quality = Quality.ACTUAL
    place: Place | None = None
    steps: tuple[Step, ...] = ()
    by_name: Mapping[str, datetime] = {}
    pairs: tuple[tuple[str, datetime], ...] = ()
    groups: frozenset[str] = frozenset()
    worked_in: Run | Window | None = None


READING = Reading(
    Decimal("12.50"),
    "kWh",
    NOON,
    place=Place(3, NOON),
    steps=(Step(NOON, ("a", "b")), Step(None)),
    by_name={"first": NOON},
    pairs=(("first", NOON),),
    groups=frozenset("cab"),
    worked_in=Window(NOON, (1, 2)),
)
ITEM: Attributes = {
    "pk": "METER#1",
    "sk": "READING",
    "schema": 3,
    "amount": Decimal("12.50"),
    "unit": "kWh",
    "at": STORED_NOON,
    "quality": "A",
    "place": [3, STORED_NOON],
    "steps": [{"at": STORED_NOON, "words": ["a", "b"]}, {"at": None, "words": []}],
    "by_name": {"first": STORED_NOON},
    "pairs": [["first", STORED_NOON]],
    "groups": ["a", "b", "c"],
    "worked_in": {"type": "window", "ends": STORED_NOON, "sizes": [1, 2]},
}

OLDEST: Item = {
    "schema": 1,
    "kilowatt_hours": Decimal("12.5"),
    "at": "2025-08-20T17:00:00.000Z",
}


def _to_the_millisecond(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


class TestARecord:
    def test_is_an_item_of_plain_values_with_instants_of_one_form(self) -> None:
        item = to_item(READING, KEY)
        assert item == ITEM
        assert isinstance(item["steps"], list)

    def test_is_read_back(self) -> None:
        noon = _to_the_millisecond(NOON)
        found = from_item(Reading, ITEM)
        assert found.at == noon
        assert found.place == Place(3, noon)
        assert found.worked_in == Window(noon, (1, 2))
        assert to_item(found, KEY) == ITEM

    def test_keeps_numbers_exactly(self) -> None:
        for amount in (Decimal("0.1"), Decimal("1E-20"), Decimal(10**37), Decimal(-3)):
            item = to_item(replace(READING, amount=amount), KEY)
            assert item["amount"] == amount
            assert from_item(Reading, item).amount == amount
        # A table gives whole numbers back as int.
        assert from_item(Reading, {**ITEM, "amount": 12}).amount == Decimal(12)

    def test_tells_alternatives_apart_by_their_tag(self) -> None:
        for one in (Run("r-1"), Window(_to_the_millisecond(NOON)), None):
            item = to_item(replace(READING, worked_in=one), KEY)
            assert from_item(Reading, item).worked_in == one

    def test_may_hold_instants_of_the_last_hours_of_est_which_utc_does_not_have(self) -> None:
        last = _to_the_millisecond(LAST)
        record = replace(READING, at=last, steps=(Step(last), Step(None)), worked_in=Window(last))
        item = to_item(record, KEY)
        assert item["at"] == "9999-12-31T28:59:59.999Z"
        before = dict(item)
        assert to_item(from_item(Reading, item), KEY) == item
        assert from_item(Reading, item).steps == record.steps
        assert item == before

    def test_of_a_text_like_such_an_instant_is_read_back_with_that_text(self) -> None:
        text = "9999-12-31T28:59:59.999Z"
        record = replace(READING, at=_to_the_millisecond(LAST), unit=text, worked_in=Run(text))
        found = from_item(Reading, to_item(record, KEY))
        assert (found.unit, found.worked_in, found.at) == (text, Run(text), record.at)

    def test_takes_attributes_beside_its_own_but_none_in_their_place(self) -> None:
        item = to_item(READING, KEY, {"due": STORED_NOON}, {"epoch": 3})
        assert item == {**ITEM, "due": STORED_NOON, "epoch": 3}
        assert from_item(Reading, item) == from_item(Reading, ITEM)
        for taken in ("unit", SCHEMA):
            with pytest.raises(ValueError, match="has a field of the name"):
                to_item(READING, KEY, {taken: "x"})

    def test_gives_some_of_its_attributes_for_an_update(self) -> None:
        assert some_of(READING, "at", "steps") == {"at": ITEM["at"], "steps": ITEM["steps"]}
        whole = {name: value for name, value in ITEM.items() if name not in ("pk", "sk")}
        assert attributes_of(READING) == whole


class TestAnOlderItem:
    def test_is_read_through_every_upgrade_since(self) -> None:
        at = datetime(2025, 8, 20, 17, tzinfo=UTC)
        assert from_item(Reading, {**OLDEST}) == Reading(Decimal("12.5"), "kWh", at)
        second = {**OLDEST, "schema": 2, "unit": "MWh"}
        assert from_item(Reading, second) == Reading(Decimal("12.5"), "MWh", at)

    def test_keeps_what_an_update_wrote_under_the_new_name(self) -> None:
        updated = {**OLDEST, "amount": Decimal(7)}
        assert from_item(Reading, updated).amount == Decimal(7)

    def test_itself_stays_as_it_is(self) -> None:
        older = dict(OLDEST)
        from_item(Reading, older)
        assert older == OLDEST


class TestAnItemThatCannotBeRead:
    def test_of_a_newer_version_says_so_and_what_to_do(self) -> None:
        with pytest.raises(
            UnreadableItemError,
            match=r"schema version 4 of Reading; this release reads versions up to 3: install",
        ):
            from_item(Reading, {**ITEM, "schema": 4})

    @pytest.mark.parametrize("version", [None, 0, -1, "3", Decimal("2.5")])
    def test_has_no_version(self, version: Decimal | str | int | None) -> None:
        with pytest.raises(UnreadableItemError, match="no schema version"):
            from_item(Reading, {**ITEM, "schema": version})
        without = {name: value for name, value in ITEM.items() if name != "schema"}
        with pytest.raises(UnreadableItemError, match="no schema version"):
            from_item(Reading, without)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": "much"},
            {"unit": 5},
            {"at": "today"},
            {"at": 5},
            {"at": "9999-12-31T29:00:00.000Z"},
            {"quality": "Z"},
            {"place": [3]},
            {"steps": None},
            {"steps": [{"words": []}]},
            {"worked_in": {"type": "train"}},
            {"worked_in": {"ends": STORED_NOON}},
        ],
    )
    def test_holds_something_else(self, wrong: Attributes) -> None:
        with pytest.raises(UnreadableItemError, match="does not hold a Reading"):
            from_item(Reading, {**ITEM, **wrong})

    def test_lacks_an_attribute(self) -> None:
        item = {name: value for name, value in ITEM.items() if name != "unit"}
        with pytest.raises(UnreadableItemError, match="unit"):
            from_item(Reading, item)


class TestAType:
    def test_in_which_nothing_tells_where_an_instant_is_is_no_record(self) -> None:
        class Mixed(Struct, frozen=True):
            value: datetime | int

        with pytest.raises(TypeError, match="apart"):
            visitors_of(Mixed)

    def test_without_instants_and_tuples_has_nothing_to_be_visited(self) -> None:
        class Plain(Struct, frozen=True):
            name: str
            run: Run
            counts: Mapping[str, int]
            names: list[str]
            either: Run | None

        assert visitors_of(Plain) == {}


class Unstored(Struct, frozen=True):
    """A record that no test stores."""


class TestASchema:
    def test_has_a_version_more_than_it_has_upgrades(self) -> None:
        assert [Schema(Unstored, (dict,) * count).version for count in range(3)] == [1, 2, 3]

    def test_leaves_an_item_of_its_own_version_as_it_is(self) -> None:
        item = {SCHEMA: 2, "size": 3}
        assert Schema(Unstored, (lambda _: {},)).upgraded(item) == item

    def test_is_declared_and_the_type_stays_what_it_is(self) -> None:
        try:
            assert record_type(dict)(Unstored) is Unstored
            assert SCHEMAS[Unstored].version == 2
        finally:
            del SCHEMAS[Unstored]
