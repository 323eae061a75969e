"""Several workers at once, in an order that a seed decides: they take turns at every effect."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from typing import Any

from mdmr.ports.hub import Hub

from tests.support.crashing import Effect, watched

Work = Callable[[Hub], object]


class Turns:
    """Runs each work in a thread of its own, only one at a time between two effects."""

    def __init__(self, hub: Hub, works: Sequence[Work], seed: int) -> None:
        self._chance = random.Random(seed)
        self._hub, self._works = hub, works
        self._mine = [threading.Semaphore(0) for _ in works]
        self._back = threading.Semaphore(0)
        self._waiting = set(range(len(works)))

    def run(self) -> list[Exception | None]:
        """Run all to their ends; return for each what it raised, or None."""
        raised: list[Exception | None] = [None] * len(self._works)
        threads = [
            threading.Thread(target=self._work, args=(worker, raised), daemon=True)
            for worker in range(len(self._works))
        ]
        for thread in threads:
            thread.start()
        while self._waiting:
            self._mine[self._chance.choice(sorted(self._waiting))].release()
            self._back.acquire()
        for thread in threads:
            thread.join()
        return raised

    def _work(self, worker: int, raised: list[Exception | None]) -> None:
        def around(effect: Effect) -> Any:  # noqa: ANN401 - whatever the effect returns
            self._back.release()
            self._mine[worker].acquire()
            return effect.happen()

        self._mine[worker].acquire()
        try:
            self._works[worker](watched(self._hub, around))
        except Exception as error:  # noqa: BLE001 - told to whoever ran the works
            raised[worker] = error
        finally:
            self._waiting.discard(worker)
            self._back.release()
