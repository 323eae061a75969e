"""The pauses of a deployed hub after lost attempts, and their metric."""

from __future__ import annotations

import random
import time
from datetime import timedelta

from mdmr.ports.contention import Contended
from mdmr.runtime.observe import count_contention


class CountedBackoff:
    """The Backoff that waits in real time and counts in the metric `WriteContention`."""

    def wait(self, contended: Contended, at_most: timedelta) -> None:
        """Count a lost attempt, and wait for a random time up to `at_most`."""
        count_contention(contended.value)
        if at_most:
            time.sleep(random.uniform(0, at_most.total_seconds()))  # noqa: S311 - no secret hangs on it
