"""What is inside the hub: work of its processes that is not over and that no gateway keeps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mdmr.continuity.gateway import EVERYTHING, Scope
from mdmr.ports.hub import Hub
from mdmr.ports.processes import OpenWork


def open_work(hub: Hub, scope: Scope, now: datetime) -> Iterator[OpenWork]:
    """Yield the work about files of a scope that is not over, process by process.

    What the gateway keeps does not count: it is not worked as long as the gateway stands so.
    """
    covers = None if scope.text == EVERYTHING else scope.covers
    for process in hub.register.processes:
        yield from process.open_work(hub, covers, now)


def is_drained(hub: Hub, scope: Scope, now: datetime) -> bool:
    """Return whether no work about files of a scope is left."""
    return next(open_work(hub, scope, now), None) is None


def next_look(hub: Hub, scope: Scope, now: datetime) -> datetime | None:
    """Return when it is worth looking again, None when no look would show more."""
    looks = (work.next_look for work in open_work(hub, scope, now))
    return min((look for look in looks if look is not None), default=None)
