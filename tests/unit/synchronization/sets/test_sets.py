"""File sets: collected, held in sequence, taken one at a time, rejected with their reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.continuity.gate import ClosedPeriod
from mdmr.continuity.gateway import ALL
from mdmr.continuity.ordering import Author, change
from mdmr.continuity.turning import Drain
from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState
from mdmr.organizations.parameters import EVERYONE
from mdmr.ports.authority import GatewayMode
from mdmr.synchronization.sets import attending, closing, rows, sequence
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.rows import SetState
from mdmr.synchronization.sets.states import GATHERING, MOVES, IllegalSetMoveError
from mdmr.synchronization.sets.waiting import Reason

from tests.support.gateway import set_mode
from tests.support.market import LDC, NOON, set_parameter
from tests.support.story import Platform
from tests.support.waiting_sets import (
    MINUTE,
    complete,
    files,
    found,
    look,
    reasons,
    send,
    send_one,
    set_id,
    wait,
)
from tests.support.working import hub_with

HOUR = timedelta(hours=1)
AUTHOR = Author("test", "test")
A, B = set_id("a"), set_id("b")


@pytest.fixture
def hub() -> Platform:
    return hub_with([], at=NOON)


def after(hub: Platform, by: timedelta) -> None:
    hub.clock.advance(by)


def close(hub: Platform, tx_id: str, state: SetState = SetState.FAILED) -> None:
    """End a set that is being staged."""
    before = found(hub, set_id(tx_id))
    closing.close(hub.hub, before, before.moved(state, hub.clock.now()))


class TestASet:
    def test_begins_with_its_first_file(self, hub: Platform) -> None:
        send(hub, files("a", 1), "03")
        each = found(hub, A)
        assert (each.state, each.first) == (SetState.COLLECTING, hub.clock.now())
        assert [file.number for file in rows.files(hub.hub.state, A)] == ["03"]
        assert ("synchronization", str(A)) in hub.hub.processes.started

    def test_with_the_next_number_is_taken_once_it_is_complete(self, hub: Platform) -> None:
        *most, last = files("a", 1)
        send(hub, files("a", 1), *most)
        assert look(hub, A).outcome is Outcome.WAIT
        send(hub, files("a", 1), last)
        assert look(hub, A).outcome is Outcome.STAGE
        assert found(hub, A).state is SetState.STAGING
        assert sequence.find(hub.hub.state, LDC).open == A

    def test_tells_of_its_files_that_they_are_worked_and_then_done(self, hub: Platform) -> None:
        sent = send(hub, files("a", 1))

        def states() -> set[FileState]:
            known = [receipts.find(hub.hub.state, each.id) for each in sent]
            return {each.state for each in known if each}

        assert states() == {FileState.ACCEPTED}
        look(hub, A)
        assert states() == {FileState.PROCESSING}
        close(hub, "a")
        assert states() == {FileState.DONE}

    def test_that_is_complete_takes_no_more_files(self, hub: Platform) -> None:
        complete(hub, "a", 2)
        look(hub, A)
        assert found(hub, A).state is SetState.HELD
        seventh = files("a", 2)["05"].replace(b".a.05.01.", b".a.07.01.")
        assert send_one(hub, seventh).code == "F014"

    def test_that_is_over_takes_no_more_files(self, hub: Platform) -> None:
        made = files("a", 1)
        send(hub, made, "01")
        after(hub, HOUR)
        look(hub, A)
        assert send_one(hub, made["02"]).code == "F014"

    def test_cannot_go_back(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        with pytest.raises(IllegalSetMoveError):
            found(hub, A).moved(SetState.HELD, hub.clock.now())

    def test_that_nobody_sent_is_not_looked_at(self, hub: Platform) -> None:
        with pytest.raises(LookupError):
            look(hub, A)


class TestInSequence:
    def test_a_later_set_is_held_until_the_earlier_one_is_over(self, hub: Platform) -> None:
        complete(hub, "b", 2)
        assert look(hub, B).outcome is Outcome.WAIT
        complete(hub, "a", 1)
        assert look(hub, A).outcome is Outcome.STAGE
        assert look(hub, B).outcome is Outcome.WAIT
        assert found(hub, B).waits_for == Reason.TURN.value
        close(hub, "a")
        assert look(hub, B).outcome is Outcome.STAGE

    def test_a_held_set_looks_again_within_hours_though_nobody_wakes_it(
        self, hub: Platform
    ) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        complete(hub, "b", 2)
        assert look(hub, B).wait == 2 * HOUR

    def test_both_types_share_one_series(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        close(hub, "a")
        assert sequence.find(hub.hub.state, LDC).next == 2

    def test_the_clock_of_a_held_set_restarts_with_the_turn_of_an_earlier_one(
        self, hub: Platform
    ) -> None:
        complete(hub, "c", 3)
        look(hub, set_id("c"))
        after(hub, 50 * MINUTE)
        complete(hub, "a", 1)
        look(hub, A)
        after(hub, 50 * MINUTE)
        assert look(hub, set_id("c")).outcome is Outcome.WAIT
        after(hub, 10 * MINUTE)
        assert look(hub, set_id("c")).outcome is Outcome.OVER
        assert set(reasons(hub, "c").values()) == {("I005", "R")}

    def test_a_set_behind_those_that_are_here_is_never_rejected_for_its_wait(
        self, hub: Platform
    ) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        complete(hub, "b", 2)
        after(hub, 5 * HOUR)
        assert look(hub, B).outcome is Outcome.WAIT
        close(hub, "a")
        assert look(hub, B).outcome is Outcome.STAGE

    def test_of_two_with_one_number_the_one_completed_first_is_taken(self, hub: Platform) -> None:
        complete(hub, "z", 1)
        after(hub, MINUTE)
        complete(hub, "a", 1)
        # Their executions look in the other order, and the later one first learns of the earlier.
        z = set_id("z")
        complete(hub, "y", 2)
        assert look(hub, z).outcome is Outcome.STAGE
        assert look(hub, A).outcome is Outcome.OVER
        assert set(reasons(hub, "a").values()) == {("I006", "R")}

    def test_a_held_twin_waits_for_the_one_completed_before_it(self, hub: Platform) -> None:
        for tx_id in ("first", "second"):
            complete(hub, tx_id, 2)
            look(hub, set_id(tx_id))
            after(hub, MINUTE)
        complete(hub, "a", 1)
        look(hub, A)
        close(hub, "a")
        assert look(hub, set_id("second")).outcome is Outcome.WAIT
        assert look(hub, set_id("first")).outcome is Outcome.STAGE
        assert look(hub, set_id("second")).outcome is Outcome.OVER
        assert set(reasons(hub, "second").values()) == {("I006", "R")}

    def test_a_staging_failure_uses_the_number_unless_that_is_set_otherwise(
        self, hub: Platform
    ) -> None:
        complete(hub, "a", 1)
        look(hub, A)
        close(hub, "a")
        assert sequence.find(hub.hub.state, LDC).next == 2
        set_parameter(hub.hub, "sync.consume_on_stl_error", "no", owner=LDC)
        complete(hub, "b", 2)
        look(hub, B)
        close(hub, "b")
        assert sequence.find(hub.hub.state, LDC).next == 2

    def test_the_end_of_a_set_wakes_those_that_wait_behind_it(self, hub: Platform) -> None:
        complete(hub, "b", 2)
        wait(hub, B, "token of b")
        complete(hub, "a", 1)
        look(hub, A)
        hub.hub.processes.woken.clear()
        close(hub, "a")
        assert "token of b" in hub.hub.processes.woken


class TestAWait:
    def test_begins_with_a_token_when_nothing_happened_since_the_look(self, hub: Platform) -> None:
        send(hub, files("a", 1), "00")
        wait(hub, A, "token")
        assert found(hub, A).token == "token"
        assert hub.hub.processes.woken == []

    def test_ends_with_the_next_file(self, hub: Platform) -> None:
        send(hub, files("a", 1), "00")
        wait(hub, A, "token")
        send(hub, files("a", 1), "01")
        assert hub.hub.processes.woken == ["token"]

    def test_ends_at_once_when_a_file_came_between_the_look_and_it(self, hub: Platform) -> None:
        send(hub, files("a", 1), "00")
        left = look(hub, A).each
        send(hub, files("a", 1), "01")
        attending.park(hub.hub, A, "token", revision=left.revision, latest=left.latest)
        assert hub.hub.processes.woken == ["token"]

    def test_that_was_told_before_changes_nothing(self, hub: Platform) -> None:
        send(hub, files("a", 1), "00")
        look(hub, A)
        before = hub.hub.state.items()
        assert look(hub, A).outcome is Outcome.WAIT
        assert hub.hub.state.items() == before

    def test_lasts_until_the_hour_is_over(self, hub: Platform) -> None:
        send(hub, files("a", 1), "00")
        assert look(hub, A).seconds == 3600
        after(hub, 20 * MINUTE)
        assert look(hub, A).seconds == 2400

    def test_is_as_long_as_the_parameter_says(self, hub: Platform) -> None:
        set_parameter(hub.hub, "sync.wait_min", "30", owner=EVERYONE)
        send(hub, files("a", 1), "00")
        assert look(hub, A).seconds == 1800

    def test_stands_still_while_the_gateway_is_not_open(self, hub: Platform) -> None:
        send(hub, files("a", 1), "00")
        after(hub, 50 * MINUTE)
        drain = Drain(GatewayMode.HOLD, NOON + 6 * HOUR)
        change(hub.hub, ALL, GatewayMode.DRAIN, AUTHOR, drain=drain)
        after(hub, 3 * HOUR)
        looked = look(hub, A)
        assert (looked.outcome, looked.seconds) == (Outcome.WAIT, 15 * 60)
        set_mode(hub.hub, GatewayMode.OPEN)
        hub.hub.state.commit(ClosedPeriod(ALL, NOON + 50 * MINUTE, hub.clock.now()).write)
        assert look(hub, A).seconds == 10 * 60

    def test_for_a_gateway_that_keeps_it_has_no_end(self, hub: Platform) -> None:
        complete(hub, "a", 1)
        set_mode(hub.hub, GatewayMode.HOLD)
        assert look(hub, A).outcome is Outcome.WAIT
        assert found(hub, A).waits_for == Reason.GATEWAY.value
        with pytest.raises(KeptInsideError):
            rows.commit(hub.hub, found(hub, A), found(hub, A))
        set_mode(hub.hub, GatewayMode.OPEN)
        assert look(hub, A).outcome is Outcome.STAGE


class TestAPSync:
    def test_of_a_large_ldc_waits_for_its_slot_and_others_wait_behind_it(
        self, hub: Platform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "mdmr.synchronization.sets.finding.directory_map.read", lambda *_: _Map(3)
        )
        set_parameter(hub.hub, "sync.psync_slot_over", "2", owner=LDC)
        set_parameter(hub.hub, "sync.psync_slot", "13:05-14:00", owner=LDC)
        large = complete(hub, "p", 1, file_id="3000")
        complete(hub, "c", 3)
        look(hub, set_id("c"))
        assert look(hub, large).seconds == 3600
        assert found(hub, large).waits_for == Reason.SLOT.value
        after(hub, HOUR)
        assert look(hub, set_id("c")).outcome is Outcome.WAIT, "its clock stood still"
        assert look(hub, large).outcome is Outcome.STAGE

    def test_of_a_small_ldc_needs_no_slot(self, hub: Platform) -> None:
        set_parameter(hub.hub, "sync.psync_slot", "13:05-14:00", owner=LDC)
        assert look(hub, complete(hub, "p", 1, file_id="3000")).outcome is Outcome.STAGE


class _Map:
    """A directory map of so many active SDPs."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def active(self, _: object) -> int:
        return self._count


class TestTheStates:
    def test_that_gather_are_those_that_can_be_rejected(self) -> None:
        assert {each.start for each in MOVES if each.to is SetState.REJECTED} == GATHERING
