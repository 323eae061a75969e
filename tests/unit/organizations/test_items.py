"""How organizations, their rights and parameters are stored: read back, and under which names."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.organizations import parameters, registry
from mdmr.organizations.entities import Authorization, Organization, Right, Role
from mdmr.organizations.parameters import Setting, Timeline
from mdmr.ports.codec import from_item
from mdmr.ports.state import Put
from mdmr.stores.memory.state import MemoryState
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON, OTHER_LDC

AT, LATER = "2025-08-20T17:05:00.000Z", "2025-08-20T18:05:00.000Z"
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
SPAN = Period(NOON, NOON + HOUR)
FULL = Organization(
    LDC,
    "Example Hydro",
    frozenset({Role.LDC, Role.AGENT}),
    SPAN,
    ("AS2-1", "AS2-2"),
    (("continuity", "a@example.com"), ("service desk", "b@example.com")),
)
ROW = Authorization(LDC, AGENT, "4000", Right.SUBMIT, SPAN)


class TestAnOrganization:
    @pytest.mark.parametrize("each", [FULL, Organization(AGENT, "Bare", frozenset(), Period(NOON))])
    def test_is_read_back_as_it_was_written(self, each: Organization) -> None:
        item = registry.item_of_organization(each)
        assert from_item(Organization, item) == each
        state = MemoryState()
        state.commit(Put(item))
        assert registry.organization(state, each.org_id) == each
        assert registry.organization(state, OTHER_LDC) is None

    def test_has_these_names(self) -> None:
        item = registry.item_of_organization(FULL)
        assert {name: value for name, value in item.items() if name not in ("pk", "sk")} == {
            "schema": 1,
            "org_id": LDC,
            "name": "Example Hydro",
            "roles": ["AGENT", "LDC"],
            "active": {"start": AT, "end": LATER},
            "transport_ids": ["AS2-1", "AS2-2"],
            "contacts": [["continuity", "a@example.com"], ["service desk", "b@example.com"]],
        }

    @pytest.mark.parametrize(
        ("seconds", "active"), [(-1, False), (0, True), (3599, True), (3600, False)]
    )
    def test_acts_in_its_roles_while_it_is_active(self, seconds: int, *, active: bool) -> None:
        at = NOON + seconds * SECOND
        assert FULL.acts_as(Role.LDC, at) is active
        assert not FULL.acts_as(Role.AMI, at)


class TestARight:
    def test_is_read_back_as_it_was_written(self) -> None:
        item = registry.item_of_authorization(ROW)
        assert from_item(Authorization, item) == ROW
        state = MemoryState()
        state.commit(Put(item))
        assert list(registry.authorizations(state, LDC)) == [ROW]
        assert list(registry.authorizations(state, OTHER_LDC)) == []
        assert {name: value for name, value in item.items() if name not in ("pk", "sk")} == {
            "schema": 1,
            "ldc": LDC,
            "organization": AGENT,
            "file_id": "4000",
            "right": "SUBMIT",
            "period": {"start": AT, "end": LATER},
        }

    @pytest.mark.parametrize("end", [None, NOON + HOUR])
    @pytest.mark.parametrize("start", [SINCE_EVER, NOON])
    def test_may_have_no_begin_and_no_end(self, start: object, end: object) -> None:
        period = Period(start, end)  # type: ignore[arg-type] # instants, or none
        item = registry.item_of_authorization(replace(ROW, period=period))
        assert item["period"] == {
            "start": AT if start is NOON else "0001-01-01T05:00:00.000Z",
            "end": None if end is None else LATER,
        }
        assert from_item(Authorization, item).period == period

    @pytest.mark.parametrize(
        ("changed", "holds"),
        [
            ({}, True),
            ({"at": NOON - SECOND}, False),
            ({"at": NOON + HOUR - SECOND}, True),
            ({"at": NOON + HOUR}, False),
            ({"org_id": OTHER_LDC}, False),
            ({"org_id": LDC, "at": NOON - HOUR}, True),
            ({"ldc": OTHER_LDC}, False),
            ({"file_id": "3000"}, False),
            ({"right": Right.RECEIVE}, False),
        ],
    )
    def test_holds_for_one_organization_one_type_and_its_time(
        self, changed: dict[str, object], *, holds: bool
    ) -> None:
        state = MemoryState()
        state.commit(Put(registry.item_of_authorization(ROW)))
        asked = {
            "ldc": LDC,
            "org_id": AGENT,
            "file_id": "4000",
            "right": Right.SUBMIT,
            "at": NOON,
            **changed,
        }
        assert registry.may(state, **asked) is holds  # type: ignore[arg-type] # as in the table


class TestAParameter:
    LINE = Timeline("sync.wait_min", LDC, (Setting(NOON, "30"), Setting(NOON + HOUR, "20")))

    def test_is_read_back_as_it_was_written(self) -> None:
        item = parameters.item_of_timeline(self.LINE)
        assert from_item(Timeline, item) == self.LINE
        assert item == {
            "pk": "PARAMETERS#sync.wait_min",
            "sk": LDC,
            "schema": 1,
            "name": "sync.wait_min",
            "owner": LDC,
            "settings": [{"since": AT, "value": "30"}, {"since": LATER, "value": "20"}],
        }

    @pytest.mark.parametrize(
        ("seconds", "value"), [(-1, None), (0, "30"), (3599, "30"), (3600, "20"), (9999, "20")]
    )
    def test_holds_from_its_instant_on(self, seconds: int, value: str | None) -> None:
        assert self.LINE.at(NOON + seconds * SECOND) == value

    @pytest.mark.parametrize(
        ("owner", "seconds", "value"),
        [(LDC, -1, "50"), (LDC, 0, "30"), (AGENT, 0, "50"), (AGENT, -7200, "60")],
    )
    def test_of_an_owner_goes_before_that_of_all_and_that_before_the_default(
        self, owner: str, seconds: int, value: str
    ) -> None:
        state = MemoryState()
        state.commit(Put(parameters.item_of_timeline(self.LINE)))
        for_all = Timeline("sync.wait_min", "*", (Setting(NOON - HOUR, "50"),))
        state.commit(Put(parameters.item_of_timeline(for_all)))
        at = NOON + seconds * SECOND
        assert parameters.value(state, "sync.wait_min", at=at, owner=owner) == value
        assert parameters.count(state, "sync.wait_min", at=at, owner=owner) == int(value)

    def test_set_anew_at_one_instant_is_replaced(self) -> None:
        more = self.LINE.with_settings([Setting(NOON, "45"), Setting(NOON - HOUR, "55")])
        assert [each.value for each in more.settings] == ["55", "45", "20"]
