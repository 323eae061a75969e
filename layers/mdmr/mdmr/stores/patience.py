"""How often something is tried that is turned away for the moment."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

from msgspec import Struct


class Patience(Struct, frozen=True):
    """A number of attempts, and the bounds of the random pauses between them, in seconds."""

    attempts: int = 8
    first: float = 0.05
    most: float = 2.0
    pause: Callable[[float], None] = time.sleep

    def tries(self) -> Iterator[None]:
        """Yield once per attempt, pausing before each but the first; the end means: give up."""
        for attempt in range(self.attempts):
            if attempt:
                bound = min(self.most, self.first * 2 ** (attempt - 1))
                self.pause(random.uniform(0, bound))  # noqa: S311 - no secret hangs on it
            yield
