"""The folder that a run leaves behind: what people open in a spreadsheet."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mdmr_local.simulate.outcome import FileEnd
from mdmr_local.simulate.output import Output, as_text

AT = datetime(2025, 8, 20, 5, tzinfo=UTC)
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\uff1d1", "'=1"]


def rows(folder: Path) -> list[list[str]]:
    with (folder / "files.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_value_that_a_spreadsheet_would_work_out_is_led_by_an_apostrophe(
    tmp_path: Path, text: str
) -> None:
    output = Output(tmp_path / "out")
    output.write_files([FileEnd(AT, text, text, "1000", "REJECTED", "F001", AT)])

    (_, row) = rows(tmp_path / "out")
    assert row[1:5] == [f"'{text}", f"'{text}", "REJECTED", "F001"]


def test_any_other_value_is_written_as_it_is(tmp_path: Path) -> None:
    name = "ORG11111.ORG22222.1000.00.202508201005.DAT"
    output = Output(tmp_path / "out")
    output.write_files([FileEnd(AT, "ORG22222", name, "1000", "DONE", "", AT)])

    assert rows(tmp_path / "out")[1] == [
        "2025-08-20T00:00:00-05:00",
        "ORG22222",
        name,
        "DONE",
        "",
        "2025-08-20T00:00:00-05:00",
    ]
    assert as_text("") == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x\udc9b", r"x\udc9b"),
        ("a\r\nb,c", r"a\r\nb,c"),
        ("\t=1", r"\t=1"),
        ("\x1b[1m", r"\x1b[1m"),
    ],
)
def test_no_name_forges_a_row_or_commands_a_terminal(tmp_path: Path, name: str, shown: str) -> None:
    output = Output(tmp_path / "out")
    output.write_files([FileEnd(AT, "ORG22222", name, "1000", "REJECTED", "F001", AT)])

    (_, row) = rows(tmp_path / "out")
    assert row[2] == shown
