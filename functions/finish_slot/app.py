"""Notes that a slot's run is over."""

from __future__ import annotations

from mdmr.exchange.inbound.run_steps import FinishSlot, SlotFinished
from mdmr.exchange.inbound.runs import finish_slot
from mdmr.exchange.ledger.slots import Slot
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import about, task
from mdmr.runtime.payloads import decoded


@task
@momentary_by_name
@decoded
def handler(step: FinishSlot) -> SlotFinished:
    """Finish the slot and tell whether its run is over."""
    about(slot=step.slot)
    return SlotFinished(over=finish_slot(hub(), Slot.of(step.slot)))
