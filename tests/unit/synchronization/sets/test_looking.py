"""Looking at a set: what is noted of its wait, when it looks again, and what it rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import StateBusyError
from mdmr.synchronization.sets import attending, finding, rows, sequence
from mdmr.synchronization.sets.attending import Looked, Outcome
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.sequence import Waiting
from mdmr.synchronization.sets.states import Decision, SetState
from msgspec.structs import replace

from tests.support.gateway import set_mode
from tests.support.market import LDC, NOON, OTHER_LDC, set_parameter
from tests.support.story import Platform
from tests.support.waiting_sets import (
    MINUTE,
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
from tests.unit.contested import Contested, touches
from tests.unit.epochs import Growing

A, B, P = set_id("a"), set_id("b"), set_id("p", "3000")
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def hub() -> Platform:
    return hub_with([], at=NOON)


def series(hub: Platform) -> sequence.Sequence:
    return sequence.find(hub.hub.state, LDC)


def changes(hub: Platform) -> int:
    """Return how often the table was written since the last call, by revision of set and series."""
    return sum(int(str(item.get("revision", 0))) for item in hub.hub.state.items())


class TestALook:
    def test_waits_whole_seconds_and_one_at_least(self) -> None:
        each = FileSet(A, SetState.HELD, NOON, 1)
        for given, seconds in ((0, 1), (-5, 1), (0.2, 1), (1, 1), (1.001, 2), (60, 60)):
            looked = Looked(each, Outcome.WAIT, timedelta(seconds=given))
            assert looked.seconds == seconds
        assert Looked(each, Outcome.STAGE).wait == timedelta()

    def test_is_tried_eight_times(self, hub: Platform) -> None:
        send(hub, files("a", 1), "00")
        late = Contested(hub.hub.state, touches("SET#"), fails=7, failing=(2,))
        looked = attending.look(replace(hub.hub, state=late), A)
        assert (looked.outcome, late.refused) == (Outcome.WAIT, 7)
        send(hub, files("b", 2), "00")
        never = Contested(hub.hub.state, touches("SET#"), fails=8, failing=(2,))
        with pytest.raises(StateBusyError, match="write contention in 8 attempts"):
            attending.look(replace(hub.hub, state=never), B)
        assert never.refused == 8

    def test_at_a_set_that_is_over_does_what_follows(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        before = found(hub, A)
        rows.commit(hub.hub, before, before.moved(SetState.FAILED, NOON))
        looked = look(hub, A)
        assert (looked.outcome, looked.each.followed) == (Outcome.OVER, True)
        assert found(hub, A) == looked.each

    @pytest.mark.parametrize(
        ("state", "decision", "outcome"),
        [
            ("LOADED", Decision.NONE, Outcome.PROCESS),
            ("PROCESSING", Decision.NONE, Outcome.PROCESS),
            ("PROCESSING", Decision.REFUSE, Outcome.PROCESS),
            ("STOPPED", Decision.NONE, Outcome.WAIT),
            ("STOPPED", Decision.RELEASE, Outcome.PROCESS),
            ("STOPPED", Decision.REFUSE, Outcome.DECIDE),
        ],
    )
    def test_tells_what_comes_next_by_state_and_decision(
        self, hub: Platform, state: str, decision: Decision, outcome: Outcome
    ) -> None:
        complete(hub, "a", 1)
        before = stopped(hub, A)
        rows.commit(hub.hub, before, replace(before, state=SetState(state), decision=decision))
        assert look(hub, A).outcome is outcome

    def test_completes_the_turn_of_a_set_whose_execution_died(self, hub: Platform) -> None:
        sent = send(hub, files("a", 1))
        facts = finding.facts_of(hub.hub, found(hub, A))
        taken = facts.sequence.taken(A, 1, NOON)
        after = replace(found(hub, A).moved(SetState.STAGING, NOON), sequence=1)
        move = sequence.move(facts.sequence, taken, epoch=1)
        rows.commit(hub.hub, found(hub, A), after, move)
        complete(hub, "b", 2)
        wait(hub, B, "token of b")
        hub.hub.processes.woken.clear()
        assert look(hub, A).outcome is Outcome.STAGE
        known = [receipts.find(hub.hub.state, each.id) for each in sent]
        assert {each.state for each in known if each} == {FileState.PROCESSING}
        assert hub.hub.processes.woken == ["token of b"]


class TestATurn:
    def test_is_noted_with_number_extraction_and_begin(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        hub.clock.advance(MINUTE)
        taken = look(hub, A).each
        assert taken == found(hub, A)
        assert (taken.state, taken.sequence, taken.stl_start) == (
            SetState.STAGING,
            1,
            NOON + MINUTE,
        )
        assert taken.extracted == NOON - HOUR
        left = series(hub)
        assert (left.open, left.number, left.turned) == (A, 1, NOON + MINUTE)

    def test_wakes_those_that_wait_behind_it(self, hub: Platform) -> None:
        complete(hub, "b", 2)
        wait(hub, B, "token of b")
        hub.hub.processes.woken.clear()
        complete(hub, "a", 1)
        look(hub, A)
        assert hub.hub.processes.woken == ["token of b"]

    def test_is_given_under_one_epoch(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        worker = replace(hub.hub, lease=Growing(hub.hub.lease))
        attending.look(worker, A)
        item = hub.hub.state.get(sequence.sequence_key(LDC)) or {}
        assert item["epoch"] == found(hub, A).epoch


class TestWhatASetWaitsFor:
    def test_is_noted_of_it_and_in_the_sequence(self, hub: Platform) -> None:
        send(hub, files("b", 2), "00")
        looked = look(hub, B)
        each = found(hub, B)
        assert looked.each == each
        assert (each.state, each.waits_for) == (SetState.COLLECTING, "FILES")
        assert (each.until, each.looks, looked.wait) == (NOON + HOUR, NOON + HOUR, HOUR)
        assert series(hub).waiting == (Waiting(B, 2),)

    def test_is_not_in_the_sequence_before_its_number_is_known(self, hub: Platform) -> None:
        send(hub, files("a", 1), "01")
        look(hub, A)
        assert found(hub, A).waits_for == "MANIFEST"
        assert (series(hub).waiting, series(hub).revision) == ((), 0)

    def test_is_its_turn_once_it_is_complete_and_it_is_held_then(self, hub: Platform) -> None:
        complete(hub, "b", 2)
        hub.clock.advance(MINUTE)
        look(hub, B)
        each = found(hub, B)
        assert (each.state, each.waits_for) == (SetState.HELD, "PRIOR")
        assert (each.until, each.looks) == (NOON + HOUR, NOON + HOUR)
        step = each.history[-1]
        assert (step.state, step.at, step.reason) == (SetState.HELD, NOON + MINUTE, "PRIOR")
        assert series(hub).waiting == (Waiting(B, 2, NOON),)
        before = each.history
        look(hub, B)
        assert found(hub, B).history == before

    def test_is_noted_under_one_epoch(self, hub: Platform) -> None:
        complete(hub, "b", 2)
        worker = replace(hub.hub, lease=Growing(hub.hub.lease))
        attending.look(worker, B)
        item = hub.hub.state.get(sequence.sequence_key(LDC)) or {}
        assert item["epoch"] == found(hub, B).epoch

    def test_is_noted_again_where_only_the_sequence_does_not_know_of_it(
        self, hub: Platform
    ) -> None:
        complete(hub, "b", 2)
        look(hub, B)
        before = series(hub)
        hub.hub.state.commit(sequence.move(before, before.without(B), epoch=1))
        look(hub, B)
        assert series(hub).waiting == (Waiting(B, 2, NOON),)

    def test_is_noted_no_second_time(self, hub: Platform) -> None:
        complete(hub, "b", 2)
        look(hub, B)
        before = changes(hub)
        look(hub, B)
        assert changes(hub) == before

    @pytest.mark.parametrize("who", ["gateway", "operator"])
    def test_is_the_gateway_or_the_operator_who_wakes_it(self, hub: Platform, who: str) -> None:
        complete(hub, "a", 1)
        if who == "gateway":
            set_mode(hub.hub, GatewayMode.HOLD)
        else:
            stopped(hub, A)
        looked = look(hub, A)
        assert (looked.outcome, looked.wait) == (Outcome.WAIT, 2 * HOUR)
        each = found(hub, A)
        assert looked.each == each
        assert (each.waits_for, each.until) == (who.upper(), None)
        assert each.looks == hub.clock.now() + 2 * HOUR
        before = changes(hub)
        # Still far off: it looks when it said; near to it, the next look is put off.
        hub.clock.advance(HOUR - SECOND)
        assert look(hub, A).wait == HOUR + SECOND
        assert changes(hub) == before
        hub.clock.advance(SECOND)
        assert look(hub, A).wait == 2 * HOUR
        assert found(hub, A).looks == NOON + 3 * HOUR

    def test_is_asked_again_when_it_waits_for_something_else(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        set_mode(hub.hub, GatewayMode.HOLD)
        look(hub, A)
        hub.clock.advance(MINUTE)
        set_mode(hub.hub, GatewayMode.OPEN)
        stopped(hub, A)
        assert look(hub, A).wait == 2 * HOUR
        assert found(hub, A).waits_for == "OPERATOR"

    def test_that_has_an_end_is_looked_at_then_and_not_as_was_noted(self, hub: Platform) -> None:
        set_parameter(hub.hub, "sync.wait_min", "180")
        send(hub, files("a", 1), "00")
        look(hub, A)
        each = found(hub, A)
        rows.commit(hub.hub, each, replace(each, looks=NOON + 150 * MINUTE))
        assert look(hub, A).wait == 180 * MINUTE

    def test_may_be_nearer_than_was_noted(self, hub: Platform) -> None:
        """Noted was a look later than what is left now: a closure was opened meanwhile."""
        complete(hub, "a", 1)
        look(hub, A)
        complete(hub, "b", 2)
        look(hub, B)
        each = found(hub, B)
        assert (each.waits_for, each.looks) == ("TURN", NOON + 2 * HOUR)
        rows.commit(hub.hub, each, replace(each, looks=NOON + 3 * HOUR))
        assert look(hub, B).wait == 2 * HOUR
        each = found(hub, B)
        rows.commit(hub.hub, each, replace(each, looks=None))
        assert look(hub, B).wait == 2 * HOUR


class TestAWaitWithAToken:
    def test_begins_only_as_the_look_has_left_the_set(self, hub: Platform) -> None:
        send(hub, files("a", 1), "00")
        left = look(hub, A).each
        for revision, latest in ((left.revision - 1, left.latest), (left.revision, "another")):
            hub.hub.processes.woken.clear()
            attending.park(hub.hub, A, "late", revision=revision, latest=latest)
            assert hub.hub.processes.woken == ["late"]
            assert found(hub, A).token == ""
        hub.hub.processes.woken.clear()
        attending.park(hub.hub, A, "token", revision=left.revision, latest=left.latest)
        assert (hub.hub.processes.woken, found(hub, A).token) == ([], "token")


class TestTheNumberExpected:
    @pytest.mark.parametrize(
        ("state", "number"), [("STAGING", 1), ("LOADED", 2), ("PROCESSING", 2), ("STOPPED", 2)]
    )
    def test_is_the_next_one_once_the_set_under_way_is_loaded(
        self, hub: Platform, state: str, number: int
    ) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        before = found(hub, A)
        rows.commit(hub.hub, before, replace(before, state=SetState(state)))
        assert finding.expected(hub.hub, series(hub)) == number

    def test_is_that_of_the_sequence_while_none_is_under_way(self, hub: Platform) -> None:
        assert finding.expected(hub.hub, series(hub)) == 1
        # A set under way of which nothing is known here has used no number.
        assert finding.expected(hub.hub, replace(series(hub), open=B, number=5)) == 1


class TestHowLongASetMayWait:
    def test_is_told_by_its_ldc_as_of_its_first_file(self, hub: Platform) -> None:
        set_parameter(hub.hub, "sync.wait_min", "30")
        set_parameter(hub.hub, "sync.wait_min", "20", owner=LDC)
        set_parameter(hub.hub, "sync.wait_min", "10", owner=OTHER_LDC)
        send(hub, files("a", 1), "00")
        assert look(hub, A).wait == 20 * MINUTE
