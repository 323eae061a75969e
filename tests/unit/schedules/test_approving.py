from __future__ import annotations

from typing import Any

import pytest
from mdmr.exchange.ledger.receipts import FileState
from mdmr.operation.commands import answer
from mdmr.ports.authority import GatewayMode
from mdmr.schedules.files import FOLLOWING, LoadState, ScheduleFile, put_file

from tests.support.gateway import set_mode
from tests.support.market import LDC, NOON, set_parameter
from tests.support.story import HOUR, Platform, platform
from tests.unit.schedules.market import (
    FAULTY,
    SOUND,
    bill,
    periods,
    receipt_of,
    reports,
    send,
    told,
)


@pytest.fixture
def hub() -> Platform:
    """A hub where schedules of the LDC wait for the operator's word."""
    hub = platform()
    bill(hub, "BC01")
    set_parameter(hub.hub, "schedule.approval", "on", owner=LDC)
    return hub


def ask(hub: Platform, action: str, receipt: str, request: str = "r-1") -> dict[str, Any]:
    asked = {"action": f"schedule.{action}", "by": "anna", "why": "asked", "request": request}
    told = answer(hub.hub, {**asked, "receipt": receipt}, "ca-central-1")
    hub.settle()
    return told


def waiting(hub: Platform) -> list[str]:
    asked = {"action": "schedule.waiting", "by": "anna", "organization": LDC}
    return [each["receipt"] for each in answer(hub.hub, asked, "ca-central-1")["files"]]


def test_a_sound_file_waits_and_is_loaded_when_it_is_approved(hub: Platform) -> None:
    receipt = send(hub, SOUND)
    assert (receipt.state, reports(hub), periods(hub)) == (FileState.PROCESSING, [], [])
    assert waiting(hub) == [receipt.id]
    assert ask(hub, "approve", receipt.id)["file"]["state"] == "LOADED"
    assert receipt_of(hub, receipt.id).state is FileState.DONE
    assert [told(each) for each in reports(hub)] == [["LOADED", "1", "1", "0", "0"]]
    assert (periods(hub), waiting(hub)) == ([("0901", "1001")], [])


def test_a_refused_file_is_told_so_and_changes_nothing(hub: Platform) -> None:
    receipt = send(hub, "DTL|BC09|20250901|20251001|A")
    assert ask(hub, "refuse", receipt.id)["file"]["state"] == "REFUSED"
    (report,) = reports(hub)
    assert told(report) == ["REFUSED", "1", "0", "0", "1"]
    assert report[3].endswith("|W|C102|CYCLE WITHOUT SDP")
    assert periods(hub, "BC09") == []


def test_a_file_with_an_error_does_not_wait(hub: Platform) -> None:
    send(hub, FAULTY)
    assert [told(each)[0] for each in reports(hub)] == ["REJECTED"]


def test_others_do_not_wait_behind_a_file_and_it_is_checked_again(hub: Platform) -> None:
    first, second = send(hub, SOUND), send(hub, SOUND, at="20250820120001")
    assert ask(hub, "approve", second.id, "r-1")["file"]["state"] == "LOADED"
    assert ask(hub, "approve", first.id, "r-2")["file"]["state"] == "REJECTED"
    assert "|E|C005|" in reports(hub)[-1][3]


def test_one_request_is_decided_once(hub: Platform) -> None:
    receipt = send(hub, SOUND)
    assert ask(hub, "approve", receipt.id) == ask(hub, "approve", receipt.id)
    again = ask(hub, "refuse", receipt.id, "r-2")
    assert again["faults"][0]["text"].endswith("does not wait for approval: it is LOADED")


@pytest.mark.parametrize("receipt", ["", "f" * 32])
def test_what_is_no_file_is_a_fault(hub: Platform, receipt: str) -> None:
    assert [each["path"] for each in ask(hub, "approve", receipt)["faults"]] == ["receipt"]


def test_the_gateway_keeps_what_waits(hub: Platform) -> None:
    receipt = send(hub, SOUND)
    set_mode(hub.hub, GatewayMode.HOLD)
    assert not ask(hub, "approve", receipt.id)["ok"]
    assert waiting(hub) == [receipt.id]


def test_a_file_that_waits_is_not_to_blame_for_another(hub: Platform) -> None:
    receipt = send(hub, SOUND)
    hub.pass_time(3 * HOUR)
    assert receipt_of(hub, receipt.id).state is FileState.PROCESSING
    assert not hub.failed_runs


def test_no_state_follows_but_those_of_the_table() -> None:
    for before in LoadState:
        for state in set(LoadState) - FOLLOWING[before]:
            with pytest.raises(ValueError, match="does not go from"):
                put_file(ScheduleFile(LDC, "r", "n", state, NOON), before)
