"""Runs a benchmark, prints what it found, and keeps it in build/benchmarks."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from benchmarks.budgets import HERE, bars
from benchmarks.machine import ROOT, commit, is_shared, load, machine, versions
from benchmarks.shape import Benchmark, judged

RECORDS = ROOT / "build" / "benchmarks"


def names() -> list[str]:
    """Return the names of all benchmarks: the packages beside this module that have one."""
    return sorted(path.parent.name for path in HERE.glob("*/benchmark.py"))


def benchmark(name: str) -> Benchmark:
    """Return a benchmark by its name. Raises ModuleNotFoundError."""
    found: Benchmark = import_module(f"benchmarks.{name}.benchmark").BENCHMARK
    return found


def run(name: str) -> bool:
    """Run a benchmark, print and keep its record, and return whether all its bars hold."""
    asked = benchmark(name)
    record: dict[str, Any] = {
        "name": name,
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "versions": versions(asked.packages),
        "load": load(),
    }
    print(f"question: {asked.question}\nmethod: {asked.method}\npeer: {asked.peer}")
    print(f"emulator: {asked.emulator}\nmachine: {record['machine']}; load {record['load']}")
    if is_shared(record["load"]):
        print("the machine is shared with other work: times are longer than they would be")
    told = ", ".join(f"{package} {number}" for package, number in record["versions"].items())
    print(f"versions: {told}; commit {record['commit']}", flush=True)
    began = time.perf_counter()
    record["figures"] = judged(asked.measure(), bars(name))
    record["seconds"] = round(time.perf_counter() - began, 1)
    print(*(line(row) for row in record["figures"]), f"took {record['seconds']} s", sep="\n")
    RECORDS.mkdir(parents=True, exist_ok=True)
    (RECORDS / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n")
    return all(row.get("holds", True) for row in record["figures"])


def line(row: dict[str, Any]) -> str:
    """Return a row of a record as a line to read."""
    text = f"  {row['name']}: {number(row['value'])} {row['unit']}"
    if row["peer"]:
        peer = f"{row['peer']} {number(row['peer_value'])} {row['unit']}"
        text += f"; {peer}, ours / peer {number(row['ratio'])}"
    if "holds" in row:
        bar = f"{row['of']} at most {number(row['at_most'])}"
        text += f"; bar: {bar}: {'holds' if row['holds'] else 'BROKEN'}"
    return text


def number(value: float) -> str:
    """Return a number to three digits, or whole with thousands set off."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - see above


def read(name: str) -> dict[str, Any]:
    """Return the record of a benchmark's last run. Raises FileNotFoundError."""
    record: dict[str, Any] = json.loads((RECORDS / f"{name}.json").read_text())
    return record
