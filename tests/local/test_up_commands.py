"""`mdmr local up`, `status`, `stop` as processes: who ends with whom, and what each says."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mdmr_local.durable.datafile import NAME

from tests.local.application import wait_until
from tests.local.test_data_folder import MEBIBYTE, fill
from tests.local.test_up import REFUSED, Hub

COMMAND = (sys.executable, "-c", "from mdmr_cli.main import app; app()", "local")
Up = Callable[..., tuple[subprocess.Popen[str], Hub]]

pytestmark = pytest.mark.usefixtures("own_runs")


def run(*words: object) -> tuple[int, str, str]:
    """Run a command to its end and return its exit code, its output and its messages."""
    done = subprocess.run(
        (*COMMAND, *map(str, words)), capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


def runs() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("status", "--json")[1])
    return found


def members(session: int) -> set[str]:
    """Return the processes of a session that live: the command, the emulator, its workers."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.add(stat.parent.name)
    return found


@pytest.fixture
def start() -> Iterator[Up]:
    """Give a function that starts a hub; whatever a test leaves is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> tuple[subprocess.Popen[str], Hub]:
        process = subprocess.Popen(
            (*COMMAND, "up", "--port", "0", *map(str, arguments)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        return process, Hub(lines, process.pid)

    yield start
    for process in started:
        for member in members(process.pid):
            os.kill(int(member), signal.SIGKILL)
        process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def test_all_ends_with_a_command_that_is_killed_and_the_next_one_goes_on(
    start: Up, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    process, hub = start("--data", folder)
    port = int(hub.environment["AWS_ENDPOINT_URL"].rpartition(":")[2])
    hub.s3().put_object(Bucket=hub.inbound, Key=REFUSED, Body=b"any bytes")
    wait_until(lambda: bool(hub.found()), seconds=60)
    found = hub.found()
    (shown,) = runs()
    second = run("up", "--port", "0", "--data", folder)

    assert (shown["pid"], shown["port"], shown["data"]) == (process.pid, port, str(folder))
    assert shown["health"] == "accepts uploads"
    assert second == (1, "", f"{folder} is in use by process {process.pid}, port {port}\n")
    assert len(members(process.pid)) > 2

    process.kill()
    wait_until(lambda: members(process.pid) == set(), seconds=60)
    assert runs() == []
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))

    _, hub = start("--data", folder)
    assert hub.found() == found


def test_a_command_whose_emulator_is_killed_says_so_and_fails(start: Up) -> None:
    process, _ = start()
    (emulator, *_) = sorted(members(process.pid) - {str(process.pid)}, key=int)
    os.kill(int(emulator), signal.SIGKILL)
    assert process.wait(60) == 1
    assert process.stderr is not None
    assert process.stderr.read() == "The embedded AWS stopped by itself.\n"
    wait_until(lambda: members(process.pid) == set(), seconds=30)


def test_stop_ends_the_hub_that_is_named(start: Up) -> None:
    assert run("status") == (
        1,
        "No hub runs on this machine. Start one with: mdmr local up\n",
        "",
    )
    first, _ = start()
    second, hub = start()
    ports = [each["port"] for each in runs()]
    port = int(hub.environment["AWS_ENDPOINT_URL"].rpartition(":")[2])

    assert run("stop") == (
        1,
        "",
        f"2 hubs run, on the ports {ports[0]}, {ports[1]}: give --port or --all\n",
    )
    assert run("stop", "--data", "/nowhere")[0] == 1
    stopped = f"Stopped: process {second.pid}, port {port}\n"
    assert run("stop", "--port", port) == (0, stopped, "")
    assert second.wait(60) == 0
    assert [each["pid"] for each in runs()] == [first.pid]
    assert run("status")[0] == 0
    assert run("stop")[0] == 0
    assert first.wait(60) == 0


def test_a_damaged_folder_is_refused_by_the_name_of_the_file(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"SQLite format 3\0")
    assert run("up", "--port", "0", "--data", tmp_path) == (
        1,
        "",
        f"{tmp_path / NAME} is truncated: 16 bytes\n",
    )
    assert (tmp_path / NAME).read_bytes() == b"SQLite format 3\0"


def test_the_terminal_tells_of_a_full_disk(start: Up, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    size = f"size={64 * MEBIBYTE}"
    mount = ("mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk))
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting needs root; test_journal.py has a disk that is full")
    try:
        process, hub = start("--data", disk / "data")
        assert process.stderr is not None
        ballast = fill(disk, 2 * MEBIBYTE)
        refused = process.stderr.readline()
        health = runs()[0]["health"]
        code = run("status")[0]
        ballast.unlink()
        taken = process.stderr.readline()
        hub.s3().put_object(Bucket=hub.inbound, Key=REFUSED, Body=b"any bytes")
        wait_until(lambda: bool(hub.found()), seconds=60)
        process.terminate()
        process.wait(60)
    finally:
        subprocess.run(("umount", "-l", str(disk)), check=True)

    said = f"the disk of the data folder {disk / 'data'} is full: "
    assert refused.startswith(f"Uploads are refused: {said}")
    assert health.startswith(f"refuses uploads: {said}")
    assert (code, taken) == (1, "Uploads are accepted again.\n")
