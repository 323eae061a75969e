"""`mdmr check`: findings told before a file is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mdmr.identifiers.requests import MEANINGS, Status
from typer.testing import Result

from tests.support.market import LDC, framed, name, request

NOT_FOR_THE_HUB = "its name is not for the hub: must begin with ORG or end in .DAT or .XML"
A_FOLDER = "it is a folder in a folder: name this folder itself"
Mdmr = Callable[..., Result]


@pytest.fixture
def right(tmp_path: Path) -> Path:
    path = tmp_path / name()
    path.write_bytes(request(name(), "SP-1", "SP-2"))
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / name(at="20250821120000")
    path.write_bytes(framed(path.name, [f"DTL|{LDC}|SP-1", f"DTL|{LDC}|[bold]", "DTL||SP-1"]))
    return path


def test_a_file_without_findings_is_told_and_ends_with_0(mdmr: Mdmr, right: Path) -> None:
    result = mdmr("check", right)

    assert (result.exit_code, result.stdout) == (0, f"{right}: no findings\n")


def test_each_finding_is_listed_with_line_field_code_and_text(
    mdmr: Mdmr, wrong: Path, right: Path
) -> None:
    result = mdmr("check", wrong, right)

    assert result.exit_code == 1
    # Words of a file are shown as they are, whatever they mean to the terminal.
    assert result.stdout.splitlines() == [
        f"{wrong}:4: 03 SDP ID '[BOLD]': must be 1 to 50 characters out of A-Z 0-9 . _ / -",
        f"{wrong}:5: 02 LDC ORG ID is empty: must be ORG and five digits, for example ORG11111",
        f"{right}: no findings",
        "What to do:",
        f"  02 INVALID ORG ID: {MEANINGS[Status.INVALID_ORG_ID].remedy}",
        f"  03 INCOMPLETE DATA: {MEANINGS[Status.INCOMPLETE_DATA].remedy}",
    ]


def test_more_findings_than_are_listed_are_counted(mdmr: Mdmr, wrong: Path) -> None:
    result = mdmr("check", wrong, "--most", 1)

    assert (
        "the first 1 of 2 findings are shown. All findings by code: 02: 1, 03: 1" in result.stdout
    )


def test_as_json_findings_are_data(mdmr: Mdmr, wrong: Path, right: Path) -> None:
    result = mdmr("check", right, wrong, "--json")
    files = json.loads(result.stdout)["files"]

    assert result.exit_code == 1
    assert [each["found"] for each in files] == [0, 2]
    assert files[1]["codes"] == {"02": 1, "03": 1}
    assert files[1]["findings"][1] == {
        "code": "02",
        "text": "INVALID ORG ID",
        "what": "is empty: must be ORG and five digits, for example ORG11111",
        "line": 5,
        "field": "LDC ORG ID",
    }


@pytest.mark.parametrize(
    "arguments", [(), ("no-such-file",), ("/dev/zero",), ("/",), ("--most", "0", "x")]
)
def test_what_cannot_be_checked_is_a_fault_of_usage(mdmr: Mdmr, arguments: tuple[str, ...]) -> None:
    assert mdmr("check", *arguments).exit_code == 2


class TestAFolder:
    def test_has_every_file_checked_that_is_meant_for_the_hub(
        self, mdmr: Mdmr, right: Path
    ) -> None:
        body = right.read_bytes()
        odd = [f"{right.stem}.dat", f"{right.name}.txt", f"{right.stem}1.xml", "org1.zip"]
        for each in odd:
            (right.parent / each).write_bytes(body)

        result = mdmr("check", right.parent, "--json")
        files = json.loads(result.stdout)["files"]

        assert result.exit_code == 1
        assert {Path(each["file"]).name: list(each["codes"]) for each in files} == {
            right.name: [],
            **{each: ["F001"] for each in odd},
        }

    def test_tells_what_is_not_looked_at(self, mdmr: Mdmr, right: Path) -> None:
        (right.parent / "notes.txt").write_text("x")
        (right.parent / "more.DAT").mkdir()
        (right.parent / "gone.DAT").symlink_to("nowhere")

        result = mdmr("check", right.parent)

        assert result.exit_code == 0
        assert result.stdout.splitlines() == [
            f"{right}: no findings",
            f"{right.parent / 'gone.DAT'}: not checked: it is not a file",
            f"{right.parent / 'more.DAT'}: not checked: {A_FOLDER}",
            f"{right.parent / 'notes.txt'}: not checked: {NOT_FOR_THE_HUB}",
        ]
        told = json.loads(mdmr("check", right.parent, "--json").stdout)
        assert [Path(each).name for each in told["not_looked_at"]] == [
            "gone.DAT",
            "more.DAT",
            "notes.txt",
        ]

    def test_without_any_file_for_the_hub_is_a_fault_of_usage(
        self, mdmr: Mdmr, tmp_path: Path
    ) -> None:
        (tmp_path / "notes.txt").write_text("x")

        result = mdmr("check", tmp_path)

        assert result.exit_code == 2
        assert "no file in this folder has a name for the hub" in result.stderr
        assert "notes.txt" in result.stderr
