"""Closes a slot: no file joins it any more."""

from __future__ import annotations

from mdmr.exchange.inbound.run_steps import CloseSlot, SlotClosed
from mdmr.exchange.inbound.runs import close_slot
from mdmr.exchange.ledger.slots import Slot
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import about, task
from mdmr.runtime.payloads import decoded


@task
@momentary_by_name
@decoded
def handler(step: CloseSlot) -> SlotClosed:
    """Return the LDCs that have files in the slot."""
    about(slot=step.slot)
    return SlotClosed(ldcs=close_slot(hub(), Slot.of(step.slot)))
