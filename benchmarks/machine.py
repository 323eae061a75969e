"""What every benchmark says first: the machine and the versions that its figures hold for."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version


def introduction(packages: Sequence[str]) -> str:
    """Return the lines that name the machine, Python and the versions of some packages."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"machine: {platform.machine()}, {os.cpu_count()} processors, {platform.platform()}\n"
        f"versions: Python {platform.python_version()}, {versions}"
    )
