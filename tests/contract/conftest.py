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
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import boto3
import pytest
from mdmr.ports.state import StateStore
from mdmr.stores.memory.state import MemoryState

from tests.contract.tables import new_table

REGION = "ca-central-1"
_NUMBERS = itertools.count(1)


class Aws:
    """An AWS to test against, and where it answers."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
        """Return the boto3 client of a service, with credentials that nothing else would take."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                region_name=REGION,
                endpoint_url=self.endpoint,
                aws_access_key_id="111111111111",
                aws_secret_access_key="none",
            )
        return self._clients[service]

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
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_ministack/health", process)
        yield Aws(address)
    finally:
        process.terminate()
        process.wait(timeout=20)


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


@pytest.fixture(params=["memory", "embedded"])
def state(request: pytest.FixtureRequest) -> StateStore:
    if request.param == "memory":
        return MemoryState()
    return new_table(request.getfixturevalue("embedded"))
