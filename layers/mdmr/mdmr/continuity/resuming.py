"""Files inside that go on once the gateway keeps them no more: their runs are started again."""

from __future__ import annotations

from mdmr.continuity import committing, draining
from mdmr.continuity.gateway import Gateway
from mdmr.exchange.ledger import restarts, sets, slots
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError


def resume(hub: Hub, gateway: Gateway) -> None:
    """Start the runs again that left files to the gateway as it stood before, the oldest first.

    File sets that wait for the gateway look again. A run finds out by itself what it may work now.
    Repeated for one version of the gateway, it starts none twice. Raises NotActiveError.
    """
    now = hub.clock.now()
    for each in draining.kept_sets(hub.state):
        sets.wake(hub, str(each))
    kept = (
        item
        for item in draining.unfinished_slots(hub.state, now)
        if slots.kept_before(item, gateway.version)
    )
    for item in sorted(kept, key=lambda each: str(each["ends"])):
        mandate = hub.lease.mandate(committing.SUBJECT)
        # Started first: a slot that is kept no more is not found here again.
        restarts.start_once(hub, item, f"gateway-{gateway.version}")
        try:
            hub.state.commit(mandate.check, slots.go_on(item, now))
        except ConditionFailedError:
            continue
