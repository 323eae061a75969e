"""`mdmr check` of whole synchronization sets: what staging and intake would say of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mdmr.synchronization.codes_staging import STAGING_CODES, Needs
from typer.testing import Result

from tests.support.staging_cases import minus, put
from tests.support.staging_sets import SDP, FileSetOfLines, a_set

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
    assert status.endswith("STL Status 00, records 19, errors 0, warnings 0")
    others = [each.code for each in STAGING_CODES.values() if each.needs is not Needs.SET]
    assert hub == f"Only the hub can check all cases of: {' '.join(others)}"


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


def test_a_mandatory_file_that_is_not_listed_rejects_the_set_at_once(
    mdmr: Mdmr, tmp_path: Path
) -> None:
    made = a_set()
    made.lines.pop(("05", "01"))
    made.list_files()

    code, told = checked(mdmr, laid_down(made, tmp_path))

    assert code == 1
    assert reasons(told) == ["I003"]
    assert "the hub would reject this set at once:" in mdmr("check", tmp_path).stdout


@pytest.mark.parametrize(
    ("old", "new", "field", "what"),
    [
        ("|I|1|6", "|I|1|7", "File Count", "is 7: must be 6, the number of MAN records"),
        ("|I|1|6", "|I|1|", "File Count", "is empty: file 00 must have it"),
        (
            "|I|1|6",
            "|I|0|6",
            "Sequence Number",
            "'0': must be a whole number of at most 10 digits, not 0",
        ),
        ("|I|1|6", "|X|1|6", "Sync Type", "'X': must be one of I, P"),
        ("|6|tx0001", "|5|tx0001", "Detail Count", "is 5: must be 6, the number of detail records"),
    ],
)
def test_of_a_manifest_that_cannot_be_read_line_field_and_reason_are_told(
    mdmr: Mdmr, tmp_path: Path, old: str, new: str, field: str, what: str
) -> None:
    made = a_set()
    header = made.lines["00", "01"][1]
    made.lines["00", "01"][1] = header.replace(old, new)
    assert made.lines["00", "01"][1] != header

    code, told = checked(mdmr, laid_down(made, tmp_path))

    (finding,) = of_file(told, made.name("00"))["findings"]
    assert code == 1
    assert reasons(told) == ["I007"]
    assert finding == {
        "code": "I007",
        "text": "MANIFEST UNREADABLE",
        "what": what,
        "line": 2,
        "field": field,
    }


class TestAFileThatIntakeRefuses:
    """It does not come to its set, which therefore lacks it."""

    @pytest.mark.parametrize(
        ("number", "code"), [("00", "I001"), ("01", "I002"), ("04", "I002"), ("07", "I002")]
    )
    def test_for_a_byte_that_is_not_allowed(
        self, mdmr: Mdmr, tmp_path: Path, number: str, code: str
    ) -> None:
        made = a_set()
        path = laid_down(made, tmp_path) / made.name(number)
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

        exit_code, told = checked(mdmr, tmp_path)

        (finding,) = of_file(told, path.name)["findings"]
        assert exit_code == 1
        assert (finding["code"], finding["line"]) == ("F013", 1)
        assert reasons(told) == [code]
        assert told["sets"][0]["status"] == ""

    def test_for_its_name(self, mdmr: Mdmr, tmp_path: Path) -> None:
        made = a_set()
        path = laid_down(made, tmp_path) / made.name("02")
        path.rename(path.with_name(path.name.replace(".4000.00.", ".4000.07.")))

        _, told = checked(mdmr, tmp_path)

        assert reasons(told) == ["I002"]

    def test_for_its_ending(self, mdmr: Mdmr, tmp_path: Path) -> None:
        made = a_set()
        path = laid_down(made, tmp_path) / made.name("02")
        path.rename(path.with_suffix(".dat"))

        _, told = checked(mdmr, tmp_path)

        assert of_file(told, path.with_suffix(".dat").name)["codes"] == {"F001": 1}
        assert reasons(told) == ["I002"]

    def test_for_its_place_that_another_file_has(self, mdmr: Mdmr, tmp_path: Path) -> None:
        made = a_set()
        path = laid_down(made, tmp_path) / made.name("02")
        other = path.with_name(path.name.replace("202509021000", "202509021001"))
        other.write_bytes(path.read_bytes())

        code, told = checked(mdmr, tmp_path)

        assert code == 1
        assert of_file(told, other.name)["codes"] == {"F014": 1}
        assert told["sets"][0]["status"] == "00"


class TestAPartOfASet:
    def test_without_its_manifest_is_checked_by_layout_and_told_that_it_lacks(
        self, mdmr: Mdmr, tmp_path: Path
    ) -> None:
        made = a_set()
        made.lines["01", "01"][2] = made.lines["01", "01"][2].replace("|P|E|", "|Q|Z|")
        laid_down(made, tmp_path)

        code, told = checked(mdmr, tmp_path / made.name("01"))

        assert code == 1
        assert reasons(told) == ["I001"]
        findings = of_file(told, made.name("01"))["findings"]
        assert [(each["line"], each["field"], each["what"]) for each in findings] == [
            (3, "SDP Type", "'Q': must be one of P, V"),
            (3, "Time Zone", "'Z': must be one of E, C"),
        ]

    def test_is_told_when_it_would_be_rejected(self, mdmr: Mdmr, tmp_path: Path) -> None:
        made = a_set()
        (laid_down(made, tmp_path) / made.name("00")).unlink()

        told = mdmr("check", tmp_path).stdout

        assert (
            "would reject this set at the end of the wait (sync.wait_min, default: 60 minutes):"
            in told
        )
        assert (
            "  I001 MANIFEST NOT RECEIVED: the Manifest (file 00, segment 01) is not among" in told
        )

    def test_is_not_compared_with_what_is_not_there(self, mdmr: Mdmr, tmp_path: Path) -> None:
        made = a_set(minus("05", "REL|MC"))
        (laid_down(made, tmp_path) / made.name("03")).unlink()

        _, told = checked(mdmr, tmp_path)

        assert reasons(told) == ["I002"]
        assert [each["codes"] for each in told["files"] if each["found"]] == []
        assert "each record was checked by its layout" in mdmr("check", tmp_path).stdout


def reasons(told: dict[str, Any]) -> list[str]:
    """Return the codes for which the only set would be rejected."""
    (one,) = told["sets"]
    return [each["code"] for each in one["reasons"]]


def of_file(told: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what is told of a file."""
    (found,) = (each for each in told["files"] if Path(each["file"]).name == name)
    return dict(found)
