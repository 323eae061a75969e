from __future__ import annotations

from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.runs import (
    SlotUnfinishedError,
    close_slot,
    fail_file,
    fail_slot,
    fail_summary,
    finish_slot,
)
from mdmr.exchange.ledger import receipts, slots
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.identifiers.answering import answer_requests
from mdmr.ports.authority import NotActiveError
from mdmr.ports.state import ConditionFailedError, StateStore, Update

from tests.support.call import QUARTER
from tests.support.calls import SLOT, SLOT_END, failing
from tests.support.gateway import take_lease_away
from tests.support.gateway_calls import HOLD, order
from tests.support.market import AGENT, LDC, OTHER_LDC, name, request, set_parameter
from tests.support.story import ERROR, Platform, platform

SECOND = timedelta(seconds=1)


@pytest.fixture
def hub() -> Platform:
    return platform()


def accepted(
    hub: Platform, sender: str = AGENT, ldc: str = LDC, at: str = "20250820120000"
) -> Receipt:
    file_name = name(ldc=ldc, sender=sender, at=at)
    body = request(file_name, f"SP-{file_name}")
    return take_in(hub.hub, hub.upload(f"{sender}/{file_name}", body))


def state_of(hub: Platform) -> str:
    row = hub.hub.state.get(SLOT.key)
    assert row is not None
    return str(row["state"])


class TestASlot:
    def test_is_named_for_its_process_and_its_end_in_est(self) -> None:
        slot = Slot("identifiers", datetime(2025, 8, 20, 10, 15, tzinfo=EST))
        assert slot.id == "identifiers-20250820T101500"
        assert Slot.of(slot.id) == slot

    @pytest.mark.parametrize("text", ["", "identifiers", "identifiers-", "identifiers-20251301T0"])
    def test_of_an_id_that_is_none_is_an_error(self, text: str) -> None:
        with pytest.raises(ValueError, match="is no time"):
            Slot.of(text)


class TestAFileJoins:
    def test_the_slot_that_ends_next(self, hub: Platform) -> None:
        assert accepted(hub).work_id == SLOT.id

    def test_the_next_slot_when_it_is_accepted_exactly_at_the_end_of_one(
        self, hub: Platform
    ) -> None:
        hub.clock.move_to(SLOT_END - SECOND)
        assert accepted(hub).work_id == SLOT.id
        hub.clock.move_to(SLOT_END)
        assert accepted(hub, LDC).work_id == Slot("identifiers", SLOT_END + QUARTER).id

    def test_the_slot_after_one_that_was_closed_early(self, hub: Platform) -> None:
        accepted(hub)
        close_slot(hub.hub, SLOT)
        assert accepted(hub, LDC).work_id == Slot("identifiers", SLOT_END + QUARTER).id

    def test_a_slot_of_the_length_that_is_set(self, hub: Platform) -> None:
        set_parameter(hub.hub, "usdp.run_min", "60")
        assert Slot.of(accepted(hub).work_id).ends == SLOT_END.replace(hour=13, minute=0)

    def test_a_slot_of_the_new_day_when_it_comes_at_23_50(self, hub: Platform) -> None:
        hub.clock.move_to(SLOT_END.replace(hour=23, minute=50))
        assert accepted(hub).work_id == "identifiers-20250821T000000"

    def test_in_the_order_of_arrival_then_name(self, hub: Platform) -> None:
        late = accepted(hub, at="20250820120009")
        early = accepted(hub, at="20250820120001")
        hub.clock.advance(SECOND)
        last = accepted(hub, at="20250820120000")
        members = slots.members(hub.hub.state, SLOT, LDC)
        assert [each.receipt_id for each in members] == [early.id, late.id, last.id]


class TestClosing:
    def test_returns_the_ldcs_that_have_files(self, hub: Platform) -> None:
        accepted(hub, AGENT)
        accepted(hub, LDC)
        accepted(hub, OTHER_LDC, OTHER_LDC)
        assert close_slot(hub.hub, SLOT) == [LDC, OTHER_LDC]

    def test_again_returns_the_same(self, hub: Platform) -> None:
        accepted(hub)
        assert close_slot(hub.hub, SLOT) == close_slot(hub.hub, SLOT) == [LDC]

    def test_of_a_slot_that_nobody_joined_is_an_error(self, hub: Platform) -> None:
        with pytest.raises(ConditionFailedError):
            close_slot(hub.hub, SLOT)

    def test_is_for_the_active_region_only(self, hub: Platform) -> None:
        accepted(hub)
        take_lease_away(hub.hub)
        with pytest.raises(NotActiveError):
            close_slot(hub.hub, SLOT)


class TestFinishing:
    def test_an_open_slot_is_not_finished(self, hub: Platform) -> None:
        accepted(hub)
        assert not finish_slot(hub.hub, SLOT)
        assert state_of(hub) == "OPEN"

    def test_a_slot_with_a_file_still_to_be_worked_is_not_finished(self, hub: Platform) -> None:
        accepted(hub)
        close_slot(hub.hub, SLOT)
        assert not finish_slot(hub.hub, SLOT)
        assert state_of(hub) == "CLOSED"

    def test_a_slot_that_does_not_know_that_a_files_work_is_over_cannot_be_finished(
        self, hub: Platform
    ) -> None:
        receipt = accepted(hub)
        close_slot(hub.hub, SLOT)
        over = {"state": FileState.DONE.value}
        hub.hub.state.commit(Update(receipt.key, set=over))
        with pytest.raises(SlotUnfinishedError):
            finish_slot(hub.hub, SLOT)

    def test_takes_the_slot_out_of_what_the_sweep_finds(self, hub: Platform) -> None:
        accepted(hub)
        close_slot(hub.hub, SLOT)
        answer_requests(hub.hub, SLOT, LDC, until=SLOT_END)
        assert finish_slot(hub.hub, SLOT)
        row = hub.hub.state.get(SLOT.key)
        assert row is not None
        assert row["state"] == "WORKED"
        assert "unfinished" not in row


class TestAFileThatFails:
    def test_is_set_aside_told_and_becomes_an_incident(self) -> None:
        call = failing()
        call.on(call.platform.worker)
        hub = call.platform.hub
        first, *others = receipts.of_organization(hub.state, AGENT, newest_first=False)
        assert (first.state, first.history[-1].reason) == (FileState.FAILED, ERROR)
        assert {each.state for each in others} == {FileState.ACCEPTED}
        assert [event.kind for event in hub.notifications.sent] == ["FILE_FAILED"]
        (incident,) = [item for item in hub.state.items() if item["sk"] == "INCIDENT"]
        assert incident["subject"] == first.id

    def test_takes_no_neighbour_with_it_when_the_step_is_tried_again(self) -> None:
        call = failing()
        for _ in range(5):
            call.on(call.platform.worker)
            call.platform.clock.advance(timedelta(minutes=2))
        states = [each.state for each in receipts.of_organization(call.platform.hub.state, AGENT)]
        assert states == [FileState.ACCEPTED, FileState.ACCEPTED, FileState.FAILED]

    def test_lets_its_neighbours_go_on(self) -> None:
        call = failing()
        call.on(call.platform.worker)
        call.end()
        states = [each.state for each in receipts.of_organization(call.platform.hub.state, AGENT)]
        assert states == [FileState.DONE, FileState.DONE, FileState.FAILED]
        assert call.platform.failed_runs == []

    def test_is_the_next_in_order_where_none_is_under_work(self, hub: Platform) -> None:
        """The fault came before its begin; without this the run would go round for ever."""
        first = accepted(hub)
        hub.clock.advance(SECOND)
        accepted(hub, at="20250820115900")
        close_slot(hub.hub, SLOT)
        failed, again = (fail_file(hub.hub, SLOT, LDC, ERROR) for _ in range(2))
        assert failed is not None
        assert again is not None
        assert again.id == failed.id == first.id
        steps = [each.state.value for each in failed.history]
        assert steps == ["ACCEPTED", "PROCESSING", "FAILED"]

    def test_is_none_where_the_ldc_has_none(self, hub: Platform) -> None:
        accepted(hub)
        close_slot(hub.hub, SLOT)
        assert fail_file(hub.hub, SLOT, OTHER_LDC, ERROR) is None

    def test_a_while_ago_is_not_blamed_again(self) -> None:
        call = failing()
        call.on(call.platform.worker)
        call.platform.clock.advance(timedelta(minutes=16))
        call.on(call.platform.worker)
        states = [each.state for each in receipts.of_organization(call.platform.hub.state, AGENT)]
        assert states == [FileState.ACCEPTED, FileState.FAILED, FileState.FAILED]


class TestASlotThatFails:
    """A step failed that is of no single file: its files would be answered by nobody."""

    def test_sets_every_file_aside_that_is_not_over(self) -> None:
        call = failing()
        hub = call.platform.hub
        assert len(fail_slot(hub, SLOT, ERROR)) == 3
        assert fail_slot(hub, SLOT, ERROR) == []
        found = list(receipts.of_organization(hub.state, AGENT))
        assert {each.state for each in found} == {FileState.FAILED}
        assert [event.kind for event in hub.notifications.sent] == 3 * ["FILE_FAILED"]
        subjects = [item["subject"] for item in hub.state.items() if item["sk"] == "INCIDENT"]
        assert sorted(map(str, subjects)) == sorted([SLOT.id, *(each.id for each in found)])

    def test_sets_the_others_aside_where_one_cannot_be(self) -> None:
        call = failing()
        hub = call.platform.hub
        broken = next(iter(receipts.of_organization(hub.state, AGENT, newest_first=False)))
        find = receipts.find

        def found(state: StateStore, receipt_id: str) -> Receipt | None:
            if receipt_id == broken.id:
                raise ValueError
            return find(state, receipt_id)

        with patch.object(receipts, "find", found):
            assert len(fail_slot(hub, SLOT, ERROR)) == 2

    def test_keeps_what_the_gateway_keeps(self) -> None:
        call = failing()
        order(call.platform.hub, HOLD)
        assert fail_slot(call.platform.hub, SLOT, ERROR) == []

    def test_a_report_of_the_day_that_cannot_be_written_is_an_incident(self, hub: Platform) -> None:
        fail_summary(hub.hub, SLOT, LDC, ERROR)
        (incident,) = [item for item in hub.hub.state.items() if item["sk"] == "INCIDENT"]
        assert (incident["concerns"], incident["fault"]) == (LDC, ERROR)
