"""The sets of the example story: what comes of them is in its reports, line for line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mdmr.calendar.instants import EST
from mdmr.synchronization.processing.plan import Plan

from tests.support.planning import Directory, lines, records_of_files

STORY = Path(__file__).parents[2] / "scenarios" / "story"
FIRST = datetime(2025, 9, 2, tzinfo=EST)


def expected(report: str) -> list[str]:
    """Return the details of a report of the story."""
    (found,) = (each for each in STORY.glob(f"*/*/{report}.DAT") if "expected" in str(each))
    return [line for line in found.read_text().splitlines() if line.startswith("DTL|")]


def planned(directory: Directory, tx_id: str, today: datetime) -> Plan:
    files = [
        each
        for each in (STORY / "inbound").glob(f"*/*.{tx_id}.*.DAT")
        if f".{tx_id}.00." not in each.name
    ]
    name = min(files).name
    found = list(records_of_files(files))
    made = directory.plan(found, periodic=".3000." in name, today=today)
    return directory.apply(made)


def named(rows: list[str], tx_id: str) -> list[str]:
    """Return rows of IR07 with the names of the set's files as the story has them."""
    ours = "202510211500.tx0001"
    return [each.replace(ours, f"202510211500.{tx_id}") for each in rows]


def test_a_first_set_of_an_ldc_inserts_all_that_it_tells() -> None:
    made = planned(Directory(), "tx0001", FIRST)
    assert lines(made.updates) == expected("ORG11111.ORG22222.IR06.02.202509021006")
    assert made.exceptions == []


def test_a_meter_change_an_account_change_and_an_unknown_cycle() -> None:
    directory = Directory()
    planned(directory, "tx0001", FIRST)
    made = planned(directory, "tx0002", datetime(2025, 10, 21, tzinfo=EST))
    assert lines(made.updates) == expected("ORG11111.ORG22222.IR06.02.202510211506")
    assert named(lines(made.exceptions), "tx0002") == expected(
        "ORG11111.ORG22222.IR07.02.202510211506"
    )


def test_a_full_set_into_an_empty_directory() -> None:
    made = planned(Directory(ldc="ORG44444"), "P0001", FIRST)
    assert lines(made.updates) == expected("ORG44444.ORG44444.IR06.02.202509030806")
    assert made.exceptions == []
