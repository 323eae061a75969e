"""Loading: the schedule files of one LDC in a slot, oldest first, each all or nothing."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from mdmr.exchange.inbound import inside
from mdmr.exchange.inbound.beginning import begun
from mdmr.exchange.inbound.inside import KeptInsideError
from mdmr.exchange.ledger import slots
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.ledger.slots import Member, Slot
from mdmr.organizations import parameters
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError
from mdmr.schedules import files
from mdmr.schedules.deciding import (
    Concluded,
    Examined,
    announce,
    conclude,
    examine,
    noted,
    rows_of,
)
from mdmr.schedules.files import LoadState


class Worked(Struct, frozen=True):
    """The receipt ids of the files that came to their end, and whether more is left."""

    done: tuple[str, ...]
    more: bool


def load_schedules(hub: Hub, slot: Slot, ldc: str, *, until: datetime) -> Worked:
    """Load or reject the files of an LDC in a slot, as many as can be begun till `until`.

    With `schedule.approval` a file without errors waits for the operator; the files behind it do
    not wait for that. At a file that the gateway keeps it ends: no other overtakes it. Raises
    NotActiveError and StateBusyError; what was decided before stays.
    """
    done: list[str] = []
    decided = False
    try:
        for member in slots.in_order(hub.state, slot, ldc):
            # Also of files that wait for approval now at least one was decided.
            if hub.clock.now() > until and decided:
                return Worked(tuple(done), more=True)
            if member.done:
                _announce_again(hub, member)
                continue
            receipt = begun(hub, member)
            if receipt is not None:
                decided = True
                if _load(hub, member, receipt):
                    done.append(receipt.id)
    except KeptInsideError:
        pass
    return Worked(tuple(done), more=False)


def _announce_again(hub: Hub, member: Member) -> None:
    """Announce the report of a file that was decided before, in case a message was lost."""
    file = files.find(hub.state, member.ldc, member.receipt_id)
    if file is not None:
        announce(hub, file)


def _load(hub: Hub, member: Member, receipt: Receipt) -> bool:
    """Decide about a file under work; return whether that was its end, decided here."""
    rows = rows_of(hub, receipt)

    def attempt() -> bool:
        gate = inside.let_through(hub, receipt)
        mandate = hub.lease.mandate(receipt.id)
        decided = _decided(hub, receipt, examine(hub, receipt, rows), mandate.epoch)
        try:
            hub.state.commit(mandate.check, gate, *decided.writes, slots.set_done(member.key))
        except ConditionFailedError:
            if files.find(hub.state, receipt.ldc, receipt.id) is not None:
                return False
            raise
        announce(hub, decided.file)
        return decided.file.state is not LoadState.AWAITING_APPROVAL

    subject = f"schedule {receipt.id}"
    return retry_on_contention(hub.backoff, Contended.SCHEDULE, subject, attempt)


def _decided(hub: Hub, receipt: Receipt, found: Examined, epoch: int) -> Concluded:
    now, checked = hub.clock.now(), LoadState.CHECKED
    approval = parameters.value(hub.state, "schedule.approval", at=now, owner=receipt.ldc)
    if approval == "on" and found.state is LoadState.LOADED:
        waiting = noted(receipt, found, LoadState.AWAITING_APPROVAL, now)
        return Concluded(waiting, (files.put_file(waiting, checked),))
    after = noted(receipt, found, found.state, now)
    return conclude(hub, receipt, found, after, since=checked, epoch=epoch)
