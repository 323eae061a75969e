"""Answers the Universal SDP ID requests of one LDC in a slot."""

from __future__ import annotations

from datetime import timedelta

from mdmr.exchange.inbound.run_steps import FilesWorked, WorkFiles
from mdmr.exchange.ledger.slots import Slot
from mdmr.identifiers.answering import answer_requests
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import about, task
from mdmr.runtime.payloads import decoded

# A part that is begun then still ends long before Lambda's 15 minutes.
WORKING_TIME = timedelta(minutes=5)


@task
@momentary_by_name
@decoded
def handler(step: WorkFiles) -> FilesWorked:
    """Answer files for a while, oldest first, and tell whether more are left."""
    about(slot=step.slot, organization=step.ldc)
    until = hub().clock.now() + WORKING_TIME
    more = answer_requests(hub(), Slot.of(step.slot), step.ldc, until=until)
    return FilesWorked(more=more)
