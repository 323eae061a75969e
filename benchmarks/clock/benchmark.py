"""Benchmark of the clock: 1,000 ticks, an empty day of the hub, and a scenario of 41 days.

A tick is a scheduled invocation that starts an execution, which waits 30 s and invokes a function:
two invocations, three jumps of the clock. An empty day is 24 hourly and 11 other scheduled runs of
a trivial function. Every instant is checked. The scenario is the largest of `tests/scenarios`; it
is measured in processor time, beside a fixed piece of work of the same kind in the same run.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mdmr_local.deploy import deploy
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.simulate.reading import read_scenario
from mdmr_local.simulate.run import run

from benchmarks.machine import ROOT
from benchmarks.shape import Benchmark, Figure

TICKS = 1_000
START = datetime(2025, 8, 20, 5, 0, tzinfo=UTC)
SCENARIO = ROOT / "tests" / "scenarios" / "synchronization-three-ldcs"
FIXED_ROUNDS = 20_000
TEMPLATE = Path(__file__).parent / "application" / "template.yaml"


def ticks() -> tuple[float, dict[str, int]]:
    """Return the seconds that the ticks took, and the emulator's statistics.

    Raises:
        RuntimeError: something did not happen at its exact instant.
    """
    with EmbeddedAws(virtual_start=START) as aws:
        outputs = deploy(aws, TEMPLATE, "ticks", {"EveryMinute": "ENABLED", "EveryDay": "DISABLED"})
        began = time.perf_counter()
        aws.advance_to(START + timedelta(minutes=TICKS, seconds=30))
        seconds = time.perf_counter() - began
        told = {tell["scheduled"]: tell for tell in _outputs(aws, outputs["Machine"])}
        for number in range(1, TICKS + 1):
            minute = START + timedelta(minutes=number)
            tell = told[minute.strftime("%Y-%m-%dT%H:%M:%SZ")]
            _check(tell["ticked"] == minute.isoformat(), tell)
            _check(tell["worked"] == (minute + timedelta(seconds=30)).isoformat(), tell)
        _check(len(told) == TICKS, len(told))
        return seconds, aws.statistics()


def empty_days() -> tuple[float, float]:
    """Return the seconds that the first and the second empty day took.

    Raises:
        RuntimeError: a run did not happen or was not at its minute.
    """
    with EmbeddedAws(virtual_start=START) as aws:
        deploy(aws, TEMPLATE, "days", {"EveryMinute": "DISABLED", "EveryDay": "ENABLED"})
        seconds = []
        for day in (1, 2):
            began = time.perf_counter()
            aws.advance_to(START + timedelta(days=day))
            seconds.append(time.perf_counter() - began)
            _check(aws.statistics()["lambda_invocations"] == 35 * day, aws.statistics())
        return seconds[0], seconds[1]


def scenario() -> tuple[float, float]:
    """Return the processor seconds of the scenario, and of the fixed piece of work.

    Raises:
        RuntimeError: something failed inside the run.
    """
    before = fixed_work()
    own = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        read = read_scenario(SCENARIO)
        outcome = run(read, Path(folder) / "out", seed=1, progress=lambda _: None)
    seconds = time.process_time() - own + outcome.processor_seconds
    _check(not outcome.failures, outcome.failures)
    return seconds, (before + fixed_work()) / 2


def fixed_work() -> float:
    """Return the processor seconds of work that never changes: items as JSON, there and back."""
    item = {f"name{number}": {"S": "value" * 4} for number in range(20)}
    began = time.process_time()
    for number in range(FIXED_ROUNDS):
        read = json.loads(json.dumps({**item, "number": {"N": str(number)}}))
        _check(len(read) > len(item), read)
    return time.process_time() - began


def _check(holds: object, tell: object) -> None:
    if not holds:
        raise RuntimeError(f"not as it should be: {tell}")


def _outputs(aws: EmbeddedAws, machine: str) -> Iterator[dict[str, Any]]:
    states = aws.client("stepfunctions")
    pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine)
    arns = [execution["executionArn"] for page in pages for execution in page["executions"]]
    with ThreadPoolExecutor(8) as pool:
        for execution in pool.map(lambda arn: states.describe_execution(executionArn=arn), arns):
            _check(execution["status"] == "SUCCEEDED", execution)
            yield json.loads(execution["output"])


def measure() -> list[Figure]:
    """Measure both."""
    seconds, statistics = ticks()
    cold, warm = empty_days()
    used, fixed = scenario()
    real_day = timedelta(days=1).total_seconds()
    return [
        Figure(f"{TICKS:,} ticks", seconds, "s", "real time", TICKS * 60.0 + 30),
        Figure("an empty day", warm, "s", "real time", real_day),
        Figure("an empty day with a cold start", cold, "s", "real time", real_day),
        Figure("364 files over 41 days, processor time", used, "s", "a fixed piece of work", fixed),
        Figure("peak memory of the emulator", statistics["peak_memory_bytes"] / 2**20, "MiB"),
    ]


BENCHMARK = Benchmark(
    name="clock",
    question="How fast does virtual time pass on the embedded AWS?",
    method="wall time of one advance over the whole period, the application already deployed; "
    "every instant is checked; one run.",
    peer="real time, which the same runs would take without a clock that is moved.",
    emulator="is what is measured; nothing of the hub takes part.",
    packages=("ministack", "time-machine", "boto3"),
    measure=measure,
)
