"""What shows only inside the emulator's process, as it is shipped and as it is corrected."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

Facts = dict[str, Any]
WAYS = ("shipped", "corrected")


def facts_of(script: Path) -> dict[str, Facts]:
    """Return the JSON object that a script prints in a fresh process, by `shipped`, `corrected`."""

    def run(which: str) -> Facts:
        done = subprocess.run(
            [sys.executable, str(script), which], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        facts: Facts = json.loads(done.stdout)
        return facts

    return {which: run(which) for which in WAYS}
