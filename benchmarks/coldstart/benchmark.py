"""The import of each handler, above that of boto3 and Powertools, which every function needs.

Processor time, not wall time: an import waits for nothing but the file system, and processor time
suffers least from whatever else the machine does. What AWS itself takes to start an environment,
and how fast its file system is, cannot be measured here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.machine import ROOT
from benchmarks.shape import Benchmark, Figure
from tools.handler_imports import handlers

ROUNDS = 7
FLOOR = """\
import boto3
from botocore.config import Config
from aws_lambda_powertools import Logger, Metrics
Logger(), Metrics()
"""
_TIMED = "import time\nbegan = time.process_time()\n{}\nprint(time.process_time() - began)"
_ROW = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")
_BLAMED = 8


def seconds(code: str, paths: Sequence[Path] = (ROOT,), *, bytecode: bool = True) -> float:
    """Return the processor seconds of some code in an interpreter of its own.

    Without `bytecode` what the interpreter finds none for is compiled each time.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    if not bytecode:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command = (sys.executable, "-c", _TIMED.format(code))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def imported(handler: str) -> str:
    """Return the code that imports a handler."""
    return f"import functions.{handler}.app"


def blame(handler: str) -> list[str]:
    """Return the modules whose own import takes longest when the floor is there, with their ms."""
    command = (sys.executable, "-X", "importtime", "-c", FLOOR + imported(handler))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = [(int(row[1]), row[2]) for row in _ROW.finditer(done.stderr)]
    ours = [row for row in found if row[1].startswith(("mdmr", "functions"))]
    return [f"{spent / 1000:.1f} ms {name}" for spent, name in sorted(ours)[: -_BLAMED - 1 : -1]]


def compiled_each_time(handler: str) -> Figure:
    """Return the figure of a handler whose code, as in the layer, comes without bytecode."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        unpacked = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "layers" / "mdmr", place / "layer", ignore=unpacked)
        shutil.copytree(ROOT / "functions", place / "code" / "functions", ignore=unpacked)
        paths = (place / "layer", place / "code")
        rounds = [
            (seconds(FLOOR), seconds(imported(handler), paths, bytecode=False))
            for _ in range(ROUNDS)
        ]
    return figure(f"{handler}, compiled at the start", rounds)


def figure(name: str, rounds: Sequence[tuple[float, float]]) -> Figure:
    """Return what the second of each pair takes above the first, beside the first."""
    above = median(whole - floor for floor, whole in rounds)
    floor = median(floor for floor, _ in rounds)
    return Figure(name, above * 1000, "ms", "the floor", floor * 1000)


def measure() -> list[Figure]:
    """Measure all handlers in turn, round after round; print what the slowest spends it on."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in handlers()}
    for code in (FLOOR, *map(imported, found)):
        seconds(code)
    for _ in range(ROUNDS):
        floor = seconds(FLOOR)
        for name, rounds in found.items():
            rounds.append((floor, seconds(imported(name))))
    figures = [figure(name, rounds) for name, rounds in found.items()]
    slowest = max(figures, key=lambda each: each.value).name
    print(f"slowest: {slowest}; of it", *blame(slowest), sep="\n  ")
    return [*figures, compiled_each_time(slowest)]


BENCHMARK = Benchmark(
    name="coldstart",
    question="What does importing a handler add to a cold start?",
    method=f"processor time of the import in a fresh interpreter, less that of the floor in the "
    f"same round; the median of {ROUNDS} rounds, after one to warm up; bytecode is at hand.",
    peer="the floor: boto3, Powertools' Logger and Metrics, without which no function starts.",
    emulator="takes no part.",
    packages=("boto3", "aws-lambda-powertools"),
    measure=measure,
)
