"""Runs the stages of `make check`: those before the last one beside each other, then the last.

What a stage says is shown when it has ended, under its name with its time; what the last one says,
which keeps all processors busy by itself, is shown as it comes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

_MAKE = os.environ.get("MAKE", "make")


@dataclass(frozen=True)
class Ended:
    """What a stage came to: its exit code, all that it said, and the seconds that passed."""

    stage: str
    code: int
    said: str
    seconds: float


def command_of(stage: str) -> list[str]:
    """Return the command that runs a stage."""
    return [_MAKE, "--no-print-directory", f"check-{stage}"]


def captured(stage: str, failed: threading.Event) -> Ended | None:
    """Run a stage and keep what it says; None when another one has failed before it begins."""
    if failed.is_set():
        return None
    before = time.monotonic()
    done = subprocess.run(
        command_of(stage),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        failed.set()
    return Ended(stage, done.returncode, done.stdout, time.monotonic() - before)


def beside(stages: Sequence[str], processors: int) -> list[str]:
    """Run stages beside each other, show each when it has ended, and return those that failed.

    Once one has failed, no other one begins.
    """
    failed = threading.Event()
    faulty = []
    with ThreadPoolExecutor(processors) as pool:
        running = [pool.submit(captured, stage, failed) for stage in stages]
        for future in as_completed(running):
            if (ended := future.result()) is not None:
                show(ended)
                faulty += [ended.stage] if ended.code else []
    return faulty


def show(ended: Ended) -> None:
    """Print what a stage said."""
    print(f"\n== {ended.stage} ({ended.seconds:.0f} s)\n{ended.said}", end="", flush=True)


def main(stages: Sequence[str]) -> int:
    """Run the stages of these names; 1 when any fails."""
    *first, last = stages
    before = time.monotonic()
    faulty = beside(first, os.cpu_count() or 1)
    if not faulty:
        print(f"\n== {last}", flush=True)
        faulty = [last] if subprocess.run(command_of(last), check=False).returncode else []
    seconds = f"{time.monotonic() - before:.0f} s"
    if faulty:
        print(f"\nFailed after {seconds}: {', '.join(faulty)}.", flush=True)
        return 1
    print(f"\nAll stages passed in {seconds}.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
