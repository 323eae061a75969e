"""The operator's word about a stopped set and the next number: decided once, with its evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.calendar.period import Period
from mdmr.evidence import chain
from mdmr.evidence.records import Record
from mdmr.exchange.outbound.resending import Asked
from mdmr.ports.codec import from_item
from mdmr.ports.state import (
    ConditionFailedError,
    StateBusyError,
)
from mdmr.synchronization.sets import deciding, rows, sequence
from mdmr.synchronization.sets.deciding import NotStoppedError, SetOpenError
from mdmr.synchronization.sets.states import Decision, SetState
from msgspec.structs import replace

from tests.support.gateway import take_lease_away
from tests.support.market import LDC, NOON
from tests.support.story import Platform
from tests.support.waiting_sets import (
    complete,
    found,
    look,
    set_id,
    stopped,
    wait,
)
from tests.support.working import hub_with
from tests.unit.contested import Contested, touches
from tests.unit.epochs import Growing

A, B = set_id("a"), set_id("b")
HOUR = timedelta(hours=1)
ASKED = Asked("r-1", "ann", "checked")
BUSY = "write contention in 8 attempts"


@pytest.fixture
def hub() -> Platform:
    return hub_with([], at=NOON)


class TestTheOperatorsWord:
    def test_lets_a_stopped_set_go_on_and_is_written_with_its_evidence(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        stopped(hub, A)
        wait(hub, A, "token")
        each = found(hub, A)
        rows.commit(hub.hub, each, replace(each, until=NOON + HOUR))
        before = found(hub, A)
        assert before.waits_for == "OPERATOR"
        decided = deciding.decide(hub.hub, A, Decision.RELEASE, ASKED)
        assert decided == found(hub, A)
        assert decided == replace(
            before,
            decision=Decision.RELEASE,
            waits_for="",
            until=None,
            looks=None,
            revision=before.revision + 1,
        )
        assert hub.hub.processes.woken[-1] == "token"
        last = chain.last(hub.hub.state)
        (item,) = chain.stored(hub.hub.state, last, last)
        deed = from_item(Record, item).deed
        assert (deed.what, deed.by, deed.why) == ("stopped set released", "ann", "checked")
        assert deed.facts == {"set": str(A), "status": "20", "request": "r-1"}

    def test_given_again_only_wakes_the_set(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        stopped(hub, A)
        wait(hub, A, "token")
        first = deciding.decide(hub.hub, A, Decision.RELEASE, ASKED)
        hub.hub.processes.woken.clear()
        assert deciding.decide(hub.hub, A, Decision.RELEASE, ASKED) == first
        assert (hub.hub.processes.woken, found(hub, A)) == (["token"], first)

    def test_refuses_in_words_of_its_own(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        stopped(hub, A)
        deciding.decide(hub.hub, A, Decision.REFUSE, ASKED)
        last = chain.last(hub.hub.state)
        (item,) = chain.stored(hub.hub.state, last, last)
        assert from_item(Record, item).deed.what == "stopped set refused"

    def test_is_told_how_a_set_stands_that_is_not_to_be_decided(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        with pytest.raises(NotStoppedError, match="STAGING"):
            deciding.decide(hub.hub, A, Decision.RELEASE, ASKED)
        with pytest.raises(LookupError):
            deciding.decide(hub.hub, B, Decision.RELEASE, ASKED)

    def test_is_not_turned_round(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        stopped(hub, A)
        deciding.decide(hub.hub, A, Decision.REFUSE, ASKED)
        with pytest.raises(NotStoppedError, match="REFUSE"):
            deciding.decide(hub.hub, A, Decision.RELEASE, ASKED)
        assert found(hub, A).decision is Decision.REFUSE

    def test_is_not_a_decision_about_a_set_that_went_on(self, hub: Platform) -> None:
        """A set in work may still bear the decision that let it go on."""
        complete(hub, "a", 1)
        before = stopped(hub, A)
        after = replace(before.moved(SetState.PROCESSING, NOON), decision=Decision.RELEASE)
        rows.commit(hub.hub, before, after)
        with pytest.raises(NotStoppedError, match="RELEASE"):
            deciding.decide(hub.hub, A, Decision.RELEASE, ASKED)

    @pytest.mark.parametrize("what", ["SET#", "SEQUENCE#"])
    def test_is_tried_eight_times(self, hub: Platform, what: str) -> None:
        complete(hub, "a", 1)
        if what == "SET#":
            stopped(hub, A)

        def say(fails: int) -> Contested:
            state = Contested(hub.hub.state, touches(what), fails=fails, failing=(1,))
            worker = replace(hub.hub, state=state)
            if what == "SET#":
                deciding.decide(worker, A, Decision.RELEASE, ASKED)
            else:
                deciding.reset(worker, LDC, 7, ASKED)
            return state

        with pytest.raises(StateBusyError, match=BUSY):
            say(8)
        assert say(7).refused == 7

    def test_is_given_under_one_epoch(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        stopped(hub, A)
        worker = replace(hub.hub, lease=Growing(hub.hub.lease))
        deciding.decide(worker, A, Decision.RELEASE, ASKED)
        last = chain.last(hub.hub.state)
        (item,) = chain.stored(hub.hub.state, last, last)
        assert from_item(Record, item).deed.epoch == found(hub, A).epoch

    def test_is_given_by_the_active_region_only(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        before = stopped(hub, A)
        mandate = hub.hub.lease.mandate(str(A))
        take_lease_away(hub.hub)

        class Stale:
            def mandate(self, _: str) -> object:
                return mandate

        worker = replace(hub.hub, lease=Stale())
        with pytest.raises((StateBusyError, ConditionFailedError)):
            deciding.decide(worker, A, Decision.RELEASE, ASKED)
        assert found(hub, A) == before


class TestTheNextNumber:
    @pytest.mark.parametrize("number", [1, 2, 7])
    def test_is_the_one_that_the_operator_says(self, hub: Platform, number: int) -> None:
        hub.clock.advance(HOUR)
        left = deciding.reset(hub.hub, LDC, number, ASKED)
        assert left == sequence.find(hub.hub.state, LDC)
        assert (left.next, left.last, left.turned) == (number, number - 1, NOON + HOUR)
        last = chain.last(hub.hub.state)
        (item,) = chain.stored(hub.hub.state, last, last)
        deed = from_item(Record, item).deed
        assert (deed.what, deed.facts) == (
            "sequence reset",
            {"ldc": LDC, "next": str(number), "before": "1", "request": "r-1"},
        )

    @pytest.mark.parametrize("number", [0, -1])
    def test_is_one_or_more(self, hub: Platform, number: int) -> None:
        with pytest.raises(ValueError, match="is 1 or more"):
            deciding.reset(hub.hub, LDC, number, ASKED)

    def test_is_not_changed_under_a_set_that_is_under_way(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        with pytest.raises(SetOpenError, match=f"{A} is under way"):
            deciding.reset(hub.hub, LDC, 7, ASKED)

    def test_ends_the_pause_of_a_p_sync_that_waited_for_its_slot(self, hub: Platform) -> None:
        before = sequence.find(hub.hub.state, LDC)
        paused = replace(before, pauses=(Period(NOON, NOON + 9 * HOUR),))
        hub.hub.state.commit(sequence.move(before, paused, epoch=1))
        assert deciding.reset(hub.hub, LDC, 7, ASKED).pauses == ()
        complete(hub, "b", 9)
        look(hub, B)
        # Its clock does not stand still for a P-Sync that is not waited for any more.
        assert found(hub, B).until == NOON + HOUR

    def test_lets_those_look_again_that_wait(self, hub: Platform) -> None:
        complete(hub, "b", 7)
        wait(hub, B, "token of b")
        hub.hub.processes.woken.clear()
        deciding.reset(hub.hub, LDC, 7, ASKED)
        assert hub.hub.processes.woken == ["token of b"]

    def test_is_written_under_one_epoch(self, hub: Platform) -> None:
        worker = replace(hub.hub, lease=Growing(hub.hub.lease))
        deciding.reset(worker, LDC, 7, ASKED)
        item = hub.hub.state.get(sequence.sequence_key(LDC)) or {}
        last = chain.last(hub.hub.state)
        (record,) = chain.stored(hub.hub.state, last, last)
        assert item["epoch"] == from_item(Record, record).deed.epoch
