"""The data file: what was written is there after a kill; what is not whole is refused and kept."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mdmr_local.durable.datafile import FORMAT_VERSION, NAME, DamagedDataError, DataFile, create

LARGE = b"content " * 100_000
_WRITER = """
import sys
from pathlib import Path
from mdmr_local.durable.datafile import DataFile
file = DataFile(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    file.write([("item", "a", f"{number:08}", b"1"), ("item", "b", f"{number:08}", b"1")])
    print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    create(path, [("item", "table", "one", b"1"), ("body", "object", "part", LARGE)])
    return path


def killed(path: Path) -> int:
    """Have a process write two records at a time, kill it; return the last that it told of."""
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= 200:
                break
        process.send_signal(signal.SIGKILL)
        told = [int(line), *map(int, process.stdout.read().split())]
    return told[-1]


def test_records_are_there_when_it_is_opened_again(path: Path) -> None:
    file = DataFile(path)
    file.write([("item", "table", "two", b"2"), ("item", "table", "one", None)])
    file.write([("item", "other", "three", b"3"), ("item", "other", None, None)])
    file.close()

    file = DataFile(path)
    assert list(file.read("item")) == [("table", "two", b"2")]
    assert file.value("body", "object", "part") == LARGE
    assert list(file.names("body")) == [("object", "part")]
    file.close()
    assert sorted(each.name for each in path.parent.iterdir()) == [NAME]


def test_what_a_killed_process_was_told_is_written_is_there_and_in_pairs(path: Path) -> None:
    last = killed(path)

    file = DataFile(path)
    found = [(owner, name) for owner, name, _ in file.read("item") if owner != "table"]
    file.close()

    pairs = [name for owner, name in found if owner == "a"]
    assert pairs == [name for owner, name in found if owner == "b"]
    assert pairs[:last] == [f"{number:08}" for number in range(1, last + 1)]


def test_no_other_process_opens_it_meanwhile(path: Path) -> None:
    file = DataFile(path)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        DataFile(path)
    file.close()


def _truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _of_something_else(path: Path) -> None:
    path.write_bytes(b"{}" * 1000)


def _another_database(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE record (kind, owner, name, checksum, value)")
    database.close()


def _of_a_later_version(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {FORMAT_VERSION + 1}")
    database.commit()
    database.close()


def _one_bit_turned(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(LARGE[:64]) + 5] ^= 1
    path.write_bytes(content)


def _its_log_cut_off(path: Path) -> None:
    killed(path)
    log = path.with_name(f"{NAME}-wal")
    os.truncate(log, log.stat().st_size // 2)


def _without_its_log(path: Path) -> None:
    killed(path)
    path.with_name(f"{NAME}-wal").unlink()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_truncated, "is damaged"),
        (_emptied, "is truncated: 0 bytes"),
        (_of_something_else, "is no data file of mdmr local"),
        (_another_database, "is no data file of mdmr local"),
        (_of_a_later_version, "has format 3; this version of mdmr reads format 2"),
        (_one_bit_turned, "is damaged: body object part"),
        (_its_log_cut_off, r"hub.sqlite-wal is truncated: \d+ transactions are missing"),
        (_without_its_log, "is missing or empty, but hub.sqlite was not closed"),
    ],
)
def test_what_is_not_whole_is_refused_by_name(
    path: Path, damage: Callable[[Path], None], told: str
) -> None:
    damage(path)
    with pytest.raises(DamagedDataError, match=told) as raised:
        DataFile(path)
    assert str(path) in str(raised.value)


def test_a_file_of_which_nothing_was_written_yet_is_not_there(
    path: Path,
) -> None:
    def broken_off() -> Iterator[tuple[str, str, str, bytes]]:
        yield "item", "table", "one", b"1"
        raise OSError(28, "No space left on device")

    path.unlink()
    with pytest.raises(OSError, match="No space left"):
        create(path, broken_off())
    assert not path.exists()
    create(path, [])
    DataFile(path).close()


def test_a_copy_of_a_closed_file_is_the_whole_hub(path: Path, tmp_path: Path) -> None:
    file = DataFile(path)
    file.write([("item", "table", "two", b"2")])
    file.close()
    copied = tmp_path / "copy" / NAME
    copied.parent.mkdir()
    shutil.copy(path, copied)
    file = DataFile(copied)
    assert file.value("item", "table", "two") == b"2"
    file.close()
