"""What figures hold for: the machine, how busy it was, the versions and the commit."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def machine() -> str:
    """Return the processors, their kind and the system, in a few words."""
    told = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    kinds = [line.partition(": ")[2] for line in told.splitlines() if "model name" in line]
    kind = kinds[0] if kinds else platform.machine()
    return f"{os.cpu_count()} processors, {kind}, {platform.system()} {platform.release()}"


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Return the versions of Python and some packages. Raises PackageNotFoundError."""
    return {"Python": platform.python_version(), **{name: version(name) for name in packages}}


def load() -> float:
    """Return how many processes wanted a processor during the last minute."""
    return round(os.getloadavg()[0], 1)


def is_shared(load_before: float) -> bool:
    """Return whether others worked on the machine when a benchmark began."""
    return load_before > (os.cpu_count() or 1) / 2


def commit() -> str:
    """Return the short hash of the commit, with `and changes` if files differ from it."""
    head = _git("rev-parse", "--short=10", "HEAD")
    changed = _git("status", "--porcelain", "--", ":!docs", ":!tests")
    return f"{head} and changes" if changed else head


def _git(*arguments: str) -> str:
    command = ("git", *arguments)
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()
