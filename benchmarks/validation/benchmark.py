"""A million lines validated by their layout.

The hub streams the file and names each line that breaks its layout. The peers: polars reads the
same file raw (fields as text, no rule asked); pydantic validates each record by the same rules.
All use one core, and polars is timed with all threads too. Every run is a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.shape import Benchmark, Figure
from benchmarks.validation.files import FAULTY, LINES, WORK, write

ROUNDS = 5


def run(name: str, work: str, path: Path, *, threads: str = "1") -> dict[str, Any]:
    """Return what one run of a contender tells, its answer checked."""
    command = (sys.executable, "-m", "benchmarks.validation.contenders", name, work, str(path))
    environment = {**os.environ, "POLARS_MAX_THREADS": threads}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["refused"] in (None, FAULTY), f"{name} refuses other lines"
    return told


def of_work(work: str, path: Path) -> list[Figure]:
    """Return the figures of a work whose file is at a path."""
    every = str(os.cpu_count())
    rounds: dict[str, list[dict[str, Any]]] = {"hub": [], "polars": [], "polars, all threads": []}
    # In turn, so that whatever else the machine does meets all of them.
    for _ in range(ROUNDS):
        rounds["hub"].append(run("hub", work, path))
        rounds["polars"].append(run("polars", work, path))
        rounds["polars, all threads"].append(run("polars", work, path, threads=every))
    rounds["pydantic"] = [run("pydantic", work, path)]
    best = {name: min(each["seconds"] for each in told) for name, told in rounds.items()}
    hub = best.pop("hub")
    growth = max(each["growth"] for each in rounds["hub"])
    return [
        *(Figure(f"{work} against {peer}", hub, "s", peer, best[peer]) for peer in best),
        Figure(f"{work} peak memory above idle", growth / 2**20, "MiB"),
    ]


def measure() -> list[Figure]:
    """Measure each work."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for work in WORK:
            path = Path(folder) / "lines.DAT"
            write(work, path)
            figures += of_work(work, path)
    return figures


BENCHMARK = Benchmark(
    name="validation",
    question="What does it cost to ask every field rule of a million lines?",
    method=f"wall time, the best of {ROUNDS} (pydantic: of one), a process and a core a run, in "
    f"turn; {LINES:,} lines, {len(FAULTY)} of them faulty, which the answer must name.",
    peer="polars' raw reading, which asks no rule; a pydantic model of the same rules, a record "
    "at a time.",
    emulator="takes no part.",
    packages=("polars", "pydantic"),
    measure=measure,
)
