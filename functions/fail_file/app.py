"""Sets aside what could not be worked, so that its neighbours go on: a file, or a slot's files."""

from __future__ import annotations

from mdmr.exchange.inbound.run_steps import FailFile, FailSlot, FailSummary, FileFailed, upgraded
from mdmr.exchange.inbound.runs import fail_file, fail_slot, fail_summary
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import about, count, logger, task
from mdmr.runtime.payloads import decoded_after


@task
@decoded_after(upgraded)
def handler(step: FailFile | FailSummary | FailSlot) -> FileFailed:
    """Fail the file under work of an LDC, the LDC's summary, or a whole slot."""
    slot = Slot.of(step.slot)
    about(slot=step.slot, organization=None if isinstance(step, FailSlot) else step.ldc)
    failed: list[Receipt] = []
    match step:
        case FailFile():
            receipt = fail_file(hub(), slot, step.ldc, step.error)
            failed = [] if receipt is None else [receipt]
        case FailSummary():
            fail_summary(hub(), slot, step.ldc, step.error)
            count("IncidentsOpened")
        case FailSlot():
            failed = fail_slot(hub(), slot, step.error)
            # One more is about the slot.
            count("IncidentsOpened")
    for each in failed:
        about(file=each.id)
        logger.error("file failed")
        count("FilesFailed")
        count("IncidentsOpened")
    return FileFailed(file=failed[0].id if failed else None)
