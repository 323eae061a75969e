"""`mdmr check` takes no more memory for a large set than for a small one, whatever is wrong."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest
from mdmr.calendar.instants import EST
from mdmr.synchronization.set_id import SetId
from mdmr_cli import rows_on_disk, staging_at_desk
from mdmr_cli.findings import MOST, check_files
from mdmr_cli.sets import CheckedSet, check_sets

from tests.support.staging_sets import NUMBERS, SDP, SINCE, FileSetOfLines

NOW = datetime(2025, 9, 2, 10, 4, tzinfo=EST)
RECORDS = 8_000
# All that is kept at once is made small, so that what grows with the set shows: to keep its records
# takes half as much again.
TOGETHER, MOST_GROWTH = 500, 5 * 1024 * 1024


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging_at_desk, "MAX_TOGETHER", TOGETHER)
    monkeypatch.setattr(rows_on_disk, "_ROWS", TOGETHER)
    monkeypatch.setattr(rows_on_disk, "_ENTITIES", TOGETHER)


def _of(number: str, record: Callable[[int], str]) -> dict[str, Iterable[str]]:
    return {number: map(record, range(RECORDS))}


BAD: dict[str, dict[str, Iterable[str]]] = {
    "the same record": _of("01", lambda _: f"SDP|{SDP}|SP-1|Q|E|AC|{SINCE}|"),
    "SDPs of their own": _of("01", lambda at: f"SDP|{10_000_000 + at}|SP|Q|E|AC|{SINCE}|"),
    "records about one SDP": _of("04", lambda at: f"PAR|S|{SDP}|VEES|05|{at:014d}|"),
    "unknown meters": _of("05", lambda at: f"REL|SM|{10_000_000 + at}|M-{at}|{SINCE}|"),
    "unknown records": _of("03", lambda at: f"XYZ|{at}"),
}


def _laid_down(folder: Path, told: dict[str, Iterable[str]]) -> list[Path]:
    made = FileSetOfLines(SetId("ORG11111", "ORG22222", "4000", "tx0001"))
    for number in NUMBERS:
        made.put(number, list(told.get(number, ())))
    made.list_files()
    paths = []
    for place, lines in made.lines.items():
        path = folder / made.name(*place)
        path.write_text("".join(f"{line}\n" for line in lines))
        paths.append(path)
    return paths


def _check(paths: list[Path]) -> tuple[CheckedSet, int]:
    """Return the set checked, and how many bytes that took at most."""
    check_sets(check_files(paths[1:2], now=NOW, most=1), now=NOW, most=1)
    tracemalloc.start()
    checked = check_files(paths, now=NOW, most=MOST)
    files, (one,) = check_sets(checked, now=NOW, most=MOST)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all(len(each.findings) <= MOST for each in files)
    assert sum(each.found for each in files) == one.errors + one.warnings
    return one, peak


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("kind", BAD)
def test_a_set_of_bad_records_is_checked_in_bounded_memory(kind: str, tmp_path: Path) -> None:
    paths = _laid_down(tmp_path, BAD[kind])

    one, peak = _check(paths)

    assert (one.status, one.records) == ("02", RECORDS)
    assert one.errors >= RECORDS
    assert peak <= MOST_GROWTH


def test_records_that_hang_together_are_compared_however_many_while_none_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging_at_desk, "MAX_TOGETHER", 3)
    right = [f"PAR|S|{SDP}|BCID|BC{at}|2025090{at}000000|" for at in range(1, 9)]

    one, _ = _check(_laid_down(tmp_path, {"04": [*right, right[0].replace("BC1", "BC2")]}))

    assert one.not_compared == 0
    assert [line.split("|")[11] for line in one.report[1:]] == ["S022"]


def test_of_a_set_that_fails_anyway_too_many_are_not_compared_and_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging_at_desk, "MAX_TOGETHER", 3)
    records = [f"PAR|S|{SDP}|BCID|BC{at}|2025090{at}000000|" for at in range(1, 9)]

    one, _ = _check(_laid_down(tmp_path, {"03": ["XYZ"], "04": [*records, records[0]]}))

    assert one.not_compared == 8
    assert [line.split("|")[11] for line in one.report[1:]] == ["S010", "S101"]
