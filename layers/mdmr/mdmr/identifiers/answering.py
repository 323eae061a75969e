"""Answering: the request files of one LDC in a slot, oldest first, each with its 2000.

A file is answered in parts of `out.max_details` records. A part is decided in one commit (its
tally, the delivery, and with the last part the file's end), after its numbers were claimed:
what breaks off is taken up again at the first part that is not decided. What the gateway keeps is
left as it is, before a file's begin and between its parts.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from msgspec import Struct

from mdmr.exchange.files.filetypes import layout_of
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_RESPONSE
from mdmr.exchange.inbound import inside
from mdmr.exchange.inbound.beginning import begun
from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.exchange.inbound.reading import START, Place, details
from mdmr.exchange.ledger import receipts, slots
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import Member, Slot
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import Basis, Cause, Report, stage
from mdmr.exchange.outbound.recipients import Facts, recipient
from mdmr.identifiers import progress
from mdmr.identifiers.assignment import answers
from mdmr.identifiers.progress import Part
from mdmr.identifiers.requests import RequestForm, Tally, read_request, write_answer
from mdmr.jobs.batching import chunks
from mdmr.organizations import parameters
from mdmr.ports.authority import Mandate
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import Check, ConditionFailedError, Equal, Write

# Records whose numbers are claimed together: enough to keep all connections busy.
_BATCH = 2_000


class _File(Struct, frozen=True):
    """A request file under work."""

    slot: Slot
    member: Member
    receipt: Receipt


class _Answered(Struct, frozen=True):
    """The answers of one part, not decided yet."""

    body: bytes
    tally: Tally
    next: Place


def answer_requests(hub: Hub, slot: Slot, ldc: str, *, until: datetime) -> bool:
    """Answer the files of an LDC in a slot; return whether more is left when `until` is past.

    Files that an earlier slot's run has left come first, so that an LDC's files are always
    answered in their order.

    At least one part is answered in each call that finds one. At a file that the gateway keeps it
    ends: no other overtakes it. Raises NotActiveError and StateBusyError; files answered before
    stay answered.
    """
    try:
        return _answer_in_order(hub, slot, ldc, until)
    except KeptInsideError:
        return False


def _answer_in_order(hub: Hub, slot: Slot, ldc: str, until: datetime) -> bool:
    for member in slots.in_order(hub.state, slot, ldc):
        receipt = None if member.done else begun(hub, member)
        if receipt is None:
            continue
        file = _File(member.slot, member, receipt)
        while not _answer_next_part(hub, file):
            if hub.clock.now() > until:
                return True
        if hub.clock.now() > until:
            return True
    return False


def _answer_next_part(hub: Hub, file: _File) -> bool:
    """Answer the first part that is not decided and return whether the file's work is over."""
    done = list(progress.parts(hub.state, file.receipt.id))
    before = sum((part.tally for part in done), Tally())
    if done and before.requested >= file.receipt.details:
        return True
    start = done[-1].next if done else START
    inside.let_through(hub, file.receipt)
    answered = _answers(hub, file.receipt, start)
    total = before + answered.tally
    last = total.requested >= file.receipt.details
    decided = _decide(hub, file, answered, number=len(done) + 1, total=total if last else None)
    return last if decided else _is_over(hub, file)


def _is_over(hub: Hub, file: _File) -> bool:
    receipt = receipts.find(hub.state, file.receipt.id)
    return receipt is None or receipt.state is not FileState.PROCESSING


def _answers(hub: Hub, receipt: Receipt, start: Place) -> _Answered:
    """Claim the numbers of one part of a file and return its answers."""
    now, submitter = hub.clock.now(), receipt.arrival.organization
    most = parameters.count(hub.state, "out.max_details", at=now, owner=submitter)
    secret = hub.identifier_secret.read()
    form = RequestForm.of(layout_of(receipt.arrival.name))
    lines: list[bytes] = []
    tally, place = Tally(), start
    for batch in chunks(islice(details(hub.inbound, receipt.arrival, start), most), _BATCH):
        # The mandate is asked for again with each batch: a region that lost it claims no more.
        mandate = hub.lease.mandate(receipt.id)
        asked = [read_request(line.number, line.text, receipt.ldc, form) for line in batch]
        given = answers(hub.directory, secret, asked, receipt_id=receipt.id, epoch=mandate.epoch)
        lines.append(records.body(write_answer(each) for each in given))
        tally, place = tally + Tally.of(given), batch[-1].after
    return _Answered(b"".join(lines), tally, place)


def _decide(
    hub: Hub, file: _File, answered: _Answered, *, number: int, total: Tally | None
) -> bool:
    """Commit a part with its delivery; `total` is set with the last part and ends the file.

    Returns False when another run decided the part, or the file's work is over.
    """
    receipt = file.receipt
    facts = Facts(ldc=receipt.ldc, submitter=receipt.arrival.organization)
    subject = f"{receipt.id}#{number}"
    report = Report(
        file_id=ASSIGNMENT_RESPONSE.file_id,
        org_1=receipt.ldc,
        recipient=recipient(ASSIGNMENT_RESPONSE.file_id, facts, hub.clock.now()),
        subject=subject,
        staged=stage(hub.data, subject, answered.body, answered.tally.requested),
        own=(receipt.arrival.name,),
        cause=Cause(receipt.id, receipt.arrival.arrived),
        basis=_basis(file, number, last=total is not None),
    )
    part = Part(number, answered.tally, answered.next, report.delivery_id)

    def attempt() -> bool:
        mandate, gate = hub.lease.mandate(receipt.id), inside.let_through(hub, receipt)
        writes = _writes(hub, file, part, report, mandate, total)
        try:
            hub.state.commit(mandate.check, gate, *writes)
        except ConditionFailedError:
            known = progress.parts(hub.state, receipt.id)
            if any(each.number == number for each in known) or _is_over(hub, file):
                return False
            raise
        hub.publish_queue.send({"delivery": report.delivery_id})
        return True

    what = f"part {number} of {receipt.id}"
    return retry_on_contention(hub.backoff, Contended.RECEIPT, what, attempt)


def _basis(file: _File, number: int, *, last: bool) -> Basis:
    """Return what the answer of a part rests on; the numbers in it can be derived again."""
    receipt = file.receipt
    items = [receipt.key, progress.part_key(receipt.id, number)]
    if last:
        items += [file.member.key, progress.day_row_key(file.slot, receipt)]
    return Basis(tuple(items))


def _writes(
    hub: Hub, file: _File, part: Part, report: Report, mandate: Mandate, total: Tally | None
) -> list[Write]:
    now = hub.clock.now()
    _, writes = deliveries.intend(hub.state, [report], now=now, epoch=mandate.epoch)
    writes.append(progress.put_part(file.receipt.id, part))
    if total is None:
        writes.append(Check(file.receipt.key, Equal("state", FileState.PROCESSING.value)))
    else:
        finished = file.receipt.moved(FileState.DONE, now, "answered")
        writes += [
            receipts.move(finished, since=FileState.PROCESSING),
            slots.set_done(file.member.key),
            progress.put_day_row(file.slot, file.receipt, total, now),
        ]
    return writes
