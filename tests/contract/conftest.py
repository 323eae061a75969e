"""One set of tests for every adapter of a port: in memory, and on the embedded AWS.

The embedded AWS is a bare ministack, without the corrections that the local hub lays over it. moto
does not serve here: it compares values of unlike types (True equals 1, a missing attribute equals
null), and knows no parameters in PartiQL.
"""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import boto3
import pytest

REGION = "ca-central-1"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Aws:
    """An AWS to test against, and where it answers."""

    endpoint: str

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
        """Return a boto3 client of a service."""
        return boto3.client(service, region_name=REGION, endpoint_url=self.endpoint)

    @staticmethod
    def new_name(kind: str) -> str:
        """Return a name that no other test of this process uses."""
        return f"contract-{kind}-{os.getpid()}-{next(_NUMBERS)}"


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """Run a bare ministack in a process of its own for as long as the tests run."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("ministack")
    process = _started(home, port)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_ministack/health", process)
        yield Aws(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set credentials that nothing outside this machine would take."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")


def _started(home: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "HOME": str(home),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "ERROR",
        "PATH": os.environ["PATH"],
        "SFTP_ENABLED": "0",
        "TMPDIR": str(home),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        cwd=home,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            with urlopen(address, timeout=1):  # noqa: S310 - our own address
                return
        except (URLError, TimeoutError, ConnectionError):
            assert process.poll() is None, "ministack ended before it answered"
            time.sleep(0.1)
    pytest.fail("ministack did not answer within a minute")
