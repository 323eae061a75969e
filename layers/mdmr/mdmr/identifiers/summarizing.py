"""The end of a slot's run for one LDC: the cumulative IR01 for each submitter of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from math import ceil

from msgspec.structs import replace

from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_SUMMARY
from mdmr.exchange.ledger import receipts, slots
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import Basis, Report, stage
from mdmr.exchange.outbound.recipients import Facts, recipient
from mdmr.identifiers import progress
from mdmr.identifiers.progress import DayRow
from mdmr.organizations import parameters
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub

_ROW = ASSIGNMENT_SUMMARY.detail("DTL")


def summarize(hub: Hub, slot: Slot, ldc: str) -> list[str]:
    """Decide one IR01 for each submitter whose files of the LDC were answered in the slot.

    Repeated, it decides another one only for a submitter of whom more was answered since. Each
    holds the rows of the EST day of the run, oldest first. Answers and summaries of the slot that
    are still to be delivered are announced again, in case a message was lost. Returns the receipt
    ids of the files that were answered.
    """
    files = [_receipt(hub, member.receipt_id) for member in slots.members(hub.state, slot, ldc)]
    here = slot.worked_in
    answered = [e for e in files if e.state is FileState.DONE and e.worked_in == here]
    for receipt in answered:
        for part in progress.parts(hub.state, receipt.id):
            _announce(hub, part.delivery)
    for submitter, count in Counter(each.arrival.organization for each in answered).items():
        rows = progress.day_rows(hub.state, slot, ldc, submitter)
        # One more when the run goes on after the gateway kept a part of the slot's files.
        run = f"{slot.id}#{count}"
        basis = Basis(rows=progress.day_rows_of(slot, ldc, submitter))
        reports = [replace(each, basis=basis) for each in _reports(hub, run, ldc, submitter, rows)]
        once = partial(_decide, hub, slot, reports)
        retry_on_contention(hub.backoff, Contended.DELIVERY, f"IR01 of {slot.id}", once)
        for report in reports:
            _announce(hub, report.delivery_id)
    return [receipt.id for receipt in answered]


def _reports(
    hub: Hub, run: str, ldc: str, submitter: str, rows: Sequence[DayRow]
) -> Iterator[Report]:
    """Yield the summary of a run, split at `out.max_details`, its rows laid down.

    All parts are decided at once: where they would be more than can be, each is longer instead.
    """
    now = hub.clock.now()
    most = parameters.count(hub.state, "out.max_details", at=now, owner=submitter)
    size = max(most, ceil(len(rows) / deliveries.MOST_AT_ONCE))
    for number, start in enumerate(range(0, len(rows), size), start=1):
        lines = [_line(ldc, submitter, row) for row in rows[start : start + size]]
        subject = f"{run}#{number}"
        yield Report(
            file_id=ASSIGNMENT_SUMMARY.file_id,
            org_1=ldc,
            recipient=recipient(ASSIGNMENT_SUMMARY.file_id, Facts(ldc, submitter), now),
            subject=subject,
            staged=stage(hub.data, f"{subject}#{ldc}#{submitter}", records.body(lines), len(lines)),
        )


def _decide(hub: Hub, slot: Slot, reports: Sequence[Report]) -> None:
    """Commit the deliveries of a summary's parts together, once.

    Rows may be added to the day between two tries: parts decided one by one could repeat or
    miss some.
    """
    if deliveries.find(hub.state, reports[0].delivery_id) is not None:
        return
    mandate = hub.lease.mandate(slot.id)
    _, writes = deliveries.intend(hub.state, reports, now=hub.clock.now(), epoch=mandate.epoch)
    hub.state.commit(mandate.check, *writes)


def _announce(hub: Hub, delivery_id: str) -> None:
    delivery = deliveries.find(hub.state, delivery_id)
    if delivery is not None and delivery.open:
        hub.publish_queue.send({"delivery": delivery_id})


def _line(ldc: str, submitter: str, row: DayRow) -> str:
    tally = row.tally
    return records.write(
        _ROW, (ldc, submitter, row.file_name, row.processed, tally.requested, *tally.counts)
    )


def _receipt(hub: Hub, receipt_id: str) -> Receipt:
    receipt = receipts.find(hub.state, receipt_id)
    if receipt is None:
        raise LookupError(receipt_id)
    return receipt
