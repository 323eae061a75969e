from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from mdmr.organizations import parameters
from mdmr.organizations.parameter_table import PARAMETERS, Kind, Parameter, Scope
from mdmr.organizations.parameters import EVERYONE, Setting, item_of_setting
from mdmr.ports.state import Put
from mdmr.stores.memory.state import MemoryState

from tests.faults.market import AGENT, LDC, NOON

DAY = timedelta(days=1)


def with_settings(*settings: Setting) -> MemoryState:
    state = MemoryState()
    for each in settings:
        state.commit(Put(item_of_setting(each)))
    return state


def details(state: MemoryState, owner: str = EVERYONE, at: datetime = NOON) -> int:
    return parameters.count(state, "out.max_details", at=at, owner=owner)


class TestAValue:
    def test_is_the_default_of_the_table_where_nothing_is_set(self) -> None:
        assert details(MemoryState()) == 250_000

    def test_for_all_wins_over_the_default(self) -> None:
        assert details(with_settings(Setting("out.max_details", EVERYONE, "7", NOON))) == 7

    def test_of_an_owner_wins_over_the_one_for_all(self) -> None:
        state = with_settings(
            Setting("out.max_details", AGENT, "3", NOON - DAY),
            Setting("out.max_details", EVERYONE, "7", NOON),
        )
        assert details(state, AGENT) == 3
        assert details(state, LDC) == 7

    def test_is_in_force_from_its_time_until_the_next(self) -> None:
        state = with_settings(
            Setting("out.max_details", EVERYONE, "3", NOON),
            Setting("out.max_details", EVERYONE, "7", NOON + DAY),
        )
        assert details(state, at=NOON - timedelta(milliseconds=1)) == 250_000
        assert details(state, at=NOON) == 3
        assert details(state, at=NOON + DAY) == 7

    def test_of_an_unknown_parameter_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            parameters.value(MemoryState(), "no.such", at=NOON)


class TestTheTable:
    @pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=PARAMETERS.keys())
    def test_accepts_its_own_defaults(self, parameter: Parameter) -> None:
        values = parameter.default.split(" / ")
        assert len(values) == (3 if parameter.scope is Scope.VEE_SERVICE else 1)
        assert all(parameter.accepts(each) for each in values)

    @pytest.mark.parametrize("parameter", PARAMETERS.values(), ids=PARAMETERS.keys())
    def test_accepts_neither_nothing_nor_a_line_more(self, parameter: Parameter) -> None:
        assert not parameter.accepts("")
        assert not parameter.accepts(parameter.default.split(" / ")[0] + "\n")

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
        ],
    )
    def test_refuses_what_the_hub_could_not_work_with(self, name: str, value: str) -> None:
        assert not PARAMETERS[name].accepts(value)

    def test_has_every_name_in_the_form_room_dot_name(self) -> None:
        assert all(re.fullmatch(r"[a-z]+\.[a-z0-9_]+", name) for name in PARAMETERS)

    def test_counts_what_the_hub_counts_with(self) -> None:
        used = ("intake.max_mb", "intake.name_ahead_h", "intake.dup_days", "usdp.run_min")
        assert {PARAMETERS[name].kind for name in used} == {Kind.COUNT}
