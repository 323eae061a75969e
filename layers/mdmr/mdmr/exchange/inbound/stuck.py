"""Executions that were started again and brought nothing on: each is told by an incident.

An item that a sweep finds overdue gets its execution started again, and is found with another due
time once that has brought it on. One that the next sweep finds with the same due time is stuck: it
is started once a sweep, and each time an incident is opened, until it moves.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime, timedelta

from mdmr.calendar.instants import from_text, to_text
from mdmr.exchange.ledger import incidents, restarts, unfinished
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, Equal, Item, Update, Value, Write, key_of

STUCK = "STUCK"
_STARTED_FOR, _STARTED_AT = "started_for", "started_at"
# A start had so long to bring an item on.
_ENOUGH = timedelta(hours=1)


def tell(hub: Hub, started: Sequence[Item], now: datetime) -> int:
    """Note what a sweep started again, and return how many incidents it opened about what is stuck.

    Incidents about what is not overdue any more are closed. Raises NotActiveError, StateBusyError.
    """
    names = {restarts.name_of(item) for item in started}
    for write in _closed(hub, names, now):
        hub.state.commit(hub.lease.mandate("sweep").check, write)
    return sum(_note(hub, item, now) for item in started)


def _note(hub: Hub, item: Item, now: datetime) -> bool:
    """Note that an item was started again, or tell that this was in vain; return whether it was."""
    due = item["due"]
    is_new = item.get(_STARTED_FOR) != due
    if not is_new and now - from_text(str(item[_STARTED_AT])) < _ENOUGH:
        # By this same sweep, which is done once more.
        return False
    noted: Item = {_STARTED_FOR: due, **({_STARTED_AT: to_text(now)} if is_new else {})}
    writes: list[Write] = [Update(key_of(item), set=noted, condition=Equal("due", due))]
    if not is_new:
        name = restarts.name_of(item)
        writes.append(incidents.opened(subject=name, organization="", what=STUCK, at=now))
    try:
        hub.state.commit(hub.lease.mandate("sweep").check, *writes)
    except ConditionFailedError:
        # It moved on meanwhile.
        return False
    return not is_new


def _closed(hub: Hub, names: Container[Value], now: datetime) -> list[Write]:
    """Return the writes that close the incidents about what goes on again."""
    return [
        incidents.closed(
            subject=str(item["subject"]), what=STUCK, request="", why="it went on", at=now
        )
        for item in unfinished.for_operator(hub.state)
        if item["what"] == STUCK and item["subject"] not in names
    ]
