"""`mdmr fetch`: what the hub delivered, into a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from mdmr_cli.output import printable
from typer.testing import Result

from tests.support.command import DELIVERED, OUTBOUND, Storage
from tests.support.market import AGENT, LDC

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
    assert "A.DAT: not fetched: the folder has another file of this name" in result.stdout


@pytest.mark.parametrize(
    "name",
    [
        *("../A.DAT", "x/A.DAT", "", ".", "..", "/etc/passwd", "/", "..\\A.DAT", "~", "-rf"),
        *(".bashrc", "A\0.DAT", "\0", "A\n.DAT", "\x1b[31m", "A\u202e.DAT", "a b", "é.DAT", "*"),
        *("A" * 256, "A" * 300, "../" * 100 + "A", "A:B", "CON|A"),
    ],
)
def test_a_key_that_is_no_file_name_is_left_where_it_is(
    mdmr: Mdmr, tmp_path: Path, storage: Storage, name: str
) -> None:
    storage.put(OUTBOUND, f"{AGENT}/{name}", b"x")
    folder = tmp_path / "folder"

    result = mdmr("fetch", "--org", AGENT, "--to", folder)

    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    assert f"{printable(name)}: not fetched: a name must have" in result.stdout
    assert sorted(files(folder)) == ["A.DAT", "B.DAT"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_name_of_255_letters_is_fetched(mdmr: Mdmr, tmp_path: Path, storage: Storage) -> None:
    storage.put(OUTBOUND, f"{AGENT}/{'A' * 255}", b"x")

    assert mdmr("fetch", "--org", AGENT, "--to", tmp_path).exit_code == 0
    assert files(tmp_path)["A" * 255] == b"x"


@pytest.mark.parametrize("there", ["folder", "link to a file", "link to nothing", "shorter file"])
def test_what_lies_there_under_a_name_is_left_as_it_is(
    mdmr: Mdmr, tmp_path: Path, there: str
) -> None:
    folder, other = tmp_path / "folder", tmp_path / "other"
    folder.mkdir()
    other.write_bytes(b"mine!")
    path = folder / "A.DAT"
    match there:
        case "folder":
            path.mkdir()
        case "link to a file":
            path.symlink_to(other)
        case "link to nothing":
            path.symlink_to(tmp_path / "nothing")
        case _:
            path.write_bytes(b"m")
    before = path.lstat()

    result = mdmr("fetch", "--org", AGENT, "--to", folder)

    assert result.exit_code == 1
    assert "A.DAT: not fetched: the folder has another file of this name" in result.stdout
    assert path.lstat().st_ino == before.st_ino
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "other"]
    assert other.read_bytes() == b"mine!"
    assert (folder / "B.DAT").read_bytes() == b"second"


def test_a_file_that_comes_while_it_is_fetched_is_not_overwritten(
    mdmr: Mdmr, tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = storage.get_object

    def meanwhile(**asked: str) -> object:
        (tmp_path / "A.DAT").write_bytes(b"mine")
        return get(**asked)

    monkeypatch.setattr(storage, "get_object", meanwhile)

    assert mdmr("fetch", "--org", AGENT, "--to", tmp_path).exit_code == 1
    assert files(tmp_path) == {"A.DAT": b"mine"}


@pytest.mark.parametrize("to", ["x" * 300, "file/folder"])
def test_a_folder_that_cannot_be_made_is_told(mdmr: Mdmr, tmp_path: Path, to: str) -> None:
    (tmp_path / "file").write_bytes(b"")

    result = mdmr("fetch", "--org", AGENT, "--to", tmp_path / to)

    assert isinstance(result.exception, SystemExit)
    assert result.exit_code in (1, 2)


def test_what_was_fetched_before_it_broke_off_is_told(
    mdmr: Mdmr, tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = storage.get_object
    gone = ClientError({"Error": {"Code": "NoSuchKey", "Message": "gone"}}, "GetObject")

    def first_only(**asked: str) -> object:
        if asked["Key"].endswith("B.DAT"):
            raise gone
        return get(**asked)

    monkeypatch.setattr(storage, "get_object", first_only)

    result = mdmr("fetch", "--org", AGENT, "--to", tmp_path)

    assert result.exit_code == 1
    assert "A.DAT: fetched" in result.stdout
    assert "NoSuchKey" in result.stderr


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
