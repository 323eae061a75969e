"""Sets aside a file that could not be worked, so that its neighbours go on."""

from __future__ import annotations

from typing import Any

from mdmr.exchange.inbound.runs import fail_file
from mdmr.exchange.ledger.slots import Slot
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, logger, task


@task
def handler(event: Event) -> dict[str, Any]:
    """Fail the file under work and return its receipt's id, None when there was none."""
    about(slot=event["slot"], organization=event["ldc"])
    receipt = fail_file(hub(), Slot.of(event["slot"]), event["ldc"], event["error"])
    if receipt is None:
        return {"file": None}
    about(file=receipt.id)
    logger.error("file failed")
    count("FilesFailed")
    count("IncidentsOpened")
    return {"file": receipt.id}
