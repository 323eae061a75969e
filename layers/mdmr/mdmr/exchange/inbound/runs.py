"""A slot's run: closed at its end, its files set aside when they fail, finished in the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from mdmr.exchange.inbound.following import follow
from mdmr.exchange.ledger import incidents, receipts, slots
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import OPEN, Slot
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, Key

# How long a step that fails a file may be tried again and still mean that same file.
REPEATS = timedelta(minutes=15)


class SlotUnfinishedError(Exception):
    """A slot has files whose work is not over: its run cannot be finished."""


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
    """Note that a slot's run is over; repeated, it changes nothing.

    Raises SlotUnfinishedError while a file of it still has to be worked, NotActiveError.
    """
    mandate = hub.lease.mandate(slot.id)
    files = list(slots.members(hub.state, slot))
    if not all(member.done for member in files):
        raise SlotUnfinishedError(slot.id)
    for ldc in dict.fromkeys(member.ldc for member in files):
        hub.state.commit(mandate.check, slots.leave(slot, ldc))
    hub.state.commit(mandate.check, slots.finish(slot))


def fail_file(hub: Hub, slot: Slot, ldc: str, error: str) -> Receipt | None:
    """Set the file under work aside as FAILED so that its neighbours go on; open an incident.

    Repeated (within `REPEATS`, while no other file is under work) it returns the same file.
    None: no file is to blame. `error` is the name of what went wrong, never its text.
    """
    now = hub.clock.now()
    failed: Receipt | None = None
    for member in slots.in_order(hub.state, slot, ldc):
        receipt = receipts.find(hub.state, member.receipt_id)
        if receipt is not None and receipt.state is FileState.PROCESSING:
            failed = replace(receipt.moved(FileState.FAILED, now, error), followed=False)
            _commit_failed(hub, failed, member.key, error)
            break
        if receipt is not None and _just_failed(receipt, now):
            failed = receipt
    return failed and follow(hub, failed)


def _just_failed(receipt: Receipt, now: datetime) -> bool:
    return receipt.state is FileState.FAILED and now - receipt.history[-1].at <= REPEATS


def _commit_failed(hub: Hub, failed: Receipt, member_at: Key, error: str) -> None:
    hub.state.commit(
        hub.lease.mandate(failed.id).check,
        receipts.move_and_tell(failed, since=FileState.PROCESSING),
        slots.set_done(member_at),
        incidents.opened(
            subject=failed.id,
            organization=failed.arrival.organization,
            what=error,
            at=failed.history[-1].at,
        ),
    )
