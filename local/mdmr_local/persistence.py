"""Keeps the emulator's state in a directory: at its stop, on request, and now and then.

Objects of buckets are written as they are put. Everything else is written as a whole, each service
its own file, replaced at once. A killed emulator therefore loses at most what changed since the
last saving, except objects.
"""

import logging
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

from ministack import app as emulator
from ministack.core import persistence

from mdmr_local.clock.instrument import Asgi, Scope
from mdmr_local.corrections.registry import expect

_logger = logging.getLogger("mdmr.persistence")
# The services that the hub uses; ministack would load and write all it knows.
_KEPT = (
    "s3",
    "dynamodb",
    "sqs",
    "sns",
    "secretsmanager",
    "kms",
    "iam",
    "lambda",
    "stepfunctions",
    "scheduler",
    "eventbridge",
    "cloudwatch",
    "cloudwatch_logs",
    "cloudformation",
)
_ATTEMPTS = 5
# Saving may take this share of the time.
_SHARE = 0.05


class Keeper:
    """Saves the state when it may have changed, but not all the time.

    Args:
        every: real seconds between two savings; more when a saving takes long.
    """

    def __init__(self, every: float) -> None:
        self._every = every
        self._changed = threading.Event()
        self._saving = threading.Lock()

    def watch(self, app: Asgi) -> Asgi:
        """Return the ASGI application, which tells this keeper of each request."""

        async def watched(
            scope: Scope, receive: Any, send: Callable[[Any], Awaitable[None]]
        ) -> None:
            self._changed.set()
            await app(scope, receive, send)

        return watched

    def start(self) -> None:
        """Save now and then, from now on."""
        threading.Thread(target=self._run, daemon=True, name="mdmr-keeper").start()

    def save(self) -> None:
        """Save the state now."""
        with self._saving:
            for name, module in emulator._state_map.items():
                _save(name, emulator._get_module(module).get_state)

    def _run(self) -> None:
        pause = self._every
        while True:
            time.sleep(pause)
            if self._changed.is_set():
                self._changed.clear()
                began = time.monotonic()
                self.save()
                pause = max(self._every, (time.monotonic() - began) / _SHARE)


def _save(name: str, get_state: Callable[[], dict[str, Any] | None]) -> None:
    """Save a service; its state may change while it is copied, then once more."""
    for _ in range(_ATTEMPTS):
        try:
            state = get_state()
        except RuntimeError:
            continue
        if state is not None:
            persistence.save_state(name, state)
        return
    _logger.warning("%s changes too fast to be saved", name)


def keep_only_what_the_hub_uses() -> None:
    """Have only the services that the hub uses saved and restored."""
    for name in _KEPT:
        expect(name in emulator._state_map, f"the saved state of {name}")
    for name in set(emulator._state_map) - set(_KEPT):
        del emulator._state_map[name]
