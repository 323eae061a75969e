"""`mdmr fetch`: what the hub delivered, into a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from typer.testing import Result

from tests.faults.market import AGENT, LDC
from tests.unit.cli.conftest import DELIVERED, OUTBOUND, Storage

Mdmr = Callable[..., Result]


@pytest.fixture(autouse=True)
def _delivered(storage: Storage) -> None:
    storage.put(OUTBOUND, f"{AGENT}/B.DAT", b"second", DELIVERED + timedelta(hours=1))
    storage.put(OUTBOUND, f"{AGENT}/A.DAT", b"first")
    storage.put(OUTBOUND, f"{LDC}/C.DAT", b"another's")


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_was_delivered_to_the_organization_is_fetched(mdmr: Mdmr, tmp_path: Path) -> None:
    result = mdmr("fetch", "--org", AGENT, "--to", tmp_path / "new" / "folder")

    assert result.exit_code == 0
    assert files(tmp_path / "new" / "folder") == {"A.DAT": b"first", "B.DAT": b"second"}
    assert result.stdout.splitlines()[:2] == ["A.DAT: fetched", "B.DAT: fetched"]


def test_done_again_nothing_is_fetched_twice(mdmr: Mdmr, tmp_path: Path, storage: Storage) -> None:
    mdmr("fetch", "--org", AGENT, "--to", tmp_path)
    storage.put(OUTBOUND, f"{AGENT}/C.DAT", b"third")

    result = mdmr("fetch", "--org", AGENT, "--to", tmp_path, "--json")

    told = {row["name"]: row["what"] for row in json.loads(result.stdout)["files"]}
    assert told == {"A.DAT": "here already", "B.DAT": "here already", "C.DAT": "fetched"}
    assert files(tmp_path)["C.DAT"] == b"third"


def test_only_what_was_delivered_since_is_fetched(mdmr: Mdmr, tmp_path: Path) -> None:
    mdmr("fetch", "--org", AGENT, "--to", tmp_path, "--since", "2025-08-20T11:00:00-05:00")

    assert list(files(tmp_path)) == ["B.DAT"]


def test_a_file_here_is_never_overwritten(mdmr: Mdmr, tmp_path: Path) -> None:
    (tmp_path / "A.DAT").write_bytes(b"mine")

    result = mdmr("fetch", "--org", AGENT, "--to", tmp_path)

    assert result.exit_code == 1
    assert files(tmp_path) == {"A.DAT": b"mine", "B.DAT": b"second"}
    assert "A.DAT: another file of this name is here" in result.stdout


@pytest.mark.parametrize("name", ["../A.DAT", "x/A.DAT", ""])
def test_a_key_that_is_no_file_name_is_left_where_it_is(
    mdmr: Mdmr, tmp_path: Path, storage: Storage, name: str
) -> None:
    storage.put(OUTBOUND, f"{AGENT}/{name}", b"x")
    folder = tmp_path / "folder"

    assert mdmr("fetch", "--org", AGENT, "--to", folder).exit_code == 1
    assert sorted(files(folder)) == ["A.DAT", "B.DAT"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_fetch_that_breaks_off_leaves_no_part(
    mdmr: Mdmr, tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")
    monkeypatch.setattr(storage, "get_object", lambda **_: (_ for _ in ()).throw(denied))

    result = mdmr("fetch", "--org", AGENT, "--to", tmp_path)

    assert (result.exit_code, files(tmp_path)) == (1, {})
    assert "AccessDenied" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("--org", AGENT), ("--to", "x"), ("--org", AGENT, "--to", "x", "--since", "yesterday")],
)
def test_usage_is_told(mdmr: Mdmr, arguments: tuple[str, ...]) -> None:
    assert mdmr("fetch", *arguments).exit_code == 2
