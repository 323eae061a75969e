"""The execution of a set: it works the set from its first file to its end."""

from __future__ import annotations

from datetime import timedelta

from mdmr.exchange.ledger import restarts
from mdmr.exchange.ledger.restarts import Restart
from mdmr.ports.parts import ProcessHub
from mdmr.ports.state import Item, Value
from mdmr.synchronization.set_id import SetId

PROCESS = "synchronization"
# What a set waits for is looked after by the sweep when it is so long overdue.
GRACE = timedelta(minutes=10)


def run_of(set_id: SetId) -> Restart:
    """Return the execution of a set; its name is that of the set."""
    return Restart(PROCESS, str(set_id), {"set": str(set_id)})


def marks(set_id: SetId, due: Item) -> dict[str, Value]:
    """Return the attributes by which the sweep finds a set: when, and what it is to start."""
    return {**due, **restarts.mark(run_of(set_id))}


def wake(hub: ProcessHub, set_id: SetId) -> None:
    """Let the execution of a set look at it again; start it where it has not waited yet.

    One that is between looking and waiting sees by the set's row that something happened.
    """
    row = hub.state.get(set_id.key) or {}
    token = str(row.get("token", ""))
    if token:
        hub.processes.wake(token)
    else:
        run_of(set_id).start(hub)
