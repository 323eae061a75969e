"""The operator's word: a stopped set released or refused, an LDC's next number, sets explained."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from mdmr.continuity import gateway_item
from mdmr.continuity.resuming import resume
from mdmr.evidence import chain
from mdmr.evidence.records import Record
from mdmr.operation.commands import answer
from mdmr.ports.authority import GatewayMode
from mdmr.ports.codec import from_item
from mdmr.synchronization.sets import sequence
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.rows import SetState
from mdmr.synchronization.sets.states import Decision

from tests.support.gateway import set_mode, take_lease_away
from tests.support.market import LDC, NOON
from tests.support.story import Platform
from tests.support.waiting_sets import (
    complete,
    files,
    found,
    look,
    send,
    set_id,
    stopped,
    wait,
)
from tests.support.working import hub_with

A = set_id("a")


@pytest.fixture
def hub() -> Platform:
    return hub_with([], at=NOON)


def ask(hub: Platform, action: str, **what: str) -> dict[str, Any]:
    """Return the answer to an operator's command."""
    asked = {"action": action, "by": "ann", "why": "checked", "request": "r-1", **what}
    return answer(hub.hub, asked, "ca-central-1")


def explained(hub: Platform, which: str) -> dict[str, Any]:
    """Return what is told of one set."""
    told: list[dict[str, Any]] = ask(hub, "sets", set=which)["sets"]
    assert len(told) == 1
    return told[0]


class TestAStoppedSet:
    def test_waits_for_the_operator(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        stopped(hub, A)
        assert wait(hub, A, "token").outcome is Outcome.WAIT
        assert explained(hub, str(A))["reason"] == "OPERATOR"

    @pytest.mark.parametrize(
        ("decision", "outcome"),
        [("RELEASE", Outcome.PROCESS), ("REFUSE", Outcome.DECIDE)],
    )
    def test_goes_on_as_the_operator_decides(
        self, hub: Platform, decision: str, outcome: Outcome
    ) -> None:
        complete(hub, "a", 1)
        stopped(hub, A)
        wait(hub, A, "token")
        told = ask(hub, "sets.decide", set=str(A), decision=decision)
        assert told["ok"], told
        assert hub.hub.processes.woken[-1] == "token"
        assert look(hub, A).outcome is outcome
        last = chain.last(hub.hub.state)
        (item,) = chain.stored(hub.hub.state, last, last)
        deed = from_item(Record, item).deed
        assert (deed.by, deed.why, deed.facts["set"]) == ("ann", "checked", str(A))

    def test_is_decided_once(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        stopped(hub, A)
        assert ask(hub, "sets.decide", set=str(A), decision="RELEASE")["ok"]
        before = found(hub, A)
        assert ask(hub, "sets.decide", set=str(A), decision="RELEASE")["ok"]
        assert found(hub, A) == before
        assert not ask(hub, "sets.decide", set=str(A), decision="REFUSE")["ok"]

    @pytest.mark.parametrize(
        ("what", "path"),
        [
            ({"set": "no set"}, "set"),
            ({"set": f"{LDC}-ORG22222-4000-never"}, "set"),
            ({"decision": "PERHAPS"}, "decision"),
            ({"why": ""}, "why"),
        ],
    )
    def test_is_not_decided_by_half_a_word(
        self, hub: Platform, what: dict[str, str], path: str
    ) -> None:
        complete(hub, "a", 1)
        stopped(hub, A)
        told = ask(hub, "sets.decide", **{"set": str(A), "decision": "RELEASE", **what})
        assert [each["path"] for each in told["faults"]] == [path]
        assert found(hub, A).decision is Decision.NONE

    def test_is_not_decided_while_it_is_not_stopped_or_kept_or_elsewhere(
        self, hub: Platform
    ) -> None:
        complete(hub, "a", 1)
        assert not ask(hub, "sets.decide", set=str(A), decision="RELEASE")["ok"]
        stopped(hub, A)
        set_mode(hub.hub, GatewayMode.HOLD)
        assert not ask(hub, "sets.decide", set=str(A), decision="RELEASE")["ok"]
        set_mode(hub.hub, GatewayMode.OPEN)
        take_lease_away(hub.hub)
        assert not ask(hub, "sets.decide", set=str(A), decision="RELEASE")["ok"]


class TestTheNextNumber:
    def test_is_set_while_no_set_is_open(self, hub: Platform) -> None:
        complete(hub, "a", 7)
        wait(hub, A, "token")
        assert ask(hub, "sets.number", ldc=LDC, next="7") == {"ok": True, "ldc": LDC, "next": 7}
        assert hub.hub.processes.woken == ["token"]
        assert look(hub, A).outcome is Outcome.STAGE

    def test_is_not_set_while_one_is(self, hub: Platform) -> None:
        look(hub, complete(hub, "a", 1))
        assert [each["path"] for each in ask(hub, "sets.number", ldc=LDC, next="7")["faults"]] == [
            "ldc"
        ]
        assert sequence.find(hub.hub.state, LDC).last == 0

    @pytest.mark.parametrize(("ldc", "number"), [("LDC", "1"), (LDC, "0"), (LDC, "one")])
    def test_is_a_number_of_an_ldc(self, hub: Platform, ldc: str, number: str) -> None:
        assert not ask(hub, "sets.number", ldc=ldc, next=number)["ok"]


class TestASetIsExplained:
    def test_with_the_files_that_it_lacks_and_when_it_will_be_rejected(self, hub: Platform) -> None:
        made = files("a", 1)
        (receipt, *_) = send(hub, made, "00", "01", "02", "03")
        look(hub, A)
        told = explained(hub, receipt.arrival.name)
        assert told["now"] == "Incomplete: 2 of the 5 files in the Manifest have not arrived"
        assert told["until"] == "2025-08-20T18:05:00.000Z"
        assert told["then"] == "the hub rejects the set with I002 and I004"
        assert (told["phase"], told["acts"]) == ("waiting", "the sender")
        assert [each.split(".")[6] for each in told["missing"]] == ["04", "05"]

    def test_with_the_numbers_that_lack_before_it(self, hub: Platform) -> None:
        complete(hub, "b", 2)
        look(hub, set_id("b"))
        look(hub, complete(hub, "a", 5))
        told = explained(hub, str(A))
        assert (told["reason"], told["numbers"], told["expected"]) == ("PRIOR", [1, 3, 4], 1)

    def test_whose_turn_it_is_or_that_is_not_to_be_accepted(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        assert explained(hub, str(A))["now"] == "Complete, and it is its turn"
        complete(hub, "unreadable", 0)
        told = explained(hub, str(set_id("unreadable")))
        assert told["then"].startswith("The hub rejects the set now: I007")
        assert told["faults"] == [
            "line 2: Sequence Number '0': must be a whole number of at most 10 digits, not 0"
        ]
        look(hub, A)
        complete(hub, "used", 1)
        assert explained(hub, str(set_id("used")))["then"].startswith(
            "The hub rejects the set now: I006"
        )

    def test_that_is_over(self, hub: Platform) -> None:
        send(hub, files("a", 1), "01")
        hub.clock.advance(timedelta(hours=1))
        look(hub, A)
        assert "I001 MANIFEST NOT RECEIVED" in explained(hub, str(A))["now"]

    def test_that_the_gateway_keeps(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        set_mode(hub.hub, GatewayMode.HOLD)
        assert explained(hub, str(A))["reason"] == "GATEWAY"

    def test_by_its_ldc_with_all_that_wait(self, hub: Platform) -> None:
        look(hub, complete(hub, "a", 1))
        look(hub, complete(hub, "c", 3))
        look(hub, complete(hub, "b", 2))
        told = ask(hub, "sets", set=LDC)["sets"]
        assert [(each["number"], each["state"]) for each in told] == [
            (1, SetState.STAGING.value),
            (2, SetState.HELD.value),
            (3, SetState.HELD.value),
        ]

    def test_only_where_there_is_one(self, hub: Platform) -> None:
        assert not ask(hub, "sets", set="no set")["ok"]
        assert not ask(hub, "sets", set="")["ok"]


def test_sets_that_the_gateway_kept_look_again_when_it_opens(hub: Platform) -> None:
    complete(hub, "a", 1)
    set_mode(hub.hub, GatewayMode.HOLD)
    wait(hub, A, "token")
    set_mode(hub.hub, GatewayMode.OPEN)
    resume(hub.hub, gateway_item.read(hub.hub.state))
    assert hub.hub.processes.woken == ["token"]
    assert look(hub, A).outcome is Outcome.STAGE
