from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.identifiers.kept import keep
from mdmr.identifiers.numbers import Wanted, give
from mdmr.identifiers.universal_id import Pair
from mdmr.operation import document
from mdmr.operation.document import Document
from mdmr.operation.faults import Raw
from mdmr.operation.plan import Action, ConflictError, PlanChangedError, apply, digest, plan
from mdmr.organizations import history, parameters, registry
from mdmr.organizations.entities import Right
from mdmr.ports.authority import NotActiveError
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

from tests.support.crashing import InterruptAt, watched
from tests.support.gateway import take_lease_away
from tests.support.market import AGENT, LDC, NOON

WHOLE: dict[str, Raw] = {
    "organizations": [
        {"org_id": LDC, "name": "Example Hydro", "roles": ["LDC"]},
        {"org_id": AGENT, "name": "Billing Services", "roles": ["AGENT"]},
    ],
    "authorizations": [
        {
            "ldc": LDC,
            "organization": AGENT,
            "file_id": "3000",
            "right": "SUBMIT",
            "to": "2026-01-01",
        },
        {"ldc": LDC, "organization": AGENT, "file_id": "4000", "right": "SUBMIT"},
    ],
    "parameters": {"global": {"usdp.run_min": 30}},
    "universal_sdp_ids": [{"ldc": LDC, "sdp_id": "SP-1", "universal_sdp_id": "48217730"}],
}


@pytest.fixture
def hub() -> MemoryHub:
    return memory_hub(FixedClock(NOON))


def wanted(raw: Raw) -> Document:
    found, faults = document.read(raw)
    assert not faults
    assert found is not None
    return found


def actions(hub: MemoryHub, raw: Raw) -> dict[str, Action]:
    return {change.what: change.action for change in plan(hub, wanted(raw))}


class TestThePlan:
    def test_changes_nothing(self, hub: MemoryHub) -> None:
        before = hub.state.items()
        plan(hub, wanted(WHOLE))
        assert (hub.state.items(), hub.directory.items()) == (before, [])

    def test_of_an_empty_hub_adds_everything(self, hub: MemoryHub) -> None:
        assert set(actions(hub, WHOLE).values()) == {Action.ADD}

    def test_tells_each_thing_once(self, hub: MemoryHub) -> None:
        names = [change.what for change in plan(hub, wanted(WHOLE))]
        assert len(names) == len(set(names)) == 2 + 2 + 4 + 1 + 1

    def test_after_it_was_applied_has_nothing_left_to_do(self, hub: MemoryHub) -> None:
        apply(hub, wanted(WHOLE), by="test")
        assert set(actions(hub, WHOLE).values()) == {Action.SAME}

    def test_shows_a_change_with_before_and_after(self, hub: MemoryHub) -> None:
        apply(hub, wanted(WHOLE), by="test")
        renamed: Raw = {"organizations": [{"org_id": LDC, "name": "New Hydro", "roles": ["LDC"]}]}
        (change,) = plan(hub, wanted(renamed))
        assert change.action is Action.CHANGE
        assert change.before is not None
        assert "Example Hydro" in change.before
        assert "New Hydro" in change.after

    def test_never_removes_what_is_left_out(self, hub: MemoryHub) -> None:
        apply(hub, wanted(WHOLE), by="test")
        apply(hub, wanted({}), by="test")
        assert set(actions(hub, WHOLE).values()) == {Action.SAME}


class TestApplying:
    def test_does_what_the_plan_says(self, hub: MemoryHub) -> None:
        expected = plan(hub, wanted(WHOLE))
        assert apply(hub, wanted(WHOLE), by="test").changes == expected
        found = registry.organization(hub.state, LDC)
        assert found is not None
        assert found.name == "Example Hydro"
        assert parameters.count(hub.state, "usdp.run_min", at=NOON) == 30
        rows = {"ldc": LDC, "org_id": AGENT, "at": NOON}
        assert registry.may(hub.state, file_id="4000", right=Right.SUBMIT, **rows)  # type: ignore[arg-type]
        assert registry.may(hub.state, file_id="IR06", right=Right.RECEIVE, **rows)  # type: ignore[arg-type]
        (number,) = give(hub.directory, b"", [Wanted(Pair(LDC, "SP-1"), "a#3")], epoch=1)
        assert (number.universal_sdp_id, number.issued) == ("48217730", False)

    def test_again_changes_nothing_not_even_the_history(self, hub: MemoryHub) -> None:
        apply(hub, wanted(WHOLE), by="test")
        before = (hub.state.items(), hub.directory.items())
        apply(hub, wanted(WHOLE), by="somebody else")
        assert (hub.state.items(), hub.directory.items()) == before

    def test_keeps_who_changed_what_from_what_to_what(self, hub: MemoryHub) -> None:
        apply(hub, wanted(WHOLE), by="one")
        renamed: Raw = {"organizations": [{"org_id": LDC, "name": "New Hydro", "roles": ["LDC"]}]}
        clock = hub.clock
        assert isinstance(clock, FixedClock)
        clock.advance(timedelta(days=1))
        apply(hub, wanted(renamed), by="two")
        last, *first = history.of_organization(hub.state, LDC)
        assert len(first) == 1 + 2 + 4 + 1
        assert {(each.by, each.at) for each in first} == {("one", NOON)}
        assert (last.by, last.what) == ("two", f"organization {LDC}")
        assert "Example Hydro" in str(last.before)
        assert "New Hydro" in last.after

    def test_tells_each_organization_concerned(self, hub: MemoryHub) -> None:
        apply(hub, wanted(WHOLE), by="test")
        what = [each.what for each in history.of_organization(hub.state, AGENT)]
        assert f"organization {AGENT}" in what
        assert f"authorization {LDC}: {AGENT} SUBMIT 4000" in what
        assert len(what) == 1 + 2 + 4
        (general,) = history.of_organization(hub.state, "*")
        assert general.what == "parameter usdp.run_min for *"

    def test_keeps_the_history_of_two_rows_that_differ_in_their_start(self, hub: MemoryHub) -> None:
        row: dict[str, Raw] = {"ldc": LDC, "organization": AGENT, "file_id": "IR01"}
        rows: Raw = [
            {**row, "right": "RECEIVE", "from": each} for each in ("2024-01-01", "2025-01-01")
        ]
        apply(hub, wanted({"authorizations": rows}), by="test")
        assert len(list(history.of_organization(hub.state, AGENT))) == 2

    def test_loses_no_change_under_another_at_the_same_instant(self, hub: MemoryHub) -> None:
        for number in range(5):
            name: Raw = [{"org_id": LDC, "name": f"Hydro {number}", "roles": ["LDC"]}]
            apply(hub, wanted({"organizations": name}), by="test")
        found = list(history.of_organization(hub.state, LDC))
        assert len(found) == 5
        assert [each.before for each in found] == [each.after for each in found[1:]] + [None]

    def test_is_refused_when_another_changes_the_same_meanwhile(self, hub: MemoryHub) -> None:
        apply(hub, wanted(WHOLE), by="test")
        one, two = (
            wanted({"organizations": [{"org_id": LDC, "name": each, "roles": ["LDC"]}]})
            for each in ("One", "Two")
        )
        other = InterruptAt(number=1, act=lambda: apply(hub, one, by="one"))
        with pytest.raises(PlanChangedError):
            apply(watched(hub, other), two, by="two")
        found = registry.organization(hub.state, LDC)
        assert found is not None
        assert found.name == "One"
        assert "two" not in {each.by for each in history.of_organization(hub.state, LDC)}

    def test_of_a_shown_plan_is_refused_when_the_hub_has_changed(self, hub: MemoryHub) -> None:
        shown = digest(plan(hub, wanted(WHOLE)))
        apply(hub, wanted({"organizations": WHOLE["organizations"]}), by="another")
        with pytest.raises(PlanChangedError):
            apply(hub, wanted(WHOLE), by="test", expected=shown)

    def test_of_a_shown_plan_is_done_when_the_hub_has_not_changed(self, hub: MemoryHub) -> None:
        shown = digest(plan(hub, wanted(WHOLE)))
        assert len(apply(hub, wanted(WHOLE), by="test", expected=shown).changes) == 10

    def test_ends_an_authorization(self, hub: MemoryHub) -> None:
        apply(hub, wanted(WHOLE), by="test")
        row: dict[str, Raw] = {"ldc": LDC, "organization": AGENT, "file_id": "4000"}
        ended: Raw = [{**row, "right": "SUBMIT", "to": "2025-08-20"}]
        apply(hub, wanted({"authorizations": ended}), by="test")
        asked = {"ldc": LDC, "org_id": AGENT, "file_id": "4000", "right": Right.SUBMIT}
        assert not registry.may(hub.state, at=NOON, **asked)  # type: ignore[arg-type]
        assert registry.may(hub.state, at=NOON - timedelta(days=1), **asked)  # type: ignore[arg-type]

    def test_of_a_number_that_contradicts_what_is_issued_is_refused(self, hub: MemoryHub) -> None:
        secret = hub.identifier_secret.read()
        give(hub.directory, secret, [Wanted(Pair(LDC, "SP-1"), "a#3")], epoch=1)
        before = (hub.state.items(), hub.directory.items())
        with pytest.raises(ConflictError) as caught:
            apply(hub, wanted(WHOLE), by="test")
        assert [each.path for each in caught.value.faults] == ["universal_sdp_ids[0]"]
        assert (hub.state.items(), hub.directory.items()) == before


class TestANumberFromBefore:
    def test_stands_in_the_history_of_its_ldc_with_author_and_time(self, hub: MemoryHub) -> None:
        apply(hub, wanted({"universal_sdp_ids": WHOLE["universal_sdp_ids"]}), by="one")
        (change,) = history.of_organization(hub.state, LDC)
        assert (change.by, change.at) == ("one", NOON)
        assert change.what == f"number 48217730 for {LDC} SP-1"
        assert (change.before, change.after) == (None, "issued")

    def test_is_told_once_with_who_kept_it_first(self, hub: MemoryHub) -> None:
        numbers = wanted({"universal_sdp_ids": WHOLE["universal_sdp_ids"]})
        clock = hub.clock
        assert isinstance(clock, FixedClock)
        apply(hub, numbers, by="one")
        clock.advance(timedelta(days=1))
        apply(hub, numbers, by="two")
        assert [each.by for each in history.of_organization(hub.state, LDC)] == ["one"]

    def test_is_told_after_all_when_a_crash_came_between(self, hub: MemoryHub) -> None:
        numbers = wanted({"universal_sdp_ids": WHOLE["universal_sdp_ids"]})
        keep(hub, numbers.numbers[0], "one")
        apply(hub, numbers, by="two")
        assert [each.by for each in history.of_organization(hub.state, LDC)] == ["one"]


class TestARegionThatIsNotActive:
    def test_changes_nothing(self, hub: MemoryHub) -> None:
        take_lease_away(hub)
        before = (hub.state.items(), hub.directory.items())
        for part, rows in WHOLE.items():
            with pytest.raises(NotActiveError):
                apply(hub, wanted({part: rows}), by="test")
        assert (hub.state.items(), hub.directory.items()) == before
