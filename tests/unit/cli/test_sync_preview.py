"""`mdmr sync preview`: the set as the operate function is given it, and how its answer is shown."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.support.answers import PREVIEW, PREVIEW_ENDED, PREVIEW_REFUSED
from tests.support.command import Lambda

Mdmr = Callable[..., Result]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    found = []
    for number in ("00", "01"):
        path = tmp_path / f"ORG11111.ORG22222.4000.00.202510211500.tx0001.{number}.01.DAT"
        path.write_bytes(f"FNR|{path.name}\n".encode())
        found.append(path)
    return found


def test_the_files_are_handed_over_packed(mdmr: Mdmr, hub: Lambda, files: list[Path]) -> None:
    hub.answers["sync.preview"] = PREVIEW
    mdmr("sync", "preview", *map(str, files), "--most", "7")
    (asked,) = hub.asked
    unpacked = {
        name: zlib.decompress(base64.b64decode(text)) for name, text in asked["files"].items()
    }
    assert unpacked == {path.name: path.read_bytes() for path in files}
    assert asked["most"] == 7


def test_what_would_happen_is_shown(mdmr: Mdmr, hub: Lambda, files: list[Path]) -> None:
    hub.answers["sync.preview"] = PREVIEW
    result = mdmr("sync", "preview", *map(str, files))
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "Set ORG11111-ORG22222-4000-tx0001",
        "Staging: 0 errors, 0 warnings",
        "Status: 01 COMPLETE WITH EXCEPTIONS",
        "Records: 2, of which refused 1; SDPs: 0 new, 0 de-activated",
        "Would end or be cancelled:",
        f"  {PREVIEW_ENDED}",
        "IR06, 1 updates:",
        f"  {PREVIEW_ENDED}",
        "IR07, 1 exceptions:",
        f"  {PREVIEW_REFUSED}",
    ]


def test_the_answer_can_be_had_as_json(mdmr: Mdmr, hub: Lambda, files: list[Path]) -> None:
    hub.answers["sync.preview"] = PREVIEW
    result = mdmr("sync", "preview", *map(str, files), "--json")
    assert json.loads(result.output) == {key: PREVIEW[key] for key in PREVIEW if key != "ok"}


def test_a_set_that_staging_would_fail_exits_with_1(
    mdmr: Mdmr, hub: Lambda, files: list[Path]
) -> None:
    finding = {"file": "02", "segment": "01", "record": 3, "code": "S016"}
    told = {key: PREVIEW[key] for key in ("ok", "set", "stl_status", "warnings")}
    hub.answers["sync.preview"] = {**told, "errors": 1, "findings": [finding]}
    result = mdmr("sync", "preview", *map(str, files))
    assert result.exit_code == 1
    assert "  02 01 line 3: S016" in result.output
    assert "The set would fail. Nothing of it would be applied." in result.output


def test_a_set_that_would_stop_exits_with_1(mdmr: Mdmr, hub: Lambda, files: list[Path]) -> None:
    text = "STOPPED AT THRESHOLD: SAG CHANGES 2 OF 1"
    hub.answers["sync.preview"] = {**PREVIEW, "status": "20", "status_text": text}
    result = mdmr("sync", "preview", *map(str, files))
    assert result.exit_code == 1
    assert f"Status: 20 {text}" in result.output


def test_a_set_that_is_too_large_is_not_sent(
    mdmr: Mdmr, hub: Lambda, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mdmr_cli.sync_preview._MOST_BYTES", 10)
    result = mdmr("sync", "preview", *map(str, files))
    assert result.exit_code == 2
    assert "the set is too large: must have at most 10 bytes" in result.output
    assert hub.asked == []
