"""Runs the commands of the pages: each in a fork of one process that has imported them already.

To start an interpreter and import `mdmr` or `aws` takes ten times as long as most commands do. A
call is a line of JSON on a Unix socket, with the three standard streams; the answer is the exit
code. What runs is the command itself, with the arguments, folder and environment of the call.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3  # noqa: F401 - what a call imports first, every fork would import
from awscli import clidriver
from mdmr_cli.main import app

from tools.sam_template import ROOT

CLIENT = """\
import json, os, socket, sys
call = {"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
server = socket.socket(socket.AF_UNIX)
server.connect(sys.argv[1])
socket.send_fds(server, [json.dumps(call).encode() + b"\\n"], [0, 1, 2])
sys.exit(int(server.recv(16) or 1))
"""


@contextmanager
def serving() -> Iterator[Path]:
    """Run the commands as long as this lasts, and give the Unix socket; its path must be short."""
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder) / "commands"
        command = [sys.executable, "-m", "tests.docs.commands", str(address)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
            try:
                assert running.stdout is not None
                assert running.stdout.readline() == "ready\n"
                yield address
            finally:
                running.terminate()


def serve(address: str) -> None:
    """Run what is asked for on a Unix socket, each call in a process of its own, for ever."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    # Nobody waits for the processes: none stays behind as a zombie.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            connection.sendall(str(_answered(connection)).encode())
            os._exit(0)
        connection.close()


def _answered(connection: socket.socket) -> int:
    """Become the process that a call wants, and return its exit code."""
    text, streams = b"", list[int]()
    while not text.endswith(b"\n"):
        piece, found, _, _ = socket.recv_fds(connection, 1 << 20, 3)
        text, streams = text + piece, streams + found
    call = json.loads(text)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["environment"])
    code = 1
    try:
        code = _run(*call["arguments"])
    except SystemExit as ended:
        code = _code_of(ended)
    except BaseException:  # noqa: BLE001 - as an interpreter that ends with a fault
        traceback.print_exc()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = 1
    sys.stderr.flush()
    return code


def _run(program: str, *arguments: str) -> int:
    sys.argv = [program, *arguments]
    if program == "mdmr":
        app()
        return 0
    if program == "aws":
        return int(clidriver.main() or 0)
    _advance(*arguments)
    return 0


def _code_of(ended: SystemExit) -> int:
    if isinstance(ended.code, str):
        sys.stderr.write(f"{ended.code}\n")
        return 1
    return ended.code or 0


def _advance(endpoint: str, minutes: str) -> None:
    """Let a hub do what is left at its present time, and some minutes pass."""
    base = f"{endpoint}/_mdmr/"
    with urlopen(f"{base}state") as answer:  # noqa: S310 - the hub of the test
        now = json.load(answer)["now"]
    until = now + 60 * float(minutes) if float(minutes) else None
    asked: dict[str, Any] = {"to": until, "patience": 60}
    urlopen(f"{base}clock/advance", json.dumps(asked).encode()).close()  # noqa: S310 - as above


if __name__ == "__main__":
    serve(sys.argv[1])
