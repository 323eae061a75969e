"""`mdmr check` of whole synchronization sets: what staging and intake would say of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mdmr.synchronization.codes_staging import STAGING_CODES, Needs
from typer.testing import Result

from tests.unit.staging.cases import minus, put
from tests.unit.staging.sets import SDP, FileSetOfLines, a_set

Mdmr = Callable[..., Result]


def laid_down(made: FileSetOfLines, folder: Path) -> Path:
    """Write the files of a set into a folder and return it."""
    for (number, segment), lines in made.lines.items():
        text = "".join(f"{line}\n" for line in lines)
        (folder / made.name(number, segment)).write_text(text)
    return folder


def checked(mdmr: Mdmr, *paths: Path) -> tuple[int, dict[str, Any]]:
    result = mdmr("check", *paths, "--json")
    return result.exit_code, json.loads(result.stdout)


def test_a_right_set_has_no_findings_and_what_only_the_hub_can_tell_is_named(
    mdmr: Mdmr, tmp_path: Path
) -> None:
    result = mdmr("check", laid_down(a_set(), tmp_path))

    assert result.exit_code == 0
    *_, status, hub = result.stdout.splitlines()
    assert status.endswith("tx0001: STL Status 00, records 19, errors 0, warnings 0")
    others = [each.code for each in STAGING_CODES.values() if each.needs is not Needs.SET]
    assert hub == f"Only the hub can tell (or not without it): {' '.join(others)}"


def test_findings_of_staging_stand_with_their_files_and_in_the_report(
    mdmr: Mdmr, tmp_path: Path
) -> None:
    made = a_set(minus("05", "REL|MC"))
    put("02", 1, "FNR|another")(made)
    folder = laid_down(made, tmp_path)

    code, told = checked(mdmr, folder)
    files = {Path(each["file"]).name: each for each in told["files"]}
    (one,) = told["sets"]

    assert code == 1
    # What intake tells of other types' frames is told of a set by staging only.
    assert files[made.name("02")]["codes"] == {"S001": 1}
    assert files[made.name("05")]["codes"] == {"S028": 1}
    assert (one["status"], one["records"], one["errors"], one["warnings"]) == ("02", 18, 2, 0)
    status, *details = one["report"]
    assert status.startswith("STS|ORG11111|ORG22222|4000|tx0001|1|20250902093000|")
    assert details[0].endswith("|1|FNR|||||E|S001|FILE NAME RECORD INVALID")
    assert details[1].endswith(f"|5|REL|{SDP}|{SDP}|||E|S028|METER RECORDS INCOMPLETE")


def test_what_is_missing_and_what_is_not_listed_would_reject_the_set(
    mdmr: Mdmr, tmp_path: Path
) -> None:
    made = a_set()
    made.put("04", [], "02")
    del made.lines["03", "01"]

    code, told = checked(mdmr, laid_down(made, tmp_path))

    assert code == 1
    assert told["sets"][0]["reasons"] == [
        {"code": "I002", "text": "LISTED FILE NOT RECEIVED", "file": made.name("03")},
        {"code": "I004", "text": "FILE NOT LISTED", "file": made.name("04", "02")},
    ]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda made: made.lines["00", "01"].__setitem__(1, "?"), "I007"),
        (lambda made: made.lines.pop(("05", "01")) and made.list_files(), "I003"),
    ],
)
def test_a_manifest_that_rejects_the_set_at_once_is_told(
    mdmr: Mdmr, tmp_path: Path, spoil: Callable[[FileSetOfLines], object], code: str
) -> None:
    made = a_set()
    spoil(made)

    exit_code, told = checked(mdmr, laid_down(made, tmp_path))

    assert exit_code == 1
    assert [each["code"] for each in told["sets"][0]["reasons"]] == [code]


def test_a_set_with_bytes_that_nobody_can_read_is_not_staged(mdmr: Mdmr, tmp_path: Path) -> None:
    made = a_set()
    folder = laid_down(made, tmp_path)
    (folder / made.name("03")).write_bytes(b"FNR|x\n\xff\n")

    code, told = checked(mdmr, folder)

    assert code == 1
    assert told["sets"][0]["status"] == ""
    assert "F013" in [name for each in told["files"] for name in each["codes"]]


def test_files_of_a_set_without_its_manifest_are_checked_one_by_one(
    mdmr: Mdmr, tmp_path: Path
) -> None:
    made = a_set()
    laid_down(made, tmp_path)

    code, told = checked(mdmr, tmp_path / made.name("01"))

    assert (code, set(told)) == (0, {"files"})
