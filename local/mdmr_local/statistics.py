"""What a run of the emulator used: executions, invocations, memory."""

import os
import threading
from collections import Counter
from pathlib import Path

import ministack.core.lambda_runtime as runtime

_counts: Counter[str] = Counter()
_lock = threading.Lock()
_peaks = [0]


def count(what: str) -> None:
    """Add one to a counter."""
    with _lock:
        _counts[what] += 1


def read() -> dict[str, int]:
    """Return the counters and `peak_memory_bytes`.

    The memory is the sum of the peaks of the emulator's and its live workers' resident memory, the
    largest such sum that was ever read: an upper bound of what was in use at one time.
    """
    processes = [os.getpid(), *_worker_processes()]
    with _lock:
        _peaks.append(sum(peak_resident(process) for process in processes))
        _peaks[:] = [max(_peaks)]
        return {
            "executions_started": _counts["executions_started"],
            "lambda_invocations": _counts["lambda_invocations"],
            "lambda_workers": len(processes) - 1,
            "peak_memory_bytes": _peaks[0],
        }


def _worker_processes() -> list[int]:
    with runtime._lock:
        workers = [worker for pool in runtime._workers.values() for worker in pool]
    return [worker._proc.pid for worker in workers if worker._proc is not None]


def peak_resident(process: int) -> int:
    """Return the most memory that a process ever had, in bytes; 0 when it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
