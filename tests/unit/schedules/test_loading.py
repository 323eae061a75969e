from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.ledger.receipts import FileState
from mdmr.schedules.loaded import cycles, schedule

from tests.support.market import AGENT, LDC, framed, name, set_parameter
from tests.support.story import Platform, platform
from tests.unit.schedules.market import FAULTY, SOUND, bill, periods, reports, send, told

EXAMPLE = datetime(2025, 8, 25, 9, 0, tzinfo=EST)


@pytest.fixture
def hub() -> Platform:
    return platform()


def test_the_example_of_the_interface_is_answered_field_for_field() -> None:
    hub = platform(EXAMPLE)
    send(
        hub,
        "DTL|BC07|20251010|20251110|A",
        "DTL|BC07|20251110|20251210|A",
        at="20250825090000",
    )
    (report,) = reports(hub)
    assert report == [
        "FNR|ORG11111.ORG22222.IR03.00.202508250905.DAT",
        (
            "FHR|IR03|00|ORG11111|ORG22222|20250825090500|1|"
            "ORG11111.ORG22222.8000.00.20250825090000.DAT|LOADED|2|2|0|1"
        ),
        "CHR|Record Number|Billing Cycle ID|Start Date|End Date|Action|Severity|Code|Text",
        "DTL|3|BC07|20251010|20251110|A|W|C102|CYCLE WITHOUT SDP",
        "EOF|1",
    ]
    assert cycles(hub.hub, LDC) == {"BC07"}


def test_a_schedule_is_loaded_and_its_file_is_done(hub: Platform) -> None:
    bill(hub, "BC01")
    receipt = send(hub, SOUND)
    assert (receipt.state, receipt.history[-1].reason) == (FileState.DONE, "loaded")
    assert [told(each) for each in reports(hub)] == [["LOADED", "1", "1", "0", "0"]]
    assert periods(hub) == [("0901", "1001")]


def test_one_error_leaves_the_schedule_as_it_was(hub: Platform) -> None:
    bill(hub, "BC01")
    send(hub, SOUND)
    receipt = send(hub, "DTL|BC01|20251001|20251103|A", FAULTY, at="20250820120001")
    assert (receipt.state, receipt.history[-1].reason) == (FileState.DONE, "rejected")
    report = reports(hub)[-1]
    assert told(report) == ["REJECTED", "2", "0", "1", "0"]
    assert report[3:-1] == ["DTL|4|BC01|20250901|20250901|A|E|C004|PERIOD INVALID"]
    assert periods(hub) == [("0901", "1001")]


def test_fields_are_told_as_received_as_far_as_the_report_takes_them(hub: Platform) -> None:
    send(hub, "DTL|a cycle without end|2025-09-01|later|Add|", "ITV|bc01")
    (report,) = reports(hub)
    assert report[3:-1] == [
        "DTL|3|a cycle wi|2025-09-|later|A|E|C001|FIELD COUNT INVALID",
        "DTL|4|bc01||||E|C001|FIELD COUNT INVALID",
    ]


def test_a_file_without_details_is_loaded_and_changes_nothing(hub: Platform) -> None:
    before = schedule(hub.hub, LDC)
    send(hub)
    (report,) = reports(hub)
    assert (told(report), report[-1]) == (["LOADED", "0", "0", "0", "0"], "EOF|0")
    assert schedule(hub.hub, LDC) == before


def test_files_of_a_slot_are_worked_in_the_order_of_arrival(hub: Platform) -> None:
    later, sooner = name("8000", at="20250820115900"), name("8000", at="20250820120000")
    hub.send(AGENT, sooner, framed(sooner, [SOUND]))
    hub.clock.advance(timedelta(seconds=1))
    hub.send(AGENT, later, framed(later, ["DTL|BC01|20250901|20251002|U"]))
    hub.pass_time(timedelta(minutes=5))
    assert periods(hub) == [("0901", "1002")]


def test_the_report_goes_to_who_submitted_and_to_nobody_else(hub: Platform) -> None:
    send(hub, SOUND, sender=LDC)
    assert [len(reports(hub, org)) for org in (LDC, AGENT)] == [1, 0]


def test_lead_time_is_the_ldcs_own(hub: Platform) -> None:
    set_parameter(hub.hub, "schedule.lead_days", "50", owner=LDC)
    send(hub, SOUND)
    assert "|C007|" in reports(hub)[0][3]
    set_parameter(hub.hub, "schedule.lead_days", "42", owner=LDC)
    send(hub, SOUND, at="20250820120001")
    assert periods(hub) == [("0901", "1001")]


def test_a_report_of_many_lines_is_split(hub: Platform) -> None:
    set_parameter(hub.hub, "out.max_details", "2")
    send(hub, FAULTY, FAULTY, FAULTY)
    first, second = reports(hub)
    assert told(first) == told(second) == ["REJECTED", "3", "0", "3", "0"]
    assert [len(each) for each in (first, second)] == [6, 5]
    assert first[0] != second[0]


def test_schedules_of_before_stay_where_they_lay(hub: Platform) -> None:
    bill(hub, "BC01")
    send(hub, SOUND)
    first = schedule(hub.hub, LDC)
    send(hub, "DTL|BC01|20251001|20251103|A", at="20250820120001")
    second = schedule(hub.hub, LDC)
    assert (second.version, second.before) == (2, first.key)
    assert Path(first.key).parent == Path(f"schedules/{LDC}")
    assert hub.hub.data.read(first.key)
