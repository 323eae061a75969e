"""Parameters that a document sets: over time, for all and for one, never in the past."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from mdmr.calendar.instants import EST
from mdmr.operation.commands import answer
from mdmr.organizations import parameters
from mdmr.organizations.parameters import EVERYONE
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.market import AGENT, LDC, NOON

DAY = timedelta(days=1)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=EST)
REGISTERED = {
    "organizations": [
        {"org_id": LDC, "name": "Example Hydro", "roles": ["LDC"]},
        {"org_id": AGENT, "name": "Billing Services", "roles": ["AGENT"]},
    ]
}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def hub(clock: FixedClock) -> MemoryHub:
    made = memory_hub(clock)
    assert ask(made, "apply", document=REGISTERED)["ok"]
    return made


def ask(hub: MemoryHub, action: str, **more: object) -> dict[str, Any]:
    return answer(hub, {"action": action, "by": "anna", **more}, "ca-central-1")


def put(hub: MemoryHub, value: object, owner: str = "global") -> dict[str, Any]:
    """Apply a document that sets one parameter, and return what that did."""
    wished = {"parameters": {owner: {"out.max_details": value}}}
    done = ask(hub, "apply", document=wished)
    assert done["ok"], done["faults"]
    (change,) = done["changes"]
    return dict(change)


def refused(hub: MemoryHub, owner: str, values: dict[str, object]) -> list[str]:
    told = ask(hub, "plan", document={"parameters": {owner: values}})
    assert told["ok"] is False
    return [f"{each['path']}: {each['text']}" for each in told["faults"]]


def most(hub: MemoryHub, at: datetime, owner: str = EVERYONE) -> int:
    return parameters.count(hub.state, "out.max_details", at=at, owner=owner)


class TestAValueWithoutTime:
    def test_counts_from_when_it_is_applied(self, hub: MemoryHub) -> None:
        change = put(hub, 5)
        assert (change["action"], change["after"]) == ("add", "5 from now on")
        assert most(hub, NOON - timedelta(seconds=1)) == 250_000
        assert most(hub, NOON) == 5

    def test_counts_for_uploads_of_the_second_in_which_it_is_applied(
        self, hub: MemoryHub, clock: FixedClock
    ) -> None:
        clock.advance(timedelta(milliseconds=700))
        put(hub, 5)
        assert most(hub, NOON) == 5

    def test_that_is_in_force_already_changes_nothing(
        self, hub: MemoryHub, clock: FixedClock
    ) -> None:
        put(hub, 5)
        clock.advance(DAY)
        before = hub.state.items()
        assert put(hub, 5)["action"] == "same"
        assert hub.state.items() == before

    def test_leaves_what_was_in_force_before(self, hub: MemoryHub, clock: FixedClock) -> None:
        put(hub, 5)
        clock.advance(DAY)
        change = put(hub, 7)
        assert change["before"] == "5 from 2025-08-20 12:05:00 EST"
        assert change["after"] == "5 from 2025-08-20 12:05:00 EST; 7 from now on"
        assert (most(hub, NOON), most(hub, NOON + DAY)) == (5, 7)

    def test_leaves_what_is_to_come(self, hub: MemoryHub) -> None:
        put(hub, {"value": 9, "from": "2026-01-01"})
        put(hub, 5)
        assert (most(hub, NOON), most(hub, NEW_YEAR)) == (5, 9)


class TestAValueToCome:
    def test_counts_from_its_time(self, hub: MemoryHub) -> None:
        change = put(hub, [5, {"value": 9, "from": "2026-01-01"}])
        assert change["after"] == "5 from now on; 9 from 2026-01-01 00:00:00 EST"
        assert most(hub, NEW_YEAR - timedelta(seconds=1)) == 5
        assert most(hub, NEW_YEAR) == 9

    def test_can_still_be_changed(self, hub: MemoryHub, clock: FixedClock) -> None:
        put(hub, {"value": 9, "from": "2026-01-01"})
        assert put(hub, {"value": 8, "from": "2026-01-01"})["action"] == "change"
        assert most(hub, NEW_YEAR) == 8
        clock.move_to(NEW_YEAR + DAY)
        (fault,) = refused(hub, "global", {"out.max_details": {"value": 9, "from": "2026-01-01"}})
        assert fault.startswith(
            "parameters.global.out.max_details: 9 from 2026-01-01 00:00:00 EST would change the"
        )

    def test_may_stay_in_the_document_when_its_time_is_past(
        self, hub: MemoryHub, clock: FixedClock
    ) -> None:
        wished = [{"value": 9, "from": "2026-01-01"}]
        put(hub, wished)
        clock.move_to(NEW_YEAR + DAY)
        assert put(hub, wished)["action"] == "same"

    def test_is_the_owners_own(self, hub: MemoryHub) -> None:
        put(hub, {"value": 9, "from": "2026-01-01"}, AGENT)
        assert (most(hub, NEW_YEAR, AGENT), most(hub, NEW_YEAR, LDC)) == (9, 250_000)


class TestAnOwner:
    def test_must_be_registered(self, hub: MemoryHub) -> None:
        assert refused(hub, "ORG99999", {"out.max_details": 5}) == [
            "parameters.ORG99999.out.max_details: ORG99999 is not registered"
        ]

    def test_must_be_an_ldc_for_what_is_set_per_ldc(self, hub: MemoryHub) -> None:
        assert refused(hub, AGENT, {"sync.wait_min": 5}) == [
            f"parameters.{AGENT}.sync.wait_min: {AGENT} is not registered as an LDC"
        ]
        assert ask(hub, "plan", document={"parameters": {LDC: {"sync.wait_min": 5}}})["ok"]

    def test_may_be_registered_by_the_same_document(self, hub: MemoryHub) -> None:
        new = {"org_id": "ORG99999", "name": "New", "roles": ["LDC"]}
        parts = {"organizations": [new], "parameters": {"ORG99999": {"sync.wait_min": 5}}}
        assert ask(hub, "plan", document=parts)["ok"]


class TestWhatIsSet:
    def test_is_shown_with_its_values_over_time(self, hub: MemoryHub) -> None:
        put(hub, [5, {"value": 9, "from": "2026-01-01"}], AGENT)
        (shown,) = ask(hub, "organization", organization=AGENT)["parameters"]
        assert (shown["name"], shown["unit"], shown["value"]) == ("out.max_details", "records", "5")
        assert shown["values"] == [
            {"value": "5", "from": "2025-08-20T17:05:00.000Z"},
            {"value": "9", "from": "2026-01-01T05:00:00.000Z"},
        ]

    def test_for_all_is_shown_under_the_star(self, hub: MemoryHub) -> None:
        put(hub, {"value": 9, "from": "2026-01-01"})
        told = ask(hub, "organization", organization="*")
        assert told["organization"] is None
        assert [(each["name"], each["value"]) for each in told["parameters"]] == [
            ("out.max_details", None)
        ]

    def test_stands_in_the_history_with_its_author(self, hub: MemoryHub, clock: FixedClock) -> None:
        put(hub, 5, AGENT)
        clock.advance(DAY)
        put(hub, 7, AGENT)
        change = ask(hub, "history", organization=AGENT)["history"][0]
        assert (change["by"], change["what"]) == ("anna", f"parameter out.max_details for {AGENT}")
        assert change["before"] == "5 from 2025-08-20 12:05:00 EST"
        assert change["after"].endswith("; 7 from 2025-08-21 12:05:00 EST")

    def test_is_no_other_plan_because_time_passes(self, hub: MemoryHub, clock: FixedClock) -> None:
        wished = {"parameters": {"global": {"out.max_details": 5}}}
        shown = ask(hub, "plan", document=wished)
        clock.advance(timedelta(minutes=3))
        assert ask(hub, "apply", document=wished, digest=shown["digest"])["ok"]
