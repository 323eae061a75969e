"""A P-Sync of which half a percent changed: parsed, validated, held against the directory, told.

Every contender has what the LDC sent before in the form that suits it best: the hub as files, map
and snapshot, pandas as a frame, PostgreSQL as an indexed table. All of them check every field rule
and must come to the same rows of IR06 and IR07.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks.shape import Benchmark, Figure

SDPS, LARGE, SMALL = 100_000, 1_400_000, 10_000
ROUNDS = 3
RECORDS = 15


def run(name: str, sdps: int, processes: int = 1) -> dict[str, Any]:
    """Return what one run of a contender tells."""
    command = (sys.executable, "-m", "benchmarks.synchronization.contenders")
    done = subprocess.run(
        (*command, name, str(sdps), str(processes)), stdout=subprocess.PIPE, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def measure() -> list[Figure]:
    """Measure the hub beside its peers, then alone in three sizes."""
    peers = ("pandas", "PostgreSQL", "DuckDB")
    rounds = [{name: run(name, SDPS) for name in ("hub", *peers)} for _ in range(ROUNDS)]
    answers = {told["answer"] for each in rounds for told in each.values()}
    assert len(answers) == 1, f"the contenders differ: {answers}"
    best = {name: min(each[name]["seconds"] for each in rounds) for name in ("hub", *peers)}
    cores = os.cpu_count() or 1
    small = min(run("hub", SMALL)["seconds"] for _ in range(ROUNDS))
    large = run("hub", LARGE)
    shared = run("hub", LARGE, cores)
    per_record = {SMALL: small, SDPS: best["hub"], LARGE: large["seconds"]}
    least = "of 10,000"
    microseconds = {sdps: seconds * 1e6 / (sdps * RECORDS) for sdps, seconds in per_record.items()}
    asked = rounds[0]["hub"]["calls"]
    print("steps of the largest, in s:", {k: round(v, 2) for k, v in shared["steps"].items()})
    print(f"asked with {SDPS:,} SDPs:", asked)
    return [
        *(
            Figure(f"100,000 SDPs against {peer}", best["hub"], "s", peer, best[peer])
            for peer in peers
        ),
        Figure("1.4 M SDPs on all cores", shared["seconds"], "s"),
        Figure("peak memory of one process", large["peak"] / 1e9, "GB"),
        Figure("a record of 1.4 M SDPs", microseconds[LARGE], "us", least, microseconds[SMALL]),
        Figure("a record of 100,000 SDPs", microseconds[SDPS], "us", least, microseconds[SMALL]),
        Figure("items read of 300,000", asked["items read"], "items", "touched", _touched(SDPS)),
        Figure("items written", asked["items written"], "items"),
        Figure(
            "requests to the data bucket",
            sum(count for name, count in asked.items() if name.startswith("data ")),
            "requests",
        ),
    ]


def _touched(sdps: int) -> int:
    """Return how many documents the changed SDPs have: each one, its meter and its module."""
    return sdps // 200 * 3


BENCHMARK = Benchmark(
    name="synchronization",
    question="What does a P-Sync cost of which 0.5 % changed?",
    method=f"wall time of all steps from the uploaded files to the decided reports, the best of "
    f"{ROUNDS} in turn at {SMALL:,} and {SDPS:,} SDPs, of one at {LARGE:,}; {RECORDS} records an "
    "SDP; one core, but where all are named; the same answer checked.",
    peer="pandas, PostgreSQL (COPY and SQL, no durability) and DuckDB, on one core, with the same "
    "field checks and the directory in the form that suits them.",
    emulator="takes no part: objects are files, rows in memory, documents derived when asked for.",
    packages=("pandas", "duckdb", "msgspec"),
    measure=measure,
)
