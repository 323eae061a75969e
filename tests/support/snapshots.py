"""A prepared call as often as a test wants it: arranged once, put back in place before each use."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from mdmr.stores.memory.outside import Waiting

from tests.support.call import Call
from tests.support.crashing import PORTS, Effect, Seen, watched
from tests.support.pictures import Picture, essence, picture

Prepared = Callable[[], Call]
State = dict[str, Any]


class Snapshot:
    """A prepared call and all that its platform holds; `restore` puts that back.

    The objects stay the same, so that whatever the call knows of its platform is true again.
    """

    def __init__(self, prepared: Prepared) -> None:
        self._call = prepared()
        self._saved = state_of(self._call)

    def restore(self) -> Call:
        """Return the call on a platform as it was prepared, whatever was done there since."""
        for target, saved in zip(_holders(self._call), copied(self._saved), strict=True):
            vars(target).clear()
            vars(target).update(saved)
        return self._call


def state_of(call: Call) -> list[State]:
    """Return copies of all that a call's platform holds: its own, its clock's and its ports'."""
    return [copied(vars(holder)) for holder in _holders(call)]


def copied(value: Any) -> Any:  # noqa: ANN401 - any part of a state
    """Return a value with copies of everything in it that can change."""
    if isinstance(value, dict):
        made = copy.copy(value)
        made.update((key, copied(each)) for key, each in value.items())
        return made
    if isinstance(value, list):
        return [copied(each) for each in value]
    return copy.copy(value) if isinstance(value, set | Waiting) else value


def _holders(call: Call) -> list[object]:
    platform = call.platform
    return [platform, platform.clock, *(getattr(platform.hub, port) for port in PORTS)]


@cache
def _snapshot(prepared: Prepared) -> Snapshot:
    return Snapshot(prepared)


def again(prepared: Prepared) -> Call:
    """Return the prepared call; what an earlier use of it did is taken back."""
    return _snapshot(prepared).restore()


@cache
def undisturbed(prepared: Prepared) -> tuple[list[Effect], Picture]:
    """Return the effects of a call that nothing disturbs, and the picture in the end."""
    call, seen = again(prepared), Seen()
    call.on(watched(call.platform.worker, seen))
    call.end()
    assert not call.platform.dead
    assert not call.platform.failed_runs
    assert not essence(call.platform.hub).undelivered
    return seen.effects, picture(call.platform.hub)
