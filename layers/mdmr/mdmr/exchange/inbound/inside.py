"""Files inside: accepted, and not worked to the end. In HOLD the gateway keeps them as they are.

What is kept is not overtaken: later files of the same LDC and process wait behind it, whoever sent
them, as the order of work is that of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable

from mdmr.exchange.inbound.case import concern_of
from mdmr.exchange.ledger import receipts, slots
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import Member, Slot
from mdmr.ports.authority import Concern, GateReading
from mdmr.ports.hub import Hub
from mdmr.ports.state import Check

_UNDER_WAY = (FileState.ACCEPTED, FileState.PROCESSING)


class KeptInsideError(Exception):
    """The gateway keeps a file inside as it is: nothing may be decided about it now."""


def is_inside(receipt: Receipt) -> bool:
    """Return whether a process is still to work a file to the end."""
    return receipt.state in _UNDER_WAY and receipt.worked_in is not None


def let_through(hub: Hub, receipt: Receipt) -> Check:
    """Return the check of the gate for a decision about a file inside.

    A commit with it fails when the gateway changed since: then ask again. Raises KeptInsideError
    while the gateway is HOLD for the file.
    """
    gate = hub.gate.reading(concern_of(receipt.arrival))
    if not gate.works:
        raise KeptInsideError(receipt.id)
    return gate.check


def keeping(hub: Hub, receipt: Receipt) -> GateReading | None:
    """Return how the gateway stands when it keeps a file inside, None when it does not."""
    gate = hub.gate.reading(concern_of(receipt.arrival))
    return None if gate.works else gate


def kept(hub: Hub, found: Iterable[Receipt]) -> frozenset[str]:
    """Return the ids of those receipts whose files the gateway keeps inside."""
    by_concern: dict[Concern, bool] = {}
    ids = set()
    for receipt in filter(is_inside, found):
        concern = concern_of(receipt.arrival)
        if concern not in by_concern:
            by_concern[concern] = keeping(hub, receipt) is not None
        if by_concern[concern]:
            ids.add(receipt.id)
    return frozenset(ids)


def next_in_order(hub: Hub, slot: Slot, ldc: str) -> Receipt | None:
    """Return the file of an LDC whose turn it is up to a slot, None when all are over.

    Raises LookupError where a slot holds a file without receipt.
    """
    for member in slots.in_order(hub.state, slot, ldc):
        if not member.done:
            return receipt_of(hub, member)
    return None


def receipt_of(hub: Hub, member: Member) -> Receipt:
    """Return the receipt of a slot's file. Raises LookupError when there is none."""
    receipt = receipts.find(hub.state, member.receipt_id)
    if receipt is None:
        message = f"a slot holds a file without receipt: {member.receipt_id}"
        raise LookupError(message)
    return receipt
