"""Orders to the gateway as the operator gives them, and what organizations read of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from mdmr.continuity import draining, wording
from mdmr.continuity.gateway import ALL, Scope
from mdmr.exchange.files.layouts.records import split
from mdmr.operation import commands
from mdmr.organizations import registry
from mdmr.organizations.entities import Organization, Role
from mdmr.ports.authority import Concern, GatewayMode
from mdmr.ports.state import Put
from mdmr.stores.memory.hub import REGION
from msgspec.structs import replace

from tests.support.gateway import take_lease_away
from tests.support.market import (
    AGENT,
    ALWAYS,
    LDC,
    NOON,
    OTHER_LDC,
    READER,
    name,
    request,
    set_parameter,
)
from tests.support.pictures import essence, outbound
from tests.support.story import HOUR, Platform, platform

AT_ONE, AT_TWO = "2025-08-20T13:00:00-05:00", "2025-08-20T14:00:00-05:00"
QUARTER = timedelta(minutes=15)


@pytest.fixture
def hub() -> Platform:
    ready = platform()
    operator = Organization("ORG00000", "The hub", frozenset({Role.OPERATOR}), ALWAYS)
    ready.hub.state.commit(Put(registry.item_of_organization(operator)))
    return ready


def ask(hub: Platform, action: str, **given: object) -> dict[str, Any]:
    asked = {"action": f"gateway.{action}", "by": "ann", "why": "new disks", **given}
    return commands.answer(hub.hub, asked, REGION)


def done(hub: Platform, action: str, **given: object) -> dict[str, Any]:
    answer = ask(hub, action, **given)
    assert answer["ok"], answer
    hub.settle()
    shown: dict[str, Any] = answer["gateway"]
    return shown


def refused(hub: Platform, action: str, **given: object) -> list[tuple[str, str]]:
    answer = ask(hub, action, **given)
    assert not answer["ok"]
    return [(fault["path"], fault["text"]) for fault in answer["faults"]]


def notices(hub: Platform, org_id: str = LDC) -> list[list[str]]:
    """Return header and lines of each notice about the gateway that an organization got."""
    found = []
    for key, body in sorted(outbound(hub.hub).items(), key=lambda each: each[0].split(".")[4]):
        lines = body.decode().splitlines()
        if key.startswith(org_id) and "|GATEWAY|" in lines[1]:
            header = split(lines[1])[7:]
            found.append([*header, *(split(line)[2] for line in lines if line[:3] == "DTL")])
    return found


class TestAnOrder:
    def test_changes_the_mode_and_is_told_to_every_active_organization(self, hub: Platform) -> None:
        shown = done(hub, "change", mode="HOLD")
        (mode,) = shown["modes"]
        assert (mode["scope"], mode["mode"], mode["by"], mode["why"]) == (
            "ALL",
            "HOLD",
            "ann",
            "new disks",
        )
        assert {key.partition("/")[0] for key in outbound(hub.hub)} == {
            LDC,
            OTHER_LDC,
            AGENT,
            READER,
        }

    def test_is_told_in_words(self, hub: Platform) -> None:
        done(hub, "change", mode="HOLD")
        hub.pass_time(QUARTER)
        done(hub, "change", mode="OPEN")
        hold, opened = notices(hub)
        assert hold == [
            "NT-2025-000001",
            "GATEWAY",
            "TEST",
            "Gateway HOLD for all files",
            "20250820120500",
            "",
            "",
            "NEW",
            "HOLD",
            "",
            "New files are kept and worked in order of arrival when the gateway opens.",
            "You need not send them again.",
            "Files accepted before and not answered yet wait as well and come first.",
            "The opening will be told by a further notice.",
            "Reason: new disks",
        ]
        assert opened[3:9] == [
            "Gateway OPEN for all files",
            "20250820122000",
            "",
            "NT-2025-000001",
            "END",
            "OPEN",
        ]

    def test_for_what_is_so_already_tells_nobody_again(self, hub: Platform) -> None:
        done(hub, "change", mode="HOLD")
        done(hub, "change", mode="HOLD")
        assert len(notices(hub)) == 1

    def test_that_the_table_does_not_know_is_refused(self, hub: Platform) -> None:
        text = "all files: OPEN cannot become REJECT: from OPEN the gateway goes to DRAIN or HOLD"
        assert refused(hub, "change", mode="REJECT") == [("mode", text)]

    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"mode": "SHUT"}, "mode"),
            ({"mode": ["HOLD"]}, "mode"),
            ({"mode": "HOLD", "scope": "2000"}, "scope"),
            ({"mode": "HOLD", "why": " "}, "why"),
            ({"mode": "HOLD", "why": "a|b"}, "why"),
            ({"mode": "HOLD", "why": "x" * 191}, "why"),
            ({"mode": "HOLD", "why": "fumée"}, "why"),
            ({"mode": "HOLD", "then": "REJECT"}, "then"),
            ({"mode": "DRAIN", "then": "OPEN"}, "then"),
            ({"mode": "DRAIN", "planned": "soon"}, "planned"),
            ({"mode": "DRAIN", "planned": "2025-08-20T12:00:00-05:00"}, "planned"),
        ],
    )
    def test_that_is_faulty_is_refused_with_its_path(
        self, hub: Platform, given: dict[str, Any], path: str
    ) -> None:
        assert [fault[0] for fault in refused(hub, "change", **given)] == [path]

    def test_needs_somebody_who_gives_it(self, hub: Platform) -> None:
        assert refused(hub, "change", mode="HOLD", by="") == [("by", "is missing: who asks?")]

    def test_is_not_for_a_region_that_is_not_active(self, hub: Platform) -> None:
        take_lease_away(hub.hub)
        assert refused(hub, "change", mode="HOLD") == [("", "this region is not the active one")]


class TestDraining:
    def test_works_what_is_inside_and_then_closes(self, hub: Platform) -> None:
        hub.send(AGENT, name(), request(name(), "SP-1"))
        hub.settle()
        done(hub, "change", mode="DRAIN", then="REJECT", planned=AT_ONE)
        assert self.mode(hub) is GatewayMode.DRAIN
        hub.pass_time(timedelta(minutes=11))
        assert self.mode(hub) is GatewayMode.REJECT
        assert list(essence(hub.hub).files.values()) == [("DONE", "")]

    def test_closes_at_the_planned_start_whatever_is_inside(self, hub: Platform) -> None:
        hub.send(AGENT, name(), request(name(), "SP-1"))
        hub.settle()
        done(hub, "change", mode="DRAIN", planned="2025-08-20T12:10:00-05:00")
        hub.pass_time(timedelta(minutes=5))
        assert self.mode(hub) is GatewayMode.HOLD

    def test_closes_at_once_when_nothing_is_inside(self, hub: Platform) -> None:
        done(hub, "change", mode="DRAIN", planned=AT_ONE)
        assert [notice[8] for notice in notices(hub)] == ["DRAIN", "HOLD"]

    def test_looks_only_at_the_files_of_its_scope(self, hub: Platform) -> None:
        hub.send(AGENT, name(), request(name(), "SP-1"))
        hub.settle()
        now = hub.clock.now()
        for scope, count in ((ALL, 1), (Scope(AGENT), 1), (Scope(LDC), 1), (Scope("1000"), 1)):
            assert len(list(draining.open_work(hub.hub, scope, now))) == count
        for scope in (Scope(OTHER_LDC), Scope("4000")):
            assert draining.is_drained(hub.hub, scope, now)

    def test_tells_what_becomes_of_new_files(self, hub: Platform) -> None:
        set_parameter(hub.hub, "gateway.drain_new", "REJECT")
        hub.send(AGENT, name(), request(name(), "SP-1"))
        hub.settle()
        done(hub, "change", mode="DRAIN", planned=AT_ONE)
        (notice,) = notices(hub)
        assert notice[4:6] == ["20250820120500", "20250820130000"]
        waits = "The mode becomes HOLD when nothing is left to be worked"
        assert notice[10:] == [
            "New files are refused with code F000. Send them again when the gateway is open.",
            "Files accepted before are worked to the end.",
            f"{waits}, at the latest at 2025-08-20 13:00:00 EST.",
            "Reason: new disks",
        ]

    @staticmethod
    def mode(hub: Platform) -> GatewayMode:
        return hub.hub.gate.reading(Concern(AGENT)).mode


class TestAPlan:
    def test_is_told_with_mode_from_and_to_and_carried_out(self, hub: Platform) -> None:
        drain_at = "2025-08-20T12:45:00-05:00"
        shown = done(hub, "plan", mode="HOLD", start=AT_ONE, end=AT_TWO, drain_at=drain_at)
        assert shown["plan"] == "GW-000002"
        hub.pass_time(3 * HOUR)
        told = [(*notice[4:10],) for notice in notices(hub)]
        one, two, plan = "20250820130000", "20250820140000", "GW-000002"
        assert told == [
            (one, two, "", "NEW", "HOLD", plan),
            ("20250820124500", one, "NT-2025-000001", "UPD", "DRAIN", plan),
            ("20250820124500", two, "NT-2025-000002", "UPD", "HOLD", plan),
            (two, "", "NT-2025-000003", "END", "OPEN", plan),
        ]
        assert notices(hub)[0][3] == "Gateway HOLD planned for all files"
        assert notices(hub)[0][10] == "From 2025-08-20 13:00:00 EST on:"
        assert notices(hub)[2][13] == "The gateway opens at 2025-08-20 14:00:00 EST."

    def test_closes_at_its_start_unless_it_is_to_drain_before(self, hub: Platform) -> None:
        done(hub, "plan", mode="REJECT", start=AT_ONE, end=AT_TWO)
        hub.pass_time(timedelta(minutes=54))
        assert hub.hub.gate.reading(Concern(AGENT)).mode is GatewayMode.OPEN
        hub.pass_time(timedelta(minutes=1))
        assert hub.hub.gate.reading(Concern(AGENT)).mode is GatewayMode.REJECT

    def test_that_is_made_again_is_the_same_plan(self, hub: Platform) -> None:
        first = done(hub, "plan", mode="HOLD", start=AT_ONE, end=AT_TWO, drain_at=AT_ONE)
        again = done(hub, "plan", mode="HOLD", start=AT_ONE, end=AT_TWO, drain_at=AT_ONE)
        assert again["plan"] == first["plan"]
        assert len(again["plans"]) == 1

    def test_that_is_cancelled_is_told_so(self, hub: Platform) -> None:
        shown = done(hub, "plan", mode="HOLD", start=AT_ONE, drain_at=AT_ONE)
        shown = done(hub, "cancel", plan=shown["plan"])
        assert shown["plans"] == []
        last = notices(hub)[-1]
        assert (last[3], last[7]) == ("Gateway HOLD cancelled for all files", "CAN")
        assert last[10] == "The closure planned for 2025-08-20 13:00:00 EST does not take place."

    def test_whose_time_comes_when_the_gateway_is_closed_already_is_withdrawn(
        self, hub: Platform
    ) -> None:
        done(hub, "plan", mode="HOLD", start=AT_ONE, end=AT_TWO, drain_at=AT_ONE)
        done(hub, "change", mode="HOLD")
        hub.pass_time(3 * HOUR)
        assert notices(hub)[-1][7:] == [
            "CAN",
            "HOLD",
            "GW-000002",
            "The closure planned for 2025-08-20 13:00:00 EST does not take place.",
            "Reason: closed by order already, or too late to begin",
        ]
        assert hub.hub.gate.reading(Concern(AGENT)).mode is GatewayMode.HOLD

    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"mode": "DRAIN", "start": AT_ONE}, "mode"),
            ({"mode": "HOLD"}, "start"),
            ({"mode": "HOLD", "start": "2025-08-20T12:00:00-05:00"}, "start"),
            ({"mode": "HOLD", "start": "2027-08-20T12:00:00-05:00"}, "start"),
            ({"mode": "HOLD", "start": AT_TWO, "end": AT_ONE}, "end"),
            ({"mode": "HOLD", "start": AT_ONE, "drain_at": AT_TWO}, "drain_at"),
        ],
    )
    def test_that_is_faulty_is_refused_with_its_path(
        self, hub: Platform, given: dict[str, Any], path: str
    ) -> None:
        assert [fault[0] for fault in refused(hub, "plan", **given)] == [path]

    def test_that_is_unknown_is_not_cancelled(self, hub: Platform) -> None:
        text = "there is no plan GW-000009, or it is over"
        assert refused(hub, "cancel", plan="GW-000009") == [("plan", text)]


class TestWhoIsConcerned:
    @pytest.mark.parametrize(
        ("scope", "concerned"),
        [
            (ALL, [LDC, AGENT, READER, OTHER_LDC]),
            (Scope("1000"), [LDC, AGENT, OTHER_LDC]),
            (Scope("7000"), [LDC, READER, OTHER_LDC]),
            (Scope(LDC), [LDC, AGENT, READER]),
            (Scope(AGENT), [LDC, AGENT]),
            (Scope(OTHER_LDC), [OTHER_LDC]),
            (Scope("ORG99999"), []),
        ],
    )
    def test_by_a_scope(self, hub: Platform, scope: Scope, concerned: list[str]) -> None:
        assert list(wording.concerned(hub.hub.state, scope, NOON)) == concerned

    def test_is_nobody_who_is_not_active(self, hub: Platform) -> None:
        former = registry.organization(hub.hub.state, AGENT)
        assert former is not None
        ended = replace(former, active=replace(ALWAYS, end=NOON))
        hub.hub.state.commit(Put(registry.item_of_organization(ended)))
        assert AGENT not in list(wording.concerned(hub.hub.state, ALL, NOON))

    def test_is_told_in_the_name_of_the_one_ldc(self, hub: Platform) -> None:
        done(hub, "change", mode="HOLD", scope=LDC)
        assert all(key.split("/")[1].startswith(f"{LDC}.") for key in outbound(hub.hub))


def test_what_is_shown_has_the_last_changes_and_how_many_files_are_held(hub: Platform) -> None:
    done(hub, "change", mode="HOLD")
    hub.send(AGENT, name(), request(name(), "SP-1"))
    hub.settle()
    shown = done(hub, "show")
    assert shown["held"] == 1
    assert shown["changes"][0]["what"] == "ALL: OPEN to HOLD"
    assert shown["changes"][0]["notice"] == "NT-2025-000001"
    done(hub, "change", mode="OPEN")
    assert done(hub, "show")["held"] == 0
    assert done(hub, "show")["changes"][0]["what"] == "ALL: open"
