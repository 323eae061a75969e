"""The import of each handler, above that of the packages which every function needs.

Processor time, not wall time: an import waits for nothing but the file system, and processor time
suffers least from whatever else the machine does. What AWS itself takes to start an environment,
and how fast its file system is, cannot be measured here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.machine import ROOT
from benchmarks.shape import Benchmark, Figure
from tools.handler_imports import handlers

ROUNDS = 9
FLOOR = """\
import boto3
from botocore.config import Config
from aws_lambda_powertools import Logger, Metrics
from pynamodb.expressions.operand import Path
Logger(), Metrics(), Path(["pk"])
"""
_TIMED = "import time\nbegan = time.process_time()\n{}\nprint(time.process_time() - began)"
_ROW = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")
_BLAMED = 8


def environment(bytecode: Path, *, written: bool) -> dict[str, str]:
    """Return an environment in which bytecode lies in a folder, and is written there or not."""
    kept = {name: each for name, each in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(bytecode)}
    return kept if written else {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


def seconds(code: str, bytecode: Path, *, written: bool = False) -> float:
    """Return the processor seconds of some code in an interpreter of its own."""
    command = (sys.executable, "-c", _TIMED.format(code))
    within = environment(bytecode, written=written)
    done = subprocess.run(command, env=within, capture_output=True, text=True, check=True)
    return float(done.stdout)


def imported(handler: str) -> str:
    """Return the code that imports a handler."""
    return f"import functions.{handler}.app"


def blame(handler: str, bytecode: Path) -> list[str]:
    """Return the modules whose own import takes longest when the floor is there, with their ms."""
    command = (sys.executable, "-X", "importtime", "-c", FLOOR + imported(handler))
    within = environment(bytecode, written=False)
    done = subprocess.run(command, env=within, capture_output=True, text=True, check=True)
    found = [(int(row[1]), row[2]) for row in _ROW.finditer(done.stderr)]
    ours = [row for row in found if row[1].startswith(("mdmr", "functions"))]
    return [f"{spent / 1000:.1f} ms {name}" for spent, name in sorted(ours)[: -_BLAMED - 1 : -1]]


def figure(name: str, pairs: Sequence[tuple[float, float]]) -> Figure:
    """Return what the second of each pair takes at least above the first, beside the first.

    Whatever else a machine does only ever adds to processor time: the least is nearest the truth.
    """
    floor = min(floor for floor, _ in pairs)
    whole = min(whole for _, whole in pairs)
    return Figure(name, (whole - floor) * 1000, "ms", "the floor", floor * 1000)


def rounds(names: Sequence[str], bytecode: Path) -> list[Figure]:
    """Return the figures of some handlers, measured in turn with the floor."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for _ in range(ROUNDS):
        floor = seconds(FLOOR, bytecode)
        for name, pairs in found.items():
            pairs.append((floor, seconds(imported(name), bytecode)))
    return [figure(name, pairs) for name, pairs in found.items()]


def measure() -> list[Figure]:
    """Measure all handlers, and the slowest without the hub's bytecode; print what it spends."""
    with tempfile.TemporaryDirectory() as folder:
        floors, all_of_it = Path(folder) / "floor", Path(folder) / "all"
        seconds(FLOOR, floors, written=True)
        for code in (FLOOR, *map(imported, handlers())):
            seconds(code, all_of_it, written=True)
        figures = rounds(handlers(), all_of_it)
        slowest = max(figures, key=lambda each: each.value).name
        print(f"slowest: {slowest}; of it", *blame(slowest, all_of_it), sep="\n  ")
        (compiled,) = rounds([slowest], floors)
    return [*figures, replace(compiled, name=f"{slowest}, compiled at the start")]


BENCHMARK = Benchmark(
    name="coldstart",
    question="What does importing a handler add to a cold start?",
    method=f"processor time of the import in a fresh interpreter, less that of the floor; of "
    f"each the least of {ROUNDS} rounds in turn, after one to warm up; bytecode is at hand.",
    peer="the floor: boto3, Powertools' Logger and Metrics, pynamodb's expressions, without which "
    "no function starts.",
    emulator="takes no part.",
    packages=("boto3", "aws-lambda-powertools", "pynamodb"),
    measure=measure,
)
