"""IR14: what it tells, in which order, in how many files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from mdmr.calendar.instants import EST
from mdmr.directory import directory_map
from mdmr.directory.entries import Entry, Held
from mdmr.exchange.files.names import FileName
from mdmr.stores.memory.hub import MemoryHub
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows, sequence
from mdmr.synchronization.sets.rows import SetState

from tests.support.market import AGENT, LDC, set_parameter
from tests.support.staging_cases import minus, plus
from tests.support.staging_sets import (
    SDP,
    SINCE,
    FileSetOfLines,
    a_hub,
    a_set,
    bring,
    delivered,
    stage,
)


def reports(hub: MemoryHub) -> list[list[str]]:
    """Publish what was decided and return the lines of each file, by name."""
    return [body.decode().splitlines() for _, body in sorted(delivered(hub).items())]


STORY = Path(__file__).parents[2] / "scenarios" / "story"
# Universal SDP ID, LDC SDP ID and SDP Type of the story.
SDPS = {
    "ORG11111": (
        ("48217730", "SP-0001", "P"),
        ("90155462", "SP-0002", "P"),
        ("31774205", "SP-0003", "P"),
        ("44901826", "SP-0004", "V"),
    ),
    "ORG44444": (("67003918", "SP-9001", "P"), ("25480063", "SP-9002", "P")),
}


def from_story(set_id: SetId, number: int, extracted: datetime) -> FileSetOfLines:
    """Return a set of the example story with its own names."""
    made = FileSetOfLines(set_id, sequence=number, extracted=extracted)
    for path in sorted(STORY.rglob(f"inbound/*/*.{set_id.tx_id}.*.DAT")):
        name = FileName.parse(path.name)
        assert name is not None
        assert name.part is not None
        if (name.org_1, name.file_id) == (set_id.ldc, set_id.file_id):
            made.lines[name.part.file_no, name.part.segment_no] = path.read_text().splitlines()
            made.date_time = name.date_time
    return made


@pytest.mark.parametrize(
    ("set_id", "number", "began", "extracted"),
    [
        (
            SetId("ORG11111", AGENT, "4000", "tx0001"),
            1,
            datetime(2025, 9, 2, 10, 4, tzinfo=EST),
            datetime(2025, 9, 2, 9, 30, tzinfo=EST),
        ),
        (
            SetId("ORG11111", AGENT, "4000", "tx0002"),
            2,
            datetime(2025, 10, 21, 15, 4, tzinfo=EST),
            datetime(2025, 10, 21, 14, 30, tzinfo=EST),
        ),
        (
            SetId("ORG44444", "ORG44444", "3000", "P0001"),
            1,
            datetime(2025, 9, 3, 8, 4, tzinfo=EST),
            datetime(2025, 9, 3, 7, 0, tzinfo=EST),
        ),
    ],
    ids=["tx0001", "tx0002", "P0001"],
)
def test_the_report_of_an_example_is_that_of_the_interface(
    set_id: SetId, number: int, began: datetime, extracted: datetime
) -> None:
    sdps = SDPS[set_id.ldc]
    hub = a_hub(began, set_id.ldc, {usdp: sdp_id for usdp, sdp_id, _ in sdps})
    entries = [Entry(usdp, sdp_id, kind, status=(Held("AC"),)) for usdp, sdp_id, kind in sdps]
    # The second set of an LDC finds in the directory what the first one brought.
    key = ""
    if number > 1:
        key = directory_map.write(hub.data, set_id.ldc, "before", None, entries)
    made = from_story(set_id, number, extracted)
    bring(hub, made, directory=key)
    assert stage(hub, set_id) == "LOADED"
    (lines,) = reports(hub)
    (expected,) = [
        path.read_text().splitlines()
        for path in STORY.rglob(f"{set_id.ldc}.{set_id.submitter}.IR14.*.DAT")
        if f"|{set_id.tx_id}|" in path.read_text()
    ]
    assert lines == expected


def status(lines: list[str]) -> list[str]:
    """Return the status record of a report from STL Status on."""
    (line,) = [each for each in lines if each.startswith("STS|")]
    return line.split("|")[9:]


class TestTheStatus:
    def test_is_00_without_findings(self) -> None:
        hub, made = a_hub(), a_set()
        bring(hub, made)
        stage(hub, made.set_id)
        (lines,) = reports(hub)
        assert status(lines) == ["00", "19", "0", "0"]

    def test_is_01_with_warnings_and_the_set_is_loaded(self) -> None:
        hub, made = a_hub(), a_set(plus("04", f"PAR|S|{SDP}|VEES|05|{SINCE}|"))
        bring(hub, made)
        assert stage(hub, made.set_id) == "LOADED"
        (lines,) = reports(hub)
        assert status(lines) == ["01", "20", "0", "1"]

    def test_is_02_with_an_error_and_the_set_fails(self) -> None:
        hub, made = a_hub(), a_set(minus("05", "REL|MC"))
        bring(hub, made)
        assert stage(hub, made.set_id) == "FAILED"
        (lines,) = reports(hub)
        assert status(lines) == ["02", "18", "1", "0"]
        found = rows.find(hub.state, made.set_id)
        assert found is not None
        assert (found.state, found.stl_status, found.followed) == (SetState.FAILED, "02", True)
        assert sequence.find(hub.state, LDC).last == 1


class TestTheDetails:
    def test_stand_in_the_order_of_file_segment_record_and_code(self) -> None:
        hub, made = a_hub(), a_set()
        made.put("04", [f"PAR|S|{SDP}|VEES|x|20260701|", f"PAR|S|{SDP}|bcid||1"], "02")
        made.put("04", [f"PAR|S|{SDP}|VEES|05|{SINCE}|"], "07")
        made.lines["02", "01"][0] = "?"
        made.list_files()
        bring(hub, made)
        stage(hub, made.set_id)
        (lines,) = reports(hub)
        told = [line.split("|") for line in lines if line.startswith("DTL|")]
        assert [(each[1], each[2], each[4], each[11]) for each in told] == [
            ("02", "01", "1", "S001"),
            ("04", "02", "3", "S013"),
            ("04", "02", "3", "S102"),
            ("04", "02", "4", "S011"),
            ("04", "07", "3", "S101"),
        ]

    def test_show_foreign_values_so_that_they_forge_nothing(self) -> None:
        hub, made = a_hub(), a_set()
        made.lines["02", "01"][2] = f"PRM|{SDP}|PR-1|{'*' * 70}|ON|L6H0A1|{SINCE}|"
        bring(hub, made)
        stage(hub, made.set_id)
        (lines,) = reports(hub)
        (told,) = [line.split("|") for line in lines if line.startswith("DTL|")]
        assert told[8:10] == ["City", "*" * 60]


def test_a_report_is_split_with_the_status_in_each_part() -> None:
    hub, made = a_hub(), a_set()
    set_parameter(hub, "out.max_details", "2", owner=AGENT)
    made.put("04", [f"PAR|S|{SDP}|VEES|05|{SINCE}|"] * 5, "02")
    made.list_files()
    bring(hub, made)
    assert stage(hub, made.set_id) == "LOADED"
    files = reports(hub)
    assert [len(each) - 6 for each in files] == [2, 2, 1]
    assert len({tuple(status(each)) for each in files}) == 1


def test_a_report_goes_to_who_submitted_and_to_nobody_else() -> None:
    hub, made = a_hub(), a_set()
    bring(hub, made)
    stage(hub, made.set_id)
    reports(hub)
    assert {key.partition("/")[0] for key in hub.outbound.keys()} == {AGENT}  # noqa: SIM118
