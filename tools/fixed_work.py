"""A fixed piece of work, timed: how quiet the machine is, and what its processor does in a second.

Needs nothing but Python, so that it can run before anything is set up.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time

ROUNDS = 180
# Beside other work each takes its turn: the time that passes grows, that of the processor hardly.
QUIET = 1.25
_ALONE = "--alone"


def work() -> None:
    """Do the work: texts, dictionaries, numbers and hashes, as the tests do; half a second."""
    for number in range(ROUNDS):
        rows = [{"id": f"{number}-{at}", "value": at * 7 % 13} for at in range(2_000)]
        for row in json.loads(json.dumps(rows)):
            row["hash"] = hashlib.sha256(row["id"].encode()).hexdigest()
        sorted(rows, key=lambda row: (row["value"], row["id"]))


def processor_seconds() -> float:
    """Do the work here and return the seconds of the processor that it takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


def beside_itself(processors: int) -> tuple[float, float]:
    """Do the work on so many processors at once; return seconds that passed and of a processor."""
    command = [sys.executable, __file__, _ALONE]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(processors)]
    took = [json.loads(each.communicate()[0]) for each in running]
    return max(each["passed"] for each in took), max(each["processor"] for each in took)


def main(arguments: list[str]) -> int:
    """Print how long the work took on all processors at once, and whether the machine is quiet."""
    if _ALONE in arguments:
        before = time.monotonic()
        processor = processor_seconds()
        print(json.dumps({"passed": time.monotonic() - before, "processor": processor}))
        return 0
    processors = os.cpu_count() or 1
    passed, processor = beside_itself(processors)
    state = "quiet" if passed <= QUIET * processor else "busy"
    print(
        f"The machine is {state}: a fixed piece of work took {passed:.2f} s on {processors} "
        f"processors at once, {processor:.2f} s of a processor each.",
        flush=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
