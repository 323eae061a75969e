"""The begin of work on a file of a slot."""

from __future__ import annotations

from mdmr.exchange.inbound import inside
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import Member
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, StateBusyError

_TRIES = 8


def begun(hub: Hub, member: Member) -> Receipt | None:
    """Note that work on a file began and return its receipt, None when its work is over.

    Another run of the slot may have begun or ended it: only an accepted file is begun. Raises
    KeptInsideError, StateBusyError, NotActiveError.
    """
    for _ in range(_TRIES):
        receipt = inside.receipt_of(hub, member)
        if receipt.state is not FileState.ACCEPTED:
            return receipt if receipt.state is FileState.PROCESSING else None
        moved = receipt.moved(FileState.PROCESSING, hub.clock.now())
        mandate, gate = hub.lease.mandate(receipt.id), inside.let_through(hub, receipt)
        try:
            hub.state.commit(mandate.check, gate, receipts.move(moved, since=receipt.state))
        except ConditionFailedError:
            continue
        return moved
    message = f"begin of {member.receipt_id}: others were faster {_TRIES} times"
    raise StateBusyError(message)
