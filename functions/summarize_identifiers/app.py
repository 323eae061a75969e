"""Writes the cumulative IR01 of the day for the submitters of one LDC in a slot."""

from __future__ import annotations

from mdmr.exchange.inbound.run_steps import Summarize
from mdmr.exchange.ledger.slots import Slot
from mdmr.identifiers.summarizing import summarize
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import about, count, logger, task
from mdmr.runtime.payloads import decoded


@task
@momentary_by_name
@decoded
def handler(step: Summarize) -> None:
    """Decide the summaries of the slot."""
    about(slot=step.slot, organization=step.ldc)
    answered = summarize(hub(), Slot.of(step.slot), step.ldc)
    for file in answered:
        about(file=file)
        logger.info("answered")
    count("FilesDone", len(answered))
