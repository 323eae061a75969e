"""Closes a slot: no file joins it any more."""

from __future__ import annotations

from typing import Any

from mdmr.exchange.inbound.runs import close_slot
from mdmr.exchange.ledger.slots import Slot
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, task


@task
@momentary_by_name
def handler(event: Event) -> dict[str, Any]:
    """Return the LDCs that have files in the slot."""
    about(slot=event["slot"])
    return {"ldcs": close_slot(hub(), Slot.of(event["slot"]))}
