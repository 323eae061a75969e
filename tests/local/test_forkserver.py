"""The fork server: what it starts is as if started by an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from mdmr_local.forkserver import Forked, ForkServer

_ECHO = """\
import os, sys
print(__name__, sys.argv, os.getcwd(), sorted(os.environ), sys.path[0])
print("unheard of", file=sys.stderr)
sys.stdout.flush()
for line in sys.stdin:
    print(line.strip().upper(), flush=True)
"""
_PATH = {"PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    server = ForkServer(_PATH)
    yield server
    server.close()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "echo.py"
    path.write_text(_ECHO)
    return path


@pytest.fixture
def started(server: ForkServer, script: Path) -> Iterator[Forked]:
    process = server.start(str(script), cwd=str(script.parent), env={"ONLY": "this"})
    yield process
    process.kill()
    process.wait(10)
    process.close()


def test_a_script_runs_where_and_with_what_it_is_told(started: Forked, script: Path) -> None:
    folder = str(script.parent)
    told = f"__main__ {[str(script)]} {folder} {['ONLY']} {folder}\n"
    assert started.stdout.readline() == told
    assert started.stderr.readline() == "unheard of\n"


def test_it_is_talked_to_until_it_ends(started: Forked) -> None:
    started.stdout.readline()
    started.stdin.write("is anybody there\n")
    assert started.stdout.readline() == "IS ANYBODY THERE\n"
    assert started.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        started.wait(0)
    started.stdin.close()
    assert started.wait(10) == 0
    assert started.poll() == 0


def test_it_is_told_to_end(started: Forked) -> None:
    started.stdout.readline()
    started.terminate()
    assert started.wait(10) == 0
    started.terminate()


def test_its_packages_are_there_before_it_runs(server: ForkServer, tmp_path: Path) -> None:
    path = tmp_path / "asks.py"
    path.write_text(
        "import sys; print('botocore.handlers' in sys.modules, 'pytest' in sys.modules)"
    )
    process = server.start(str(path), cwd=str(tmp_path), env=_PATH)
    assert process.stdout.read() == "True False\n"
    assert process.wait(10) == 0
    process.close()


def test_nothing_is_started_by_a_server_that_has_ended(script: Path) -> None:
    server = ForkServer({"PYTHONHOME": str(script)})
    with pytest.raises(OSError):  # noqa: PT011 - any: its pipe is broken, or nothing answers
        server.start(str(script), cwd=str(script.parent), env={})
    server.close()
