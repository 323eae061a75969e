"""Writes the cumulative IR01 of the day for the submitters of one LDC in a slot."""

from __future__ import annotations

from typing import Any

from mdmr.exchange.ledger.slots import Slot
from mdmr.identifiers.summarizing import summarize
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, logger, task


@task
@momentary_by_name
def handler(event: Event) -> dict[str, Any]:
    """Decide the summaries of the slot."""
    about(slot=event["slot"], organization=event["ldc"])
    answered = summarize(hub(), Slot.of(event["slot"]), event["ldc"])
    for file in answered:
        about(file=file)
        logger.info("answered")
    count("FilesDone", len(answered))
    return {}
