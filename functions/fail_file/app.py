"""Sets aside what could not be worked, so that its neighbours go on: a file, or a slot's files."""

from __future__ import annotations

from typing import Any

from mdmr.exchange.inbound.runs import fail_file, fail_slot, fail_summary
from mdmr.exchange.ledger.slots import Slot
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, logger, task


@task
def handler(event: Event) -> dict[str, Any]:
    """Fail what an event names with `ldc`, `summary` or neither: a file, a report, a whole slot.

    Returns as `file` the receipt id of the file under work of the LDC, None when there was none.
    """
    slot, error = Slot.of(event["slot"]), event["error"]
    about(slot=event["slot"], organization=event.get("ldc", event.get("summary")))
    if "ldc" in event:
        receipt = fail_file(hub(), slot, event["ldc"], error)
        failed = [] if receipt is None else [receipt]
    elif "summary" in event:
        failed = []
        fail_summary(hub(), slot, event["summary"], error)
        count("IncidentsOpened")
    else:
        failed = fail_slot(hub(), slot, error)
        # One more is about the slot.
        count("IncidentsOpened")
    for each in failed:
        about(file=each.id)
        logger.error("file failed")
        count("FilesFailed")
        count("IncidentsOpened")
    return {"file": failed[0].id if failed else None}
