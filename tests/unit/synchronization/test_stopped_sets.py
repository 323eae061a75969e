"""A step fails for good, wherever a set is: it stops, is told, and can always be ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.ledger import incidents
from mdmr.ports.state import StateBusyError
from mdmr.synchronization.processing import plans, reporting
from mdmr.synchronization.sets import closing, deciding, sequence
from mdmr.synchronization.sets.attending import Outcome
from mdmr.synchronization.sets.states import Decision, SetState

from tests.support.market import AGENT, LDC
from tests.support.set_runs import run_set
from tests.support.story import Platform
from tests.support.towns import HOUSE, SHOP, sdp
from tests.support.working import (
    directory,
    files_of,
    found,
    hub_with,
    reports,
    send,
    step,
)
from tests.unit.synchronization.stopping import (
    ANYWHERE,
    ASKED,
    ERROR,
    MINUTE,
    NEXT,
    NOW,
    TOWN,
    all_applied,
    decided,
    failing,
    files,
    gathering,
    in_staging,
    incident_of,
    looked,
    rows_of,
    sent,
    status_of,
    stopped,
)


@pytest.fixture
def hub() -> Platform:
    return hub_with((HOUSE, SHOP), at=NOW)


@pytest.mark.parametrize("where", ANYWHERE)
class TestASetStopsWhereverItIs:
    def test_and_its_sender_and_the_operator_are_told(self, hub: Platform, where: str) -> None:
        set_id = ANYWHERE[where](hub)
        for _ in range(2):
            assert stopped(hub, set_id) == "STOPPED"
        each = found(hub.hub, set_id)
        assert (each.state, each.status) == (SetState.STOPPED, "99")
        for name in ("IR06", "IR07"):
            assert len(reports(hub, name)) == 1
            assert status_of(hub, name)[:2] == ["99", "SYSTEM FAILURE"]
        assert incident_of(hub, set_id)["state"] == incidents.NEW
        assert incident_of(hub, set_id)["fault"] == ERROR
        assert looked(hub, set_id).outcome is Outcome.WAIT

    def test_and_goes_on_from_there_when_it_is_released(self, hub: Platform, where: str) -> None:
        if where == "held":
            run_set(hub.hub, sent(hub, sdp(SHOP), 1))
        set_id = ANYWHERE[where](hub) if where != "held" else sent(hub, TOWN, 2)
        stopped(hub, set_id)
        decided(hub, set_id, Decision.RELEASE)
        assert run_set(hub.hub, set_id).each.state is SetState.COMPLETE
        assert status_of(hub)[0] == "00"
        assert incident_of(hub, set_id)["state"] == incidents.CLOSED
        assert directory(hub)

    def test_and_ends_when_it_is_refused_and_the_next_one_is_worked(
        self, hub: Platform, where: str
    ) -> None:
        set_id = ANYWHERE[where](hub)
        stopped(hub, set_id)
        decided(hub, set_id, Decision.REFUSE)
        assert run_set(hub.hub, set_id).each.state is SetState.COMPLETE
        assert found(hub.hub, set_id).status == "99"
        assert files(hub) == {"DONE"}
        assert incident_of(hub, set_id)["state"] == incidents.CLOSED
        # One that stopped before its turn has not used its number.
        number = 1 if where in ("gathering", "held") else 2
        assert sequence.find(hub.hub.state, LDC).next == number
        after = sent(hub, TOWN + NEXT, number, "after")
        assert run_set(hub.hub, after).each.state is SetState.COMPLETE
        assert status_of(hub)[0] == "00"

    def test_and_the_sequence_can_be_reset_after_that(self, hub: Platform, where: str) -> None:
        set_id = ANYWHERE[where](hub)
        stopped(hub, set_id)
        decided(hub, set_id, Decision.REFUSE)
        run_set(hub.hub, set_id)
        assert deciding.reset(hub.hub, LDC, 7, ASKED).next == 7


class TestASetThatStopsBeforeItsTurn:
    def test_gives_way_to_another_one_of_its_number(self, hub: Platform) -> None:
        stopped(hub, gathering(hub))
        again = sent(hub, TOWN, 1, "again")
        assert run_set(hub.hub, again).each.state is SetState.COMPLETE

    def test_is_rejected_when_its_number_was_used_meanwhile(self, hub: Platform) -> None:
        set_id = gathering(hub)
        stopped(hub, set_id)
        run_set(hub.hub, sent(hub, TOWN, 1, "again"))
        decided(hub, set_id, Decision.RELEASE)
        assert run_set(hub.hub, set_id).each.state is SetState.REJECTED
        assert "I006" in reports(hub, "IR10", AGENT)[-1][0]

    def test_takes_files_that_come_meanwhile_and_its_clock_stands_still(
        self, hub: Platform
    ) -> None:
        hub.clock.advance(MINUTE)
        *early, late = files_of(TOWN, "tx0001", 1, at=hub.clock.now()).items()
        set_id = send(hub, dict(early))
        stopped(hub, set_id)
        hub.clock.advance(timedelta(hours=5))
        send(hub, dict([late]))
        decided(hub, set_id, Decision.RELEASE)
        assert run_set(hub.hub, set_id).each.state is SetState.COMPLETE

    def test_tells_no_number_that_nobody_has_read(self, hub: Platform) -> None:
        stopped(hub, gathering(hub))
        assert split(reports(hub, "IR06")[0][0])[5:7] == ["", ""]


class TestASetThatStopsInItsTurn:
    def test_keeps_its_turn_until_the_operator_decides(self, hub: Platform) -> None:
        set_id = in_staging(hub)
        stopped(hub, set_id)
        after = sent(hub, NEXT, 2)
        assert looked(hub, after).outcome is Outcome.WAIT
        decided(hub, set_id, Decision.REFUSE)
        run_set(hub.hub, set_id)
        assert looked(hub, after).outcome is Outcome.STAGE


class TestReportsThatCannotBeMade:
    def test_are_told_without_their_rows(self, hub: Platform) -> None:
        set_id = all_applied(hub)
        with failing(plans, "reported"):
            assert stopped(hub, set_id) == "STOPPED"
        assert status_of(hub) == ["99", "SYSTEM FAILURE", "18", "0", "0"]
        assert "reports without rows: RuntimeError" in str(incident_of(hub, set_id)["fault"])

    def test_stop_a_set_all_the_same(self, hub: Platform) -> None:
        set_id = all_applied(hub)
        with failing(reporting, "_status"):
            assert stopped(hub, set_id) == "STOPPED"
        assert reports(hub, "IR06") == []
        decided(hub, set_id, Decision.REFUSE)
        assert run_set(hub.hub, set_id).each.state is SetState.COMPLETE
        assert status_of(hub)[:2] == ["99", "SYSTEM FAILURE"]

    @pytest.mark.parametrize("tried", [0, 2])
    def test_are_tried_again_at_first(self, hub: Platform, tried: int) -> None:
        """What is gone for the moment leaves no report without its rows."""
        set_id = all_applied(hub)
        with failing(plans, "reported"), pytest.raises(RuntimeError):
            stopped(hub, set_id, tried=tried)
        assert stopped(hub, set_id, tried=tried + 1) == "STOPPED"
        assert len(rows_of(hub, "IR06")) == 18

    @pytest.mark.parametrize("tried", [3, 4])
    def test_have_their_status_section_at_least_until_the_last_try(
        self, hub: Platform, tried: int
    ) -> None:
        set_id = all_applied(hub)
        with failing(reporting, "_status"), pytest.raises(RuntimeError):
            stopped(hub, set_id, tried=tried)
        with failing(plans, "reported"):
            assert stopped(hub, set_id, tried=tried) == "STOPPED"

    def test_are_tried_again_where_a_store_is_busy(self, hub: Platform) -> None:
        set_id = all_applied(hub)

        def busy(*_: Any) -> None:  # noqa: ANN401 - any function's
            raise StateBusyError("a table")

        with patch.object(plans, "reported", busy), pytest.raises(StateBusyError):
            stopped(hub, set_id)
        assert found(hub.hub, set_id).state is SetState.PROCESSING

    def test_because_a_plan_cannot_be_read_are_told_bare(self, hub: Platform) -> None:
        set_id = all_applied(hub)
        with failing(plans, "tally"):
            stopped(hub, set_id)
        assert status_of(hub)[0] == "99"


class TestWhatIsStoppedAndCannotEvenWait:
    def test_is_left_to_the_sweep(self, hub: Platform) -> None:
        """Going round for ever would tell nobody anything."""
        set_id = in_staging(hub)
        stopped(hub, set_id)
        assert stopped(hub, set_id, "Park") == "LOOK"
        assert found(hub.hub, set_id).state is SetState.STOPPED

    def test_so_is_what_follows_from_the_end_of_a_set(self, hub: Platform) -> None:
        set_id = all_applied(hub)
        with failing(closing, "end_files"), pytest.raises(RuntimeError):
            step(hub.hub, set_id, "conclude")
        assert found(hub.hub, set_id).over
        assert stopped(hub, set_id, "Conclude") == "LOOK"
        assert incident_of(hub, set_id, "UNFINISHED_SET")["fault"] == ERROR
        assert looked(hub, set_id).outcome is Outcome.OVER
        assert files(hub) == {"DONE"}
