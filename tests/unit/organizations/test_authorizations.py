from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.organizations import registry
from mdmr.organizations.entities import (
    Authorization,
    Organization,
    Right,
    Role,
    with_received,
)
from mdmr.ports.state import Put
from mdmr.stores.memory.state import MemoryState

from tests.support.market import AGENT, ALWAYS, LDC, NOON, OTHER_LDC

HOUR = timedelta(hours=1)
EVER = Period(SINCE_EVER)
FIRST_YEAR = datetime(1, 1, 1, tzinfo=EST)
THIS_HOUR = Period(NOON, NOON + HOUR)


def granted(*rows: Authorization) -> MemoryState:
    state = MemoryState()
    for row in rows:
        state.commit(Put(registry.item_of_authorization(row)))
    return state


def may_submit(state: MemoryState, **changed: object) -> bool:
    asked = {"ldc": LDC, "org_id": AGENT, "file_id": "1000", "right": Right.SUBMIT, "at": NOON}
    return registry.may(state, **{**asked, **changed})  # type: ignore[arg-type]


class TestARightOfAnLdc:
    def test_is_its_own_without_any_row(self) -> None:
        assert may_submit(MemoryState(), org_id=LDC)

    def test_needs_a_row_for_everyone_else(self) -> None:
        assert not may_submit(MemoryState())
        assert may_submit(granted(Authorization(LDC, AGENT, "1000", Right.SUBMIT, ALWAYS)))

    @pytest.mark.parametrize(
        "changed",
        [
            {"ldc": OTHER_LDC},
            {"org_id": "ORG22223"},
            {"file_id": "4000"},
            {"right": Right.RECEIVE},
        ],
    )
    def test_is_for_that_ldc_organization_file_and_right_only(
        self, changed: dict[str, object]
    ) -> None:
        state = granted(Authorization(LDC, AGENT, "1000", Right.SUBMIT, ALWAYS))
        assert not may_submit(state, **changed)

    def test_is_in_force_from_its_start_up_to_its_end(self) -> None:
        state = granted(Authorization(LDC, AGENT, "1000", Right.SUBMIT, THIS_HOUR))
        assert may_submit(state, at=NOON)
        assert not may_submit(state, at=NOON - timedelta(milliseconds=1))
        assert not may_submit(state, at=NOON + HOUR)

    def test_without_a_start_is_in_force_since_ever(self) -> None:
        state = granted(Authorization(LDC, AGENT, "1000", Right.SUBMIT, EVER))
        assert may_submit(state, at=FIRST_YEAR)
        assert next(iter(registry.authorizations(state, LDC))).period == EVER

    def test_without_a_start_is_ended_by_the_same_row_with_an_end(self) -> None:
        state = granted(
            Authorization(LDC, AGENT, "1000", Right.SUBMIT, EVER),
            Authorization(LDC, AGENT, "1000", Right.SUBMIT, Period(SINCE_EVER, NOON)),
        )
        assert may_submit(state, at=NOON - HOUR)
        assert not may_submit(state)

    def test_can_be_given_for_several_periods(self) -> None:
        later = Period(NOON + 2 * HOUR)
        state = granted(
            *(Authorization(LDC, AGENT, "1000", Right.SUBMIT, each) for each in (THIS_HOUR, later))
        )
        assert may_submit(state, at=NOON)
        assert not may_submit(state, at=NOON + HOUR)
        assert may_submit(state, at=NOON + 2 * HOUR)

    def test_may_belong_to_several_submitters_of_one_file_type(self) -> None:
        state = granted(
            Authorization(LDC, AGENT, "1000", Right.SUBMIT, ALWAYS),
            Authorization(LDC, OTHER_LDC, "1000", Right.SUBMIT, ALWAYS),
        )
        assert may_submit(state)
        assert may_submit(state, org_id=OTHER_LDC)


class TestSubmit:
    @pytest.mark.parametrize(
        ("file_id", "reports"),
        [
            ("1000", {"2000", "IR01"}),
            ("3000", {"IR06", "IR07", "IR10", "IR14"}),
            ("4000", {"IR06", "IR07", "IR10", "IR14"}),
            ("5000", {"IR08", "6000", "6100", "6200"}),
            ("5500", {"6500"}),
            ("7000", {"MR01"}),
            ("7100", {"MR01"}),
            ("8000", {"IR03"}),
        ],
    )
    def test_brings_the_right_to_receive_what_follows(
        self, file_id: str, reports: set[str]
    ) -> None:
        given = Authorization(LDC, AGENT, file_id, Right.SUBMIT, THIS_HOUR)
        row, *received = with_received([given])
        assert row == given
        assert {each.file_id for each in received} == reports
        assert {(each.right, each.period) for each in received} == {(Right.RECEIVE, THIS_HOUR)}

    def test_of_two_types_brings_what_both_bring_once(self) -> None:
        rows = with_received(
            Authorization(LDC, AGENT, each, Right.SUBMIT, ALWAYS) for each in ("3000", "4000")
        )
        assert len(rows) == len(set(rows)) == 2 + 4

    @pytest.mark.parametrize(
        ("one", "other", "longest"),
        [
            (ALWAYS, THIS_HOUR, None),
            (Period(NOON), THIS_HOUR, Period(NOON)),
            (THIS_HOUR, Period(NOON), Period(NOON)),
            (THIS_HOUR, Period(NOON, NOON + 2 * HOUR), Period(NOON, NOON + 2 * HOUR)),
            (Period(NOON, NOON + 2 * HOUR), THIS_HOUR, Period(NOON, NOON + 2 * HOUR)),
        ],
    )
    def test_of_two_types_with_two_ends_brings_what_lasts_longer(
        self, one: Period, other: Period, longest: Period | None
    ) -> None:
        rows = with_received(
            Authorization(LDC, AGENT, file_id, Right.SUBMIT, period)
            for file_id, period in (("3000", one), ("4000", other))
        )
        reports = [row.period for row in rows if row.file_id == "IR06"]
        # Rows with starts of their own lie side by side.
        assert reports == ([one, other] if longest is None else [longest])

    def test_receive_brings_nothing(self) -> None:
        row = Authorization(LDC, AGENT, "IR06", Right.RECEIVE, ALWAYS)
        assert with_received([row]) == [row]


class TestAnOrganization:
    def test_acts_in_its_roles_while_it_is_active(self) -> None:
        each = Organization(LDC, "Example Hydro", frozenset({Role.LDC, Role.AMI}), THIS_HOUR)
        assert each.acts_as(Role.LDC, NOON)
        assert not each.acts_as(Role.AGENT, NOON)
        assert not each.acts_as(Role.LDC, NOON + HOUR)

    def test_without_a_start_acts_since_ever(self) -> None:
        state = MemoryState()
        each = Organization(LDC, "Example Hydro", frozenset({Role.LDC}), EVER)
        state.commit(Put(registry.item_of_organization(each)))
        found = registry.organization(state, LDC)
        assert found == each
        assert found.acts_as(Role.LDC, FIRST_YEAR)

    def test_is_found_as_it_was_registered(self) -> None:
        state = MemoryState()
        each = Organization(
            LDC,
            "Example Hydro",
            frozenset({Role.LDC}),
            THIS_HOUR,
            ("as2:hydro",),
            (("service desk", "desk@example.org"),),
        )
        state.commit(Put(registry.item_of_organization(each)))
        assert registry.organization(state, LDC) == each
        assert list(registry.organizations(state)) == [each]
        assert registry.organization(state, AGENT) is None

    def test_does_not_show_its_contacts_in_a_log(self) -> None:
        contacts = (("service desk", "desk@example.org"),)
        each = Organization(LDC, "", frozenset(), ALWAYS, contacts=contacts)
        assert "desk@example.org" not in repr(each)
