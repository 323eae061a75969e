"""Starts workers of functions by forking itself, which has imported what all of them need.

Run as a program, it is told over the socket that is its standard input what to start. What it has
imported beforehand costs each worker nothing, where an interpreter of its own costs it half a
second.
"""

from __future__ import annotations

import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from mdmr_local.lifeline import be_killed_with_parent
from mdmr_local.wire.endpoint import connect_all

# What functions and the emulator's worker script import; Lambda's own environment has boto3, too.
_IMPORTED = (
    "boto3",
    "botocore.auth",
    "botocore.endpoint",
    "botocore.handlers",
    "botocore.httpsession",
    "botocore.paginate",
    "botocore.parsers",
    "s3transfer.manager",
    "aws_lambda_powertools.logging",
    "aws_lambda_powertools.metrics",
    "msgspec.json",
)
# Descriptions of the services that functions call, read once.
_DESCRIBED = ("dynamodb", "events", "s3", "secretsmanager", "sqs", "stepfunctions")
_LENGTH = struct.Struct("!I")
_STREAMS = 3
_WIRE = "MDMR_LOCAL_WIRE"


class ForkServer:
    """The caller's side: starts the server at the first need.

    Args:
        environment: that the server runs in; workers have their own.
        wire: whether the clients of boto3 in workers ask over the wire (:mod:`mdmr_local.wire`).
    """

    def __init__(self, environment: Mapping[str, str], *, wire: bool = False) -> None:
        self._environment = {**environment, _WIRE: "1" if wire else ""}
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def start(self, script: str, *, cwd: str, env: Mapping[str, str]) -> Forked:
        """Start a script in a process of its own, with pipes as its streams.

        Raises:
            OSError: the server has ended.
        """
        request = json.dumps({"script": script, "cwd": cwd, "env": dict(env)}).encode()
        (stdin, to_stdin), (stdout_here, stdout), (stderr_here, stderr), (ended, lives) = (
            os.pipe() for _ in range(_STREAMS + 1)
        )
        started = Forked(to_stdin, stdout_here, stderr_here, ended)
        passed = [stdin, stdout, stderr, lives]
        try:
            with self._lock:
                asked = self._asked()
                socket.send_fds(asked, [_LENGTH.pack(len(request))], passed)
                asked.sendall(request)
                started.pid = _LENGTH.unpack(_received(asked, _LENGTH.size))[0]
        except OSError:
            started.close()
            raise
        finally:
            for each in passed:
                os.close(each)
        return started

    def close(self) -> None:
        """End the server, and with it what it has started where the kernel sees to that (Linux)."""
        if self._socket is not None and self._server is not None:
            self._socket.close()
            self._server.wait()

    def _asked(self) -> socket.socket:
        if self._socket is None:
            self._socket, theirs = socket.socketpair()
            with theirs:
                self._server = subprocess.Popen(
                    # Without its folder on the path, whose modules are none of the workers'.
                    [sys.executable, "-P", __file__],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=self._environment,
                )
        return self._socket


class Forked:
    """A process that a fork server has started, as `subprocess.Popen` shows one.

    Attributes:
        pid: the process.
        stdin: text for it, line by line.
        stdout: text of it.
        stderr: text of it.
        returncode: None while it lives, then 0: nobody is told how it ended.
    """

    def __init__(self, stdin: int, stdout: int, stderr: int, ended: int) -> None:
        self.pid = 0
        self.stdin = os.fdopen(stdin, "w", buffering=1)
        self.stdout = os.fdopen(stdout)
        self.stderr = os.fdopen(stderr)
        self.returncode: int | None = None
        # The process alone holds the other end of this pipe.
        self._ended = os.fdopen(ended, "rb")
        self._watched = select.poll()
        self._watched.register(self._ended, select.POLLIN)

    def poll(self) -> int | None:
        """Return None while the process lives, else 0."""
        return self._look(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the process's end.

        Raises:
            subprocess.TimeoutExpired: it lives still after `timeout` seconds.
        """
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return code

    def terminate(self) -> None:
        """Ask the process to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End the process."""
        self._send(signal.SIGKILL)

    def close(self) -> None:
        """Close the streams."""
        for stream in (self.stdin, self.stdout, self.stderr, self._ended):
            stream.close()

    def _look(self, seconds: float | None) -> int | None:
        if self.returncode is None and self._watched.poll(
            None if seconds is None else seconds * 1000
        ):
            self.returncode = 0
        return self.returncode

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def serve() -> str:
    """Start what is asked for until nobody asks any more; in a forked process return its script."""
    asked = socket.socket(fileno=os.dup(0))
    server = os.getpid()
    _prepare()
    # Nobody waits for the processes; who has started them sees their end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        head, passed, _, _ = socket.recv_fds(asked, _LENGTH.size, _STREAMS + 1)
        if len(head) < _LENGTH.size:
            sys.exit()
        request = json.loads(_received(asked, _LENGTH.unpack(head)[0]))
        pid = os.fork()
        if pid == 0:
            asked.close()
            return _become(request, passed, server)
        for each in passed:
            os.close(each)
        asked.sendall(_LENGTH.pack(pid))


def _become(request: dict[str, Any], passed: list[int], server: int) -> str:
    """Make of a fork what an interpreter of its own would be that is given the script."""
    # The server ends with the emulator, at once: no worker writes into the one that comes after.
    be_killed_with_parent(server)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, each in enumerate(passed[:_STREAMS]):
        os.dup2(each, number)
        os.close(each)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    script = str(request["script"])
    sys.argv = [script]
    sys.path.insert(0, str(Path(script).parent))
    return script


def _prepare() -> None:
    """Import and read what is the same for all workers."""
    for name in _IMPORTED:
        import_module(name)
    sys.modules["pytest"] = None  # type: ignore[assignment] # time_machine would import it
    import_module("time_machine")
    del sys.modules["pytest"]
    loaders: Any = import_module("botocore.loaders")
    loader = loaders.create_loader(None)
    for service in _DESCRIBED:
        for kind in ("service-2", "endpoint-rule-set-1", "paginators-1"):
            loader.load_service_model(service, kind)
    for name in ("partitions", "endpoints", "sdk-default-configuration", "_retry"):
        loader.load_data(name)
    loaders.create_loader = lambda _=None: loader
    if os.environ.get(_WIRE):
        connect_all()


def _received(asked: socket.socket, size: int) -> bytes:
    """Return `size` bytes. Raises OSError where the other side has ended."""
    received = b""
    while len(received) < size:
        part = asked.recv(size - len(received))
        if not part:
            raise ConnectionResetError("the fork server, or who asks it, has ended")
        received += part
    return received


if __name__ == "__main__":
    runpy.run_path(serve(), run_name="__main__")
