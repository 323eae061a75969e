"""A slot's run: closed at its end, its files set aside when they fail, finished in the end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace

from mdmr.exchange.inbound import inside
from mdmr.exchange.inbound.following import follow
from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.exchange.ledger import incidents, receipts, slots
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.ledger.slots import OPEN, Member, Slot
from mdmr.ports.authority import GateReading, NotActiveError
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, StateBusyError

# How long a step that fails a file may be tried again and still mean that same file.
REPEATS = timedelta(minutes=15)
UNFINISHED_SLOT, UNWRITTEN_SUMMARY = "UNFINISHED_SLOT", "UNWRITTEN_SUMMARY"


class SlotUnfinishedError(Exception):
    """A file's work is over and its slot does not know it, or not yet: the run cannot end."""


def close_slot(hub: Hub, slot: Slot) -> list[str]:
    """Close a slot, so that no more files join it, and return the LDCs whose files it holds.

    Repeated, it returns the same. Raises NotActiveError.
    """
    mandate = hub.lease.mandate(slot.id)
    try:
        hub.state.commit(*slots.close(slot, mandate.check))
    except ConditionFailedError:
        row = slots.find(hub.state, slot)
        if row is None or row.state == OPEN:
            raise
    return list(dict.fromkeys(member.ldc for member in slots.members(hub.state, slot)))


def finish_slot(hub: Hub, slot: Slot) -> bool:
    """Note that a slot's run is over and return True; repeated, it changes nothing.

    It is over, too, when the gateway keeps all that is left: its opening starts the run again.
    False: there are files to be worked, as the gateway kept them only until now, so the run is
    to go round once more. Raises SlotUnfinishedError, StateBusyError, NotActiveError.
    """
    once = partial(_finish_slot, hub, slot)
    return retry_on_contention(hub.backoff, Contended.SLOT, f"end of {slot.id}", once)


def _finish_slot(hub: Hub, slot: Slot) -> bool:
    files = list(slots.members(hub.state, slot))
    waiting = dict.fromkeys(member.ldc for member in files if not member.done)
    if not waiting:
        _finish(hub, slot, dict.fromkeys(member.ldc for member in files))
        return True
    kept = [gate for ldc in waiting if (gate := _kept(hub, slot, ldc))]
    if len(kept) < len(waiting):
        return False
    # The rest is left to a gateway that stands still.
    mandate, now, gate = hub.lease.mandate(slot.id), hub.clock.now(), kept[0]
    hub.state.commit(mandate.check, gate.check, slots.keep(slot, gate.version, now))
    return True


def _finish(hub: Hub, slot: Slot, ldcs: Iterable[str]) -> None:
    mandate = hub.lease.mandate(slot.id)
    for ldc in ldcs:
        hub.state.commit(mandate.check, slots.leave(slot, ldc))
    hub.state.commit(mandate.check, slots.finish(slot))


def _kept(hub: Hub, slot: Slot, ldc: str) -> GateReading | None:
    """Return how the gateway stands that keeps what an LDC has left, None when it keeps nothing."""
    receipt = inside.next_in_order(hub, slot, ldc)
    if receipt is None:
        return None
    if not inside.is_inside(receipt):
        raise SlotUnfinishedError(slot.id)
    return inside.keeping(hub, receipt)


def fail_file(hub: Hub, slot: Slot, ldc: str, error: str) -> Receipt | None:
    """Set the file under work aside as FAILED so that its neighbours go on; open an incident.

    It is the one whose work has begun, else the next in order: the fault came before its begin.
    Repeated (within `REPEATS`, while no other file is under work) it returns the same file.
    None: no file is to blame; never is one that the gateway keeps. `error` is the name of what
    went wrong, never its text.
    """
    now = hub.clock.now()
    failed: Receipt | None = None
    first: tuple[Receipt, Member] | None = None
    for member in slots.in_order(hub.state, slot, ldc):
        receipt = receipts.find(hub.state, member.receipt_id)
        if receipt is None:
            continue
        # One whose work in the slot is done may still wait for somebody's word.
        if receipt.state is FileState.PROCESSING and not member.done:
            first, failed = (receipt, member), None
            break
        if inside.is_inside(receipt) and not member.done:
            first = first or (receipt, member)
        elif _just_failed(receipt, now):
            failed = receipt
    if failed is None and first is not None:
        failed = _fail(hub, *first, error)
    return failed and follow(hub, failed)


def fail_slot(hub: Hub, slot: Slot, error: str) -> list[Receipt]:
    """Set aside every file of a slot that is not over, as a step failed that is of no single one.

    An incident is opened about the slot, too. Files that the gateway keeps stay, and so does one
    that cannot be set aside. Repeated, it returns those that are left only. Raises NotActiveError,
    StateBusyError.
    """
    opened = incidents.opened(
        subject=slot.id, organization="", what=UNFINISHED_SLOT, at=hub.clock.now()
    )
    told = replace(opened, set={**opened.set, "fault": error})
    hub.state.commit(hub.lease.mandate(slot.id).check, told)
    failed = []
    for member in list(slots.members(hub.state, slot)):
        if member.done:
            continue
        try:
            receipt = receipts.find(hub.state, member.receipt_id)
            if receipt is not None and inside.is_inside(receipt):
                failed.append(_fail(hub, receipt, member, error))
        except (NotActiveError, StateBusyError):
            raise
        except Exception:  # noqa: BLE001, S112 - one file must not keep the others; an incident tells
            continue
    return [follow(hub, each) for each in failed if each is not None]


def fail_summary(hub: Hub, slot: Slot, ldc: str, error: str) -> None:
    """Open an incident: the LDC's report of the day was not written after a slot's run.

    Raises NotActiveError, StateBusyError.
    """
    opened = incidents.opened(
        subject=f"{slot.id}-{ldc}", organization=ldc, what=UNWRITTEN_SUMMARY, at=hub.clock.now()
    )
    told = replace(opened, set={**opened.set, "fault": error})
    hub.state.commit(hub.lease.mandate(slot.id).check, told)


def _fail(hub: Hub, receipt: Receipt, member: Member, error: str) -> Receipt | None:
    """Set a file aside and return it, None for one that the gateway keeps."""
    now = hub.clock.now()
    try:
        gate = inside.let_through(hub, receipt)
    except KeptInsideError:
        return None
    begun = receipt
    if receipt.state is FileState.ACCEPTED:
        begun = receipt.moved(FileState.PROCESSING, now)
    failed = replace(begun.moved(FileState.FAILED, now, error), followed=False)
    hub.state.commit(
        hub.lease.mandate(failed.id).check,
        gate,
        receipts.move_and_tell(failed, since=receipt.state),
        slots.set_done(member.key),
        incidents.opened(
            subject=failed.id, organization=failed.arrival.organization, what=error, at=now
        ),
    )
    return failed


def _just_failed(receipt: Receipt, now: datetime) -> bool:
    return receipt.state is FileState.FAILED and now - receipt.history[-1].at <= REPEATS
