"""Intake of one 500 MB file.

The file, meter reads of about 4 million records, is never held: the store yields it in pieces of
1 MiB as S3 does. Its hashes, bytes, lines, header and counts are checked, and the decision is made
on the stores in memory. The peers read the same bytes from a pipe: `sha256sum` alone (intake takes
two hashes, of the whole and of the content), and `wc`, which only counts.
"""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime

from mdmr.calendar.instants import EST
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.ledger.receipts import Arrival, FileState
from mdmr.operation.commands import answer
from mdmr.ports.objects import ObjectVersion
from mdmr.stores.memory.hub import REGION, memory_hub
from mdmr.stores.memory.objects import PIECE_BYTES, MemoryObjects
from mdmr.stores.memory.outside import FixedClock
from msgspec.structs import replace

from benchmarks.shape import Benchmark, Figure

SIZE = 500_000_000
START = datetime(2026, 1, 5, 10, 5, tzinfo=EST)
LDC = "ORG11111"
NAME = f"{LDC}.{LDC}.7000.00.20260105100500.DAT"
KEY = f"{LDC}/{NAME}"
DOCUMENT = {"organizations": [{"org_id": LDC, "name": "Example Hydro", "roles": ["LDC"]}]}
_RECORD = b"ITV|48217730|A-2001|01|KWH|00000100|20260104010000|24" + b"|0.551|" * 10 + b"\n"
RECORDS = (SIZE - 500) // len(_RECORD)


def pieces() -> Iterator[bytes]:
    """Yield the file in pieces as the store gives them; at most two pieces exist at a time."""
    block = _RECORD * (PIECE_BYTES // len(_RECORD))
    whole, rest = divmod(RECORDS, PIECE_BYTES // len(_RECORD))
    yield f"FNR|{NAME}\nFHR|7000|00|{LDC}|{LDC}|20260105100500|{RECORDS}\n".encode()
    for _ in range(whole):
        yield block
    yield _RECORD * rest + f"EOF|{RECORDS}\n".encode()


class OneLargeFile(MemoryObjects):
    """An inbound bucket with the one file in it."""

    def stream(self, key: str, version_id: str | None = None, start: int = 0) -> Iterator[bytes]:
        """Yield the file, whatever is asked for."""
        del key, version_id, start
        yield from pieces()

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield the file's one version."""
        del prefix
        yield ObjectVersion(KEY, "v1", sum(map(len, pieces())), START)


def peer(*command: str) -> float:
    """Return the seconds in which a command reads the file from a pipe."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        for piece in pieces():
            process.stdin.write(piece)
        process.stdin.close()
        process.wait()
    return time.perf_counter() - began


def measure() -> list[Figure]:
    """Take the file in, check the verdict, and let the peers read it."""
    clock = FixedClock(START)
    hub = replace(memory_hub(clock), inbound=OneLargeFile(clock, "inbound"))
    answer(hub, {"action": "apply", "by": "benchmark", "document": DOCUMENT}, REGION)
    (version,) = hub.inbound.versions("")
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    began = time.perf_counter()
    receipt = take_in(hub, Arrival.of(version))
    seconds = time.perf_counter() - began
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - idle
    assert receipt.state is FileState.ACCEPTED, receipt.code
    assert receipt.details == RECORDS
    hashed, counted = peer("sha256sum"), peer("wc")
    return [
        Figure("time", seconds, "s", "sha256sum", hashed),
        Figure("peak memory above idle", growth / 2**20, "MiB"),
        Figure("time against wc", seconds, "s", "wc", counted),
        Figure("time of a megabyte", seconds / version.size * 1e9, "ms"),
    ]


BENCHMARK = Benchmark(
    name="intake",
    question="How long does intake take for the largest file, and does its memory stay bounded?",
    method=f"one run over {SIZE / 1e6:.0f} MB, {RECORDS:,} records, wall time; the verdict is "
    "checked.",
    peer="sha256sum, which takes one of intake's two hashes, and wc, which only counts; from a "
    "pipe, their wall time.",
    emulator="takes no part: the stores are in memory, the file comes in pieces as from S3.",
    packages=(),
    measure=measure,
)
