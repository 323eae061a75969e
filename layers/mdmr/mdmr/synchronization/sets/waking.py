"""Waking the executions of sets: something happened that they wait for."""

from __future__ import annotations

from mdmr.exchange.ledger import sets
from mdmr.ports.hub import Hub
from mdmr.synchronization.set_id import SetId


def wake(hub: Hub, set_id: SetId) -> None:
    """Let the execution of a set look again; start it where it has not waited yet.

    One that is between looking and waiting sees by the set's row that something happened.
    """
    token = sets.token(hub.state, str(set_id))
    if token:
        hub.processes.wake(token)
    else:
        sets.run_of(str(set_id)).start(hub)
