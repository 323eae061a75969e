from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from mdmr.organizations import parameters
from mdmr.organizations.parameter_table import PARAMETERS, Kind, Parameter, Scope
from mdmr.organizations.parameters import EVERYONE, Setting, Timeline, item_of_timeline
from mdmr.ports.codec import from_item
from mdmr.ports.state import Put
from mdmr.stores.memory.state import MemoryState

from tests.support.market import AGENT, LDC, NOON

DAY = timedelta(days=1)


def with_timelines(*timelines: Timeline) -> MemoryState:
    state = MemoryState()
    for each in timelines:
        state.commit(Put(item_of_timeline(each)))
    return state


def most(owner: str, *settings: Setting) -> Timeline:
    return Timeline("out.max_details", owner, settings)


def details(state: MemoryState, owner: str = EVERYONE, at: datetime = NOON) -> int:
    return parameters.count(state, "out.max_details", at=at, owner=owner)


def test_several_parameters_are_read_at_once() -> None:
    state = with_timelines(
        most(AGENT, Setting(NOON, "3")), Timeline("intake.max_mb", EVERYONE, (Setting(NOON, "9"),))
    )
    wanted = ("out.max_details", "intake.max_mb", "usdp.run_min")
    found = parameters.counts(state, wanted, at=NOON, owner=AGENT)
    assert found == {"out.max_details": 3, "intake.max_mb": 9, "usdp.run_min": 15}


class TestAValue:
    def test_is_the_default_of_the_table_where_nothing_is_set(self) -> None:
        assert details(MemoryState()) == 250_000

    def test_for_all_wins_over_the_default(self) -> None:
        assert details(with_timelines(most(EVERYONE, Setting(NOON, "7")))) == 7

    def test_of_an_owner_wins_over_the_one_for_all(self) -> None:
        state = with_timelines(
            most(AGENT, Setting(NOON - DAY, "3")), most(EVERYONE, Setting(NOON, "7"))
        )
        assert details(state, AGENT) == 3
        assert details(state, LDC) == 7

    def test_of_an_owner_that_is_still_to_come_leaves_the_one_for_all(self) -> None:
        state = with_timelines(
            most(AGENT, Setting(NOON + DAY, "3")), most(EVERYONE, Setting(NOON - DAY, "7"))
        )
        assert details(state, AGENT) == 7
        assert details(state, AGENT, NOON + DAY) == 3

    def test_is_in_force_from_its_time_until_the_next(self) -> None:
        state = with_timelines(most(EVERYONE, Setting(NOON, "3"), Setting(NOON + DAY, "7")))
        assert details(state, at=NOON - timedelta(milliseconds=1)) == 250_000
        assert details(state, at=NOON) == 3
        assert details(state, at=NOON + DAY) == 7

    def test_of_an_unknown_parameter_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            parameters.value(MemoryState(), "no.such", at=NOON)


class TestATimeline:
    def test_is_kept_as_it_is(self) -> None:
        line = most(AGENT, Setting(NOON, "3"), Setting(NOON + DAY, "7"))
        assert from_item(Timeline, item_of_timeline(line)) == line

    def test_takes_a_value_in_its_place_and_one_instead_of_another(self) -> None:
        line = most(AGENT, Setting(NOON, "3"), Setting(NOON + 2 * DAY, "7"))
        more = line.with_settings([Setting(NOON + DAY, "5"), Setting(NOON + 2 * DAY, "9")])
        assert [each.value for each in more.settings] == ["3", "5", "9"]
        assert more.at(NOON - DAY) is None


class TestTheTable:
    @pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=PARAMETERS.keys())
    def test_accepts_its_own_defaults(self, parameter: Parameter) -> None:
        assert parameter.accepts(parameter.default)
        assert parameter.accepts(parameter.default.split(" / ")[0]) is (
            parameter.scope is not Scope.VEE_SERVICE
        )

    @pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=PARAMETERS.keys())
    def test_accepts_neither_nothing_nor_a_line_more(self, parameter: Parameter) -> None:
        assert not parameter.accepts("")
        assert not parameter.accepts(parameter.default + "\n")

    @pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=PARAMETERS.keys())
    def test_accepts_its_default_in_prod(self, parameter: Parameter) -> None:
        assert parameter.default_prod == "" or parameter.accepts(parameter.default_prod)

    @pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=PARAMETERS.keys())
    def test_tells_the_form_of_a_value(self, parameter: Parameter) -> None:
        assert parameter.form

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("usdp.run_min", "0"),
            ("usdp.run_min", "1441"),
            ("out.max_details", "0"),
            ("intake.name_ahead_h", "99999999"),
            ("intake.dup_days", "99999999"),
            ("intake.max_mb", "0"),
            ("intake.max_mb", "-1"),
            ("gateway.drain_new", "OPEN"),
            ("tou.clock", "prevailing"),
            ("report.br03_time", "24:00"),
            ("gateway.held_notice_min", "0"),
            ("rebill.min_kwh", "-1"),
            ("rebill.min_kwh", "1.0000001"),
            ("out.retry_min", "10, 99999"),
            ("sync.thr_new_pct", "101"),
            ("store.data_years", "9"),
            ("store.data_years", "long"),
            ("test.slot", "Someday 00:00-04:00"),
            ("bc.canary_org", "ORG0001"),
            ("desk.mail_from", "desk"),
            ("operator.two_persons", "yes"),
            ("vee.high_ratio", "4 / 0.5 / 4"),
            ("vee.zero_days", "3 / 3 / 1 / 1"),
            ("vee.zero_days", "3/3/1"),
        ],
    )
    def test_refuses_what_the_hub_could_not_work_with(self, name: str, value: str) -> None:
        assert not PARAMETERS[name].accepts(value)

    def test_has_every_name_in_the_form_room_dot_name(self) -> None:
        assert all(re.fullmatch(r"[a-z]+\.[a-z0-9_]+", name) for name in PARAMETERS)

    def test_counts_what_the_hub_counts_with(self) -> None:
        used = ("intake.max_mb", "intake.name_ahead_h", "intake.dup_days", "usdp.run_min")
        assert {PARAMETERS[name].kind for name in used} == {Kind.COUNT}
