"""What follows from a decision about an inbound file: messages, events, the start of its run.

All of it is derived from the receipt and may be repeated; the receipt notes when it was begun, and
until then the sweep finds it.
"""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.case import process_of
from mdmr.exchange.ledger import events, receipts
from mdmr.exchange.ledger.held import Window
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.ports.contention import Contended, retry_from
from mdmr.ports.hub import Hub
from mdmr.ports.work import InWindow


def follow(hub: Hub, receipt: Receipt) -> Receipt:
    """Begin what follows from a file's state unless that is done, and return the receipt.

    Raises NotActiveError when this region may not write, StateBusyError when the file moved on
    again and again meanwhile.
    """

    def latest() -> Receipt:
        # It moved on meanwhile, and something else may follow from its new state.
        return receipts.find(hub.state, receipt.id) or receipt

    subject, once = f"receipt {receipt.id}", partial(_follow, hub)
    return retry_from(hub.backoff, Contended.RECEIPT, subject, once, receipt, latest)


def _follow(hub: Hub, receipt: Receipt) -> Receipt:
    if receipt.followed:
        return receipt
    mandate = hub.lease.mandate(receipt.id)
    _begin(hub, receipt)
    hub.state.commit(mandate.check, receipts.note_followed(receipt))
    return replace(receipt, followed=True)


def _begin(hub: Hub, receipt: Receipt) -> None:
    for delivery_id in receipt.deliveries:
        hub.publish_queue.send({"delivery": delivery_id})
    if receipt.state is FileState.REJECTED:
        events.tell(hub, events.FILE_REJECTED, receipt, INTAKE_CODES[receipt.code].text)
    elif receipt.state is FileState.FAILED:
        text = "set aside after an internal failure; the operator will take it up again"
        events.tell(hub, events.FILE_FAILED, receipt, text)
    else:
        _begin_work(hub, receipt)


def _begin_work(hub: Hub, receipt: Receipt) -> None:
    if isinstance(receipt.worked_in, InWindow):
        Window.of_work(receipt.worked_in, receipt.arrival.organization).execution.start(hub)
        return
    process = process_of(hub, FileName.parse(receipt.arrival.name))
    if receipt.worked_in is None:
        events.tell(hub, events.FILE_WAITS, receipt, "accepted; no process works this type yet")
    elif process is None:
        raise LookupError(f"receipt {receipt.id}: its process is in the register no more")
    else:
        process.start(hub, receipt.worked_in)
