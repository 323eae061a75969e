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
from typing import cast

from mdmr.calendar.instants import from_text, to_text
from mdmr.exchange.ledger import incidents, restarts
from mdmr.ports.hub import Hub
from mdmr.ports.state import Item, Key, Put, Value

STUCK = "STUCK"
_NOTED = Key("SWEEP", "STARTED")
# A start had so long to bring an item on.
_ENOUGH = timedelta(hours=1)


def report_stuck(hub: Hub, started: Sequence[Item], now: datetime) -> int:
    """Note what a sweep started again, and return how many incidents it opened about what is stuck.

    Incidents about what is not overdue any more are closed. Raises NotActiveError, StateBusyError.
    """
    mandate = hub.lease.mandate("sweep")
    before = _noted(hub.state.get(_NOTED))
    after: dict[str, Value] = {}
    opened = 0
    for item in started:
        name, due = restarts.name_of(item), str(item["due"])
        noted = before.get(name, {})
        if noted.get("due") != due:
            after[name] = {"due": due, "at": to_text(now)}
            continue
        after[name] = noted
        # Else by this same sweep, which is done once more.
        if now - from_text(str(noted["at"])) >= _ENOUGH:
            write = incidents.opened(subject=name, organization="", what=STUCK, at=now)
            hub.state.commit(mandate.check, write)
            opened += 1
    for name in before.keys() - after.keys():
        _close(hub, name, now)
    if after != before:
        note: Item = {"pk": _NOTED.partition, "sk": _NOTED.sort, "started": after}
        hub.state.commit(mandate.check, Put(note))
    return opened


def _noted(item: Item | None) -> Mapping[str, Mapping[str, Value]]:
    return cast("Mapping[str, Mapping[str, Value]]", item["started"]) if item else {}


def _close(hub: Hub, name: str, now: datetime) -> None:
    found = hub.state.get(incidents.incident_key(subject=name, what=STUCK))
    if found is not None and found["state"] == incidents.NEW:
        write = incidents.closed(subject=name, what=STUCK, request="", why="it went on", at=now)
        hub.state.commit(hub.lease.mandate("sweep").check, write)
