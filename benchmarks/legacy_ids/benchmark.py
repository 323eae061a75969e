"""100,000 numbers from before, from their CSV file into the directory, as `mdmr org apply` does it.

The operate function is called in this process, on the stores in memory, with requests and answers
as JSON: what is measured is the hub's own code and the command's.
"""

from __future__ import annotations

import io
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from mdmr.operation.commands import answer
from mdmr.stores.memory.hub import REGION, MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr_cli.document_source import read_source
from mdmr_local.operating import Operator

from benchmarks.identifiers.benchmark import DOCUMENT, LDC, START
from benchmarks.shape import Benchmark, Figure

ROWS = 100_000
_FIRST, _LAST = 10_000_000, 99_999_999


class _Function:
    """The operate function, called as the command calls it."""

    def __init__(self, hub: MemoryHub) -> None:
        self._hub = hub

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: ARG002, N803 - boto3's names
        told = answer(self._hub, json.loads(Payload), REGION)
        return {"Payload": io.BytesIO(json.dumps(told).encode())}


def write_table(path: Path) -> None:
    """Write the CSV file: numbers that look as if they had been drawn long ago."""
    drawn = random.Random(1).sample(range(_FIRST, _LAST), ROWS)  # noqa: S311 - nothing secret
    rows = (f"{LDC},SDP-{at:08d},{number}\n" for at, number in enumerate(drawn))
    path.write_text("ldc,sdp_id,universal_sdp_id\n" + "".join(rows), encoding="utf-8")


def measure() -> list[Figure]:
    """Read, plan and apply the table, then the same again, and check what came of it."""
    hub = memory_hub(FixedClock(START))
    operator = Operator(_Function(hub), "operate", by="benchmark")
    operator.apply(DOCUMENT)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "numbers.csv")
        write_table(table)
        began = time.process_time()
        source = read_source(None, table)
        read = time.process_time()
        planned = operator.plan(source.document)
        checked = time.process_time()
        operator.apply(source.document, planned["digest"])
        applied = time.process_time()
        again = operator.plan(source.document)
        ended = time.process_time()
    assert {change["action"] for change in planned["changes"]} == {"add"}
    assert {change["action"] for change in again["changes"]} == {"same"}
    assert sum(str(item["pk"]).startswith("PAIR#") for item in hub.directory.items()) == ROWS
    return [
        _a_row("a row, from the file to the directory", applied - began),
        _a_row("of it reading the file", read - began),
        _a_row("of it checking all before any is applied", checked - read),
        _a_row("of it applying", applied - checked),
        _a_row("a row that is applied already, checked", ended - applied),
    ]


def _a_row(name: str, seconds: float) -> Figure:
    return Figure(name, seconds / ROWS * 1e6, "us")


BENCHMARK = Benchmark(
    name="legacy_ids",
    question=f"How long does it take to keep {ROWS:,} numbers from before with `mdmr org apply`?",
    method="one run, processor time a row: the CSV file is read, all rows are checked by the hub, "
    "then all are applied, in batches; what lies in the directory is checked.",
    peer="none: the bar is 1,000 rows a second.",
    emulator="takes no part: the stores are in memory, requests and answers are made as JSON.",
    packages=("msgspec",),
    measure=measure,
)
