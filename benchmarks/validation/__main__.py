"""A million lines validated by their layout: `python -m benchmarks.validation`.

The hub streams the file and names each line that breaks its layout. The peers: polars reads the
same file raw (fields as text, no rule asked); pydantic validates each record by the same rules.
All use one core, and polars is timed with all threads too. Every run is a process of its own.

Bounds: at most 1.5 times polars on one core, at least 4 times as fast as pydantic, at most
64 MiB of peak memory above the idle process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.machine import introduction
from benchmarks.validation.files import FAULTY, LINES, WORK, write

ROUNDS = 5
MOST_OF_POLARS, LEAST_OF_PYDANTIC, MOST_MEMORY = 1.5, 4.0, 64 << 20


def run(name: str, work: str, path: Path, *, threads: str = "1") -> dict[str, Any]:
    """Return what one run of a contender tells, its answer checked."""
    command = (sys.executable, "-m", "benchmarks.validation.contenders", name, work, str(path))
    environment = {**os.environ, "POLARS_MAX_THREADS": threads}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["refused"] in (None, FAULTY), f"{name} refuses other lines"
    return told


def measure(work: str, path: Path) -> bool:
    """Print the figures of a work and return whether its bounds hold."""
    every = str(os.cpu_count())
    rounds: dict[str, list[dict[str, Any]]] = {"hub": [], "polars": [], "polars, all threads": []}
    # In turn, so that whatever else the machine does meets all of them.
    for _ in range(ROUNDS):
        rounds["hub"].append(run("hub", work, path))
        rounds["polars"].append(run("polars", work, path))
        rounds["polars, all threads"].append(run("polars", work, path, threads=every))
    rounds["pydantic"] = [run("pydantic", work, path)]
    best = {name: min(each["seconds"] for each in told) for name, told in rounds.items()}
    growth = max(each["growth"] for each in rounds["hub"])
    size = path.stat().st_size
    print(f"\n{work}: {LINES:,} lines, {size / LINES:.0f} bytes each, {len(FAULTY)} faulty")
    for name, seconds in best.items():
        rate = LINES / seconds / 1e6
        ratio = best["hub"] / seconds
        print(f"  {name}: {seconds:.2f} s ({rate:.2f} M lines/s); hub / this {ratio:.2f}")
    print(f"  hub's peak memory above idle: {growth / (1 << 20):.1f} MiB")
    return bool(
        best["hub"] <= MOST_OF_POLARS * best["polars"]
        and best["pydantic"] >= LEAST_OF_PYDANTIC * best["hub"]
        and growth <= MOST_MEMORY
    )


def main() -> int:
    """Measure each work and return 1 when a bound is missed."""
    missing = [name for name in ("polars", "pydantic") if find_spec(name) is None]
    if missing:
        print(f"{' and '.join(missing)} not installed: use `make bench`")
        return 1
    print(introduction(("polars", "pydantic")))
    print(f"method: best of {ROUNDS} (pydantic: one), one process and one core a run")
    held = []
    with tempfile.TemporaryDirectory() as folder:
        for work in WORK:
            path = Path(folder) / "lines.DAT"
            write(work, path)
            held.append(measure(work, path))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
