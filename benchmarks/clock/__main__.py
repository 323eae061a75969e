"""Benchmark of the clock: 1,000 ticks, and an empty day of the hub. `python -m benchmarks.clock`.

A tick is a scheduled invocation that starts an execution, which waits 30 s and invokes a function:
two invocations, three jumps of the clock. An empty day is 24 hourly and 11 other scheduled runs of
a trivial function. Every instant is checked. Exits 1 when a bound is missed.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mdmr_local.deploy import deploy
from mdmr_local.embedded import EmbeddedAws

TICKS = 1_000
TICKS_BOUND = 20.0
DAY_BOUND = 0.5
START = datetime(2025, 8, 20, 5, 0, tzinfo=UTC)
TEMPLATE = Path(__file__).parent / "application" / "template.yaml"


def main() -> int:
    """Run both, print the figures, and return the exit code."""
    print(f"machine: {platform.machine()}, {os.cpu_count()} processors, {platform.platform()}")
    print(
        f"versions: Python {platform.python_version()}, ministack {version('ministack')}, "
        f"time-machine {version('time-machine')}, boto3 {version('boto3')}"
    )
    print("method: wall time of one advance_to over the whole period, emulator already deployed")
    seconds, statistics = ticks()
    print(
        f"{TICKS} ticks: {seconds:.2f} s (bound {TICKS_BOUND:g} s), "
        f"{statistics['lambda_invocations']} invocations, "
        f"{statistics['executions_started']} executions, "
        f"{statistics['peak_memory_bytes'] / 1e6:.0f} MB at peak; every instant exact"
    )
    cold, warm = empty_days()
    print(f"empty day: {warm:.2f} s (bound {DAY_BOUND:g} s); with a cold start {cold:.2f} s")
    return 0 if seconds < TICKS_BOUND and warm < DAY_BOUND else 1


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


if __name__ == "__main__":
    sys.exit(main())
