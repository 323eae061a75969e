"""Notes that a slot's run is over."""

from __future__ import annotations

from typing import Any

from mdmr.exchange.inbound.runs import finish_slot
from mdmr.exchange.ledger.slots import Slot
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, task


@task
@momentary_by_name
def handler(event: Event) -> dict[str, Any]:
    """Finish the slot and tell whether its run is over."""
    about(slot=event["slot"])
    return {"over": finish_slot(hub(), Slot.of(event["slot"]))}
