"""A schedule file that fails is set aside, never one that only waits for the operator's word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.exchange.inbound.beginning import begun
from mdmr.exchange.inbound.runs import close_slot, fail_file
from mdmr.exchange.ledger import slots
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.ports.hub import Hub
from mdmr.schedules.checking import Row
from mdmr.schedules.deciding import rows_of
from mdmr.schedules.loading import load_schedules

from tests.support.market import AGENT, LDC, framed, name, set_parameter
from tests.support.story import ERROR, Platform, platform
from tests.unit.schedules.market import SOUND, bill, receipt_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def hub() -> Platform:
    """A hub where schedules of the LDC wait for the operator's word."""
    hub = platform()
    bill(hub, "BC01")
    set_parameter(hub.hub, "schedule.approval", "on", owner=LDC)
    return hub


def joined(hub: Platform, at: str) -> str:
    """Send a sound schedule and return its receipt's id; it waits for its slot."""
    file_name = name("8000", at=at)
    arrival = hub.send(AGENT, file_name, framed(file_name, [SOUND]))
    hub.settle()
    return arrival.id


def slot_of(hub: Platform, receipt_id: str) -> Slot:
    slot = Slot.of(receipt_of(hub, receipt_id).work_id)
    hub.clock.move_to(max(slot.ends, hub.clock.now()))
    close_slot(hub.hub, slot)
    return slot


def test_what_waits_for_approval_is_not_to_blame_for_the_file_behind_it(hub: Platform) -> None:
    waiting, culprit = joined(hub, "20250820120000"), joined(hub, "20250820120001")
    slot = slot_of(hub, waiting)
    assert load_schedules(hub.hub, slot, LDC, until=hub.clock.now() - MINUTE).more
    members = list(slots.members(hub.hub.state, slot, LDC))
    # An approval that is waited for is the end of the file's work in its slot.
    assert [member.done for member in members] == [True, False]
    assert receipt_of(hub, waiting).state is FileState.PROCESSING
    begun(hub.hub, members[1])
    failed = fail_file(hub.hub, slot, LDC, ERROR)
    assert failed is not None
    assert failed.id == culprit
    assert receipt_of(hub, waiting).state is FileState.PROCESSING
    assert receipt_of(hub, culprit).state is FileState.FAILED


def test_the_one_that_always_fails_is_set_aside_and_its_neighbours_go_on(
    hub: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [joined(hub, f"2025082012000{number}") for number in range(3)]

    def broken(hub: Hub, receipt: Receipt) -> list[Row]:
        if receipt.id == sent[1]:
            raise KeyError
        return rows_of(hub, receipt)

    monkeypatch.setattr("mdmr.schedules.loading.rows_of", broken)
    hub.pass_time(15 * MINUTE)
    states = [receipt_of(hub, each).state for each in sent]
    assert states == [FileState.PROCESSING, FileState.FAILED, FileState.PROCESSING]
    assert hub.failed_runs == []


def test_nobody_is_to_blame_where_all_wait_for_approval(hub: Platform) -> None:
    waiting = joined(hub, "20250820120000")
    slot = slot_of(hub, waiting)
    load_schedules(hub.hub, slot, LDC, until=hub.clock.now() + MINUTE)
    assert fail_file(hub.hub, slot, LDC, ERROR) is None
    assert receipt_of(hub, waiting).state is FileState.PROCESSING
