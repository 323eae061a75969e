"""Loads the Billing Cycle Schedules of one LDC in a slot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mdmr.exchange.ledger.slots import Slot
from mdmr.runtime.again import momentary_by_name
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, logger, task
from mdmr.schedules.loading import load_schedules

# A file that is begun then still ends long before Lambda's 15 minutes.
WORKING_TIME = timedelta(minutes=5)


@task
@momentary_by_name
def handler(event: Event) -> dict[str, Any]:
    """Work files for a while, oldest first, and tell whether more are left."""
    about(slot=event["slot"], organization=event["ldc"])
    until = hub().clock.now() + WORKING_TIME
    worked = load_schedules(hub(), Slot.of(event["slot"]), event["ldc"], until=until)
    for file in worked.done:
        about(file=file)
        logger.info("answered")
    count("FilesDone", len(worked.done))
    return {"more": worked.more}
