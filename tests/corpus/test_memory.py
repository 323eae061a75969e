"""Large files that exist nowhere: intake reads them piece by piece and keeps none.

All are larger than the bound, so that one that is kept is found; the first has 200 MB.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from mdmr.exchange.ledger.receipts import Arrival, find
from mdmr.stores.memory.objects import MemoryObjects
from msgspec.structs import replace

from tests.corpus.outcome import MOST_GROWTH
from tests.support.corpus import CANARY
from tests.support.handled import handled
from tests.support.market import AGENT, NOON, READER, framed, name

MEGABYTE = 1_000_000
CMEP, REQUEST, XML = name("7100", sender=READER), name(), name("5500", suffix="XML")
# Lines of lengths that divide a megabyte: the pieces are alike.
LONG_LINE, SHORT_LINE = f"{CANARY:x<9999}\n", f"{CANARY:x<199}\n"
HEAD = framed(REQUEST, [], count=999, end="").decode()


@dataclass(frozen=True)
class Large:
    """A file of so many megabytes: first the head, then the text again and again."""

    key: str
    text: str
    code: str = ""
    head: str = ""
    megabytes: int = 80

    def pieces(self) -> Iterator[bytes]:
        """Yield the pieces, each made when it is asked for, as a connection does."""
        yield (self.head or self.text).encode()
        for _ in range(self.megabytes):
            yield (self.text * (MEGABYTE // len(self.text))).encode()


class Generated(MemoryObjects):
    """A bucket with one object, whose bytes are made while they are read."""

    def __init__(self, inbound: MemoryObjects, large: Large) -> None:
        super().__init__(inbound._clock, inbound.name)
        self.found = self.upload(large.key, b"")
        self._large = large

    def stream(self, key: str, version_id: str | None = None, start: int = 0) -> Iterator[bytes]:
        assert (key, version_id, start) == (self.found.key, self.found.version_id, 0)
        return self._large.pieces()


@pytest.mark.parametrize(
    "large",
    [
        pytest.param(Large(f"{READER}/{CMEP}", LONG_LINE, megabytes=200), id="long lines"),
        pytest.param(Large(f"{AGENT}/{REQUEST}", SHORT_LINE, "F017", HEAD), id="short lines"),
        pytest.param(Large(f"{AGENT}/{REQUEST}", CANARY * 125, "F013"), id="one line"),
        pytest.param(Large(f"{AGENT}/{XML}", "<é>" * 250), id="one line of XML"),
        pytest.param(Large(f"{AGENT}/{CANARY}", CANARY, "F001"), id="an invalid name"),
    ],
)
def test_a_large_file_takes_no_more_memory_than_a_piece_and_its_lines(
    large: Large,
) -> None:
    with handled(NOON) as platform:
        inbound = Generated(platform.hub.inbound, large)
        platform.worker = replace(platform.hub, inbound=inbound)
        platform.tell(Arrival.of(inbound.found))
        tracemalloc.start()
        try:
            platform.settle()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    receipt = find(platform.hub.state, Arrival.of(inbound.found).id)
    assert receipt is not None
    assert receipt.state.value == ("REJECTED" if large.code else "ACCEPTED")
    assert receipt.code == large.code
    assert peak <= MOST_GROWTH
    assert not [line for line in platform.logged if CANARY in line]
