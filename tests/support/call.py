"""A use case about to be called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from mdmr.ports.hub import Hub

from tests.support.story import Platform

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Call:
    """A use case about to be called: on the platform's hub, or on a worker's view of it."""

    platform: Platform
    on: Callable[[Hub], object]

    def end(self) -> None:
        """Let the platform do what is left, to the end of the story."""
        self.platform.settle()
        self.platform.pass_time(QUARTER)
