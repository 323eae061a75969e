"""The begin of work on a file of a slot."""

from __future__ import annotations

from functools import partial

from mdmr.exchange.inbound import inside
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import Member
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub


def begun(hub: Hub, member: Member) -> Receipt | None:
    """Note that work on a file began and return its receipt, None when its work is over.

    Another run of the slot may have begun or ended it: only an accepted file is begun. Raises
    KeptInsideError, StateBusyError, NotActiveError.
    """
    begin = partial(_begin, hub, member)
    subject = f"begin of {member.receipt_id}"
    return retry_on_contention(hub.backoff, Contended.RECEIPT, subject, begin)


def _begin(hub: Hub, member: Member) -> Receipt | None:
    receipt = inside.receipt_of(hub, member)
    if receipt.state is not FileState.ACCEPTED:
        return receipt if receipt.state is FileState.PROCESSING else None
    moved = receipt.moved(FileState.PROCESSING, hub.clock.now())
    mandate, gate = hub.lease.mandate(receipt.id), inside.let_through(hub, receipt)
    hub.state.commit(mandate.check, gate, receipts.move(moved, since=receipt.state))
    return moved
