"""The operator's word on a schedule file that waits for approval."""

from __future__ import annotations

from msgspec.structs import replace

from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.exchange.inbound import inside
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.outbound.resending import Asked
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.schedules import files
from mdmr.schedules.deciding import announce, conclude, examine, noted, refused, rows_of
from mdmr.schedules.files import LoadState, ScheduleFile


class NotAwaitingError(Exception):
    """The file does not wait for approval."""


def answer(hub: Hub, receipt: Receipt, asked: Asked, *, approved: bool) -> ScheduleFile:
    """Load or refuse a file that waits, and return what became of it.

    An approved file is checked again, as schedule and time have gone on: it may be rejected by
    now. One request is decided once, however often it is made. Raises NotAwaitingError,
    KeptInsideError, NotActiveError, StateBusyError.
    """
    rows = rows_of(hub, receipt)

    def attempt() -> ScheduleFile:
        known = files.find(hub.state, receipt.ldc, receipt.id)
        if known is not None and known.request == asked.request:
            return known
        if known is None or known.state is not LoadState.AWAITING_APPROVAL:
            raise NotAwaitingError(f"{receipt.id} {_why_not(known)}")
        found, now = examine(hub, receipt, rows), hub.clock.now()
        found = found if approved else refused(found)
        state = found.state if approved else LoadState.REFUSED
        after = replace(noted(receipt, found, state, now), request=asked.request)
        gate, mandate = inside.let_through(hub, receipt), hub.lease.mandate(receipt.id)
        work = receipts.find(hub.state, receipt.id) or receipt
        ended = conclude(
            hub, work, found, after, since=LoadState.AWAITING_APPROVAL, epoch=mandate.epoch
        )
        what = f"schedule file {'approved' if approved else 'refused'}"
        facts = {"receipt": receipt.id, "request": asked.request, "state": state.value}
        deed = Deed(what, asked.by, now, mandate.epoch, asked.why, facts)
        chain.commit(hub, deed, mandate.check, gate, *ended.writes)
        return ended.file

    subject = f"approval of {receipt.id}"
    answered = retry_on_contention(hub.backoff, Contended.SCHEDULE, subject, attempt)
    announce(hub, answered)
    return answered


def _why_not(known: ScheduleFile | None) -> str:
    if known is None:
        return "is no schedule file, or not checked yet"
    return f"does not wait for approval: it is {known.state}"
