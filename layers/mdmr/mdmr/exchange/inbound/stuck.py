"""Executions that were started again and brought nothing on: each is told by an incident.

An item that a sweep finds overdue gets its execution started again, and is found with another due
time once that has brought it on. One that the next sweep finds with the same due time is stuck: it
is started once a sweep, and each time an incident is opened, until it moves.

| What | Partition | Sort key |
|---|---|---|
| what the sweeps started again | `SWEEP` | `STARTED` |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from mdmr.exchange.ledger import incidents, restarts, unfinished
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import Item, Key, Put

STUCK = "STUCK"
_NOTED = Key("SWEEP", "STARTED")
# A start had so long to bring an item on.
_ENOUGH = timedelta(hours=1)


class Start(Struct, frozen=True):
    """When an execution was started again, and when its item was due."""

    due: datetime
    at: datetime


@record_type()
class Starts(Struct, frozen=True):
    """What the sweeps started again, by the name of the execution."""

    started: Mapping[str, Start]


def report_stuck(hub: Hub, started: Sequence[Item], now: datetime) -> int:
    """Note what a sweep started again, and return how many incidents it opened about what is stuck.

    Incidents about what is not overdue any more are closed. Raises NotActiveError, StateBusyError.
    """
    mandate = hub.lease.mandate("sweep")
    before = _noted(hub.state.get(_NOTED))
    after: dict[str, Start] = {}
    opened = 0
    for item in started:
        name, due = restarts.name_of(item), unfinished.due_of(item)
        noted = before.get(name)
        if noted is None or noted.due != due:
            after[name] = Start(due, now)
            continue
        after[name] = noted
        # Else by this same sweep, which is done once more.
        if now - noted.at >= _ENOUGH:
            write = incidents.opened(subject=name, organization="", what=STUCK, at=now)
            hub.state.commit(mandate.check, write)
            opened += 1
    for name in before.keys() - after.keys():
        _close(hub, name, now)
    if after != before:
        hub.state.commit(mandate.check, Put(to_item(Starts(after), _NOTED)))
    return opened


def _noted(item: Item | None) -> Mapping[str, Start]:
    return from_item(Starts, item).started if item else {}


def _close(hub: Hub, name: str, now: datetime) -> None:
    found = incidents.find(hub.state, subject=name, what=STUCK)
    if found is not None and found.state == incidents.NEW:
        write = incidents.closed(subject=name, what=STUCK, request="", why="it went on", at=now)
        hub.state.commit(hub.lease.mandate("sweep").check, write)
