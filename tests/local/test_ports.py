"""A port that is taken: by whom is told, where that can be seen."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.errors import PortInUseError
from mdmr_local.ports import holder_of

pytestmark = pytest.mark.usefixtures("own_runs")


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_process_that_is_no_hub_is_told_by_its_number(taken: int) -> None:
    told = f"port {taken} is in use by process {os.getpid()}: choose another one with --port"
    with pytest.raises(PortInUseError) as raised:
        EmbeddedAws(port=taken).start()
    assert str(raised.value) == told


def test_nobody_holds_a_port_that_is_free(taken: int) -> None:
    assert holder_of(taken) == os.getpid()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert holder_of(free.getsockname()[1]) is None
