"""A slot's run: closed at its end, its files set aside when they fail, finished in the end."""

from __future__ import annotations

from mdmr.exchange import events, incidents, receipts, slots
from mdmr.exchange.receipts import FileState, Receipt
from mdmr.exchange.slots import OPEN, Slot
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError


def close_slot(hub: Hub, slot: Slot) -> list[str]:
    """Close a slot, so that no more files join it, and return the LDCs whose files it holds.

    Repeated, it returns the same. Raises NotActiveError.
    """
    mandate = hub.lease.mandate(slot.id)
    try:
        hub.state.commit(*slots.close(slot, mandate.check))
    except ConditionFailedError:
        row = hub.state.get(slot.key)
        if row is None or row["state"] == OPEN:
            raise
    return list(dict.fromkeys(member.ldc for member in slots.members(hub.state, slot)))


def finish_slot(hub: Hub, slot: Slot) -> None:
    """Note that a slot's run is over; repeated, it changes nothing."""
    hub.state.commit(hub.lease.mandate(slot.id).check, slots.finish(slot))


def fail_file(hub: Hub, slot: Slot, ldc: str, error: str) -> Receipt | None:
    """Set the file under work aside as FAILED so that its neighbours go on; open an incident.

    The file under work is the first of the LDC in the slot that is not done; None: there is
    none. `error` is the name of what went wrong, never its text.
    """
    open_ones = (each for each in slots.members(hub.state, slot, ldc) if not each.done)
    member = next(open_ones, None)
    receipt = receipts.find(hub.state, member.receipt_id) if member else None
    if member is None or receipt is None:
        return None
    now = hub.clock.now()
    failed = receipt.moved(FileState.FAILED, now, error)
    hub.state.commit(
        hub.lease.mandate(receipt.id).check,
        receipts.move(failed, since=receipt.state),
        slots.set_done(member.key),
        incidents.opened(
            subject=receipt.id, organization=receipt.arrival.organization, what=error, at=now
        ),
    )
    text = "set aside after an internal failure; the operator will take it up again"
    events.tell(hub, events.FILE_FAILED, failed, text)
    return failed
