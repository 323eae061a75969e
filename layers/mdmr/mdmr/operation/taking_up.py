"""Taking up a file that failed inside, once its cause is mended.

The file is accepted again and joins the next run of its process, where it stands in its old place:
by its first arrival. What was answered of it before stays answered; the run goes on behind that.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.case import process_of
from mdmr.exchange.inbound.following import follow
from mdmr.exchange.ledger import incidents, receipts
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.outbound.resending import Asked
from mdmr.ports.contention import Contended, retry_from
from mdmr.ports.hub import Hub
from mdmr.ports.processes import Joined, NotRetriedError

_WHY_NOT = {
    FileState.ARRIVED: "is not decided about yet: intake does that by itself",
    FileState.HELD: "is held: it is worked when the gateway opens",
    FileState.ACCEPTED: "waits for its run already",
    FileState.PROCESSING: "is being worked",
    FileState.DONE: "was worked to the end",
}


class NotFailedError(Exception):
    """The file did not fail, so that there is nothing to take up."""


def take_up(hub: Hub, receipt: Receipt, asked: Asked) -> Receipt:
    """Let a FAILED file be worked again, close its incident, and return its receipt.

    All that is one commit; the start of the run is derived from it. One request is decided once,
    however often it is made. Raises NotFailedError, NotActiveError, StateBusyError.
    """

    def attempt(known: Receipt) -> Receipt:
        if _was_taken_up(hub, known, asked):
            return known
        if known.state is not FileState.FAILED:
            raise NotFailedError(f"{known.id} {_why_not(known)}")
        return _commit(hub, known, asked)

    def latest() -> Receipt:
        return receipts.find(hub.state, receipt.id) or receipt

    subject = f"receipt {receipt.id}"
    taken = retry_from(hub.backoff, Contended.RECEIPT, subject, attempt, receipt, latest)
    return follow(hub, taken) if taken.state is FileState.ACCEPTED else taken


def _commit(hub: Hub, failed: Receipt, asked: Asked) -> Receipt:
    """Commit the decision and return the receipt after it. Raises ConditionFailedError."""
    mandate, now = hub.lease.mandate(failed.id), hub.clock.now()
    joined = _join_again(hub, failed, now)
    moved = failed.moved(FileState.ACCEPTED, now, asked.text)
    again = replace(moved, worked_in=joined.worked_in, followed=False)
    closed = incidents.closed(
        subject=failed.id,
        what=failed.history[-1].reason,
        request=asked.request,
        why=asked.text,
        at=now,
    )
    accepted = receipts.accept_again(again, left=failed.worked_in)
    facts = {"receipt": failed.id, "request": asked.request}
    deed = Deed("failed file taken up again", asked.by, now, mandate.epoch, asked.why, facts)
    chain.commit(hub, deed, mandate.check, accepted, *joined.writes, closed)
    return again


def _was_taken_up(hub: Hub, receipt: Receipt, asked: Asked) -> bool:
    """Return whether the file was taken up for this very request before."""
    failures = {step.reason for step in receipt.history if step.state is FileState.FAILED}
    return any(
        incidents.closed_by_request(hub.state, subject=receipt.id, what=each, request=asked.request)
        for each in sorted(failures)
    )


def _join_again(hub: Hub, failed: Receipt, now: datetime) -> Joined:
    process = process_of(hub, FileName.parse(failed.arrival.name))
    try:
        if process is not None:
            return process.join_again(hub, failed, now)
    except NotRetriedError:
        pass
    raise NotFailedError(f"no process works files of type {failed.file_id}")


def _why_not(receipt: Receipt) -> str:
    if receipt.state is FileState.REJECTED:
        text = INTAKE_CODES[receipt.code].text
        return (
            f"was refused with {receipt.code} {text}, and its sender was told so: that stands. "
            "Only the sender can send the file again, under the same name if it likes"
        )
    return _WHY_NOT[receipt.state]
