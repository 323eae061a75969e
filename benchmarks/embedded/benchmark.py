"""A first load and the P-Sync after it on the deployed hub, from their uploads to their reports."""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.embedded.deployed import Worked, on_embedded_aws
from benchmarks.embedded.sending import check, write_sets
from benchmarks.shape import Benchmark, Figure
from benchmarks.synchronization.benchmark import run

SDPS = 100_000
_SETS = ("first load", "P-Sync")


def measure(sdps: int = SDPS) -> list[Figure]:
    """Work both sets, check what came of them, and return what they took."""
    began = time.perf_counter()

    def told(what: str) -> None:
        print(timedelta(seconds=int(time.perf_counter() - began)), what, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        worked, peak = on_embedded_aws(write_sets(Path(folder), sdps), sdps, told)
    alone = run("hub", sdps)
    check(worked[0].answer, worked[1].answer, sdps, alone["answer"])
    functions = "P-Sync, processor of the functions"
    return [
        *(each for name, of in zip(_SETS, worked, strict=True) for each in _figures(name, of)),
        Figure(functions, worked[1].functions, "s", "the steps alone", alone["seconds"]),
        Figure("peak memory of a function", worked[-1].largest / 1e6, "MB"),
        Figure("peak memory of emulator and functions", peak / 1e9, "GB"),
    ]


def _figures(name: str, worked: Worked) -> list[Figure]:
    seconds = {"processor of the emulator": worked.used.emulator_seconds}
    if name == _SETS[0]:
        seconds["processor of the functions"] = worked.functions
    return [
        Figure(f"{name}, upload to reports", worked.wall, "s"),
        *(Figure(f"{name}, {what}", value, "s") for what, value in seconds.items()),
        Figure(f"{name}, requests to DynamoDB", worked.requests("dynamodb"), "requests"),
        Figure(f"{name}, requests to S3", worked.requests("s3"), "requests"),
    ]


BENCHMARK = Benchmark(
    name="embedded",
    question=f"What do a first load of {SDPS:,} SDPs and the P-Sync after it take in the deployed "
    "hub?",
    method="one run; the project's template, all functions and state machines; wall time from the "
    "first upload to the last report, processor time of each process; the P-Sync changes 0.5 % of "
    "the SDPs; the reports are checked.",
    peer="the same P-Sync by its steps alone, in one process over ports on this machine, its wall "
    "time; it must come to the same rows.",
    emulator="takes part, a table in memory behind HTTP: its processor time stands apart; that of "
    "the functions is ours, the SDK's and that of the emulator's workers.",
    packages=("boto3", "ministack", "msgspec"),
    measure=measure,
)
