"""The three decisions of intake, each as the receipt and the writes that go with it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.files.codes import IntakeCode
from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.exchange.inbound import claims, rejection
from mdmr.exchange.inbound.case import Case, concern_of, process_of
from mdmr.exchange.ledger import held, incidents
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.outbound import deliveries
from mdmr.organizations import parameters, registry
from mdmr.ports.authority import GateReading, Mandate
from mdmr.ports.hub import Hub
from mdmr.ports.state import Write

_INTERNAL_FAILURE = "F099"


class Decision(Struct, frozen=True):
    """A decided receipt and the writes that are committed with it."""

    receipt: Receipt
    writes: tuple[Write, ...] = ()


def hold(hub: Hub, case: Case, mandate: Mandate, gate: GateReading) -> Decision:
    """Keep the file until the gateway opens; not even the checks are made.

    It joins the open window of its sender, at whose end the sender is told.
    """
    now, sender = hub.clock.now(), case.arrival.organization
    minutes = parameters.count(hub.state, "gateway.held_notice_min", at=now)
    window = held.current(hub.state, gate.closure, sender, minutes, now)
    receipt = replace(_receipt(case, mandate), ldc="", file_id="", worked_in=window.worked_in)
    joined = held.join(window, receipt, concern_of(case.arrival).ldc)
    return Decision(receipt.moved(FileState.HELD, now, "gateway closed"), tuple(joined))


def accept(hub: Hub, case: Case, mandate: Mandate, wanted: Sequence[claims.Claim]) -> Decision:
    """Take the file with its claims; it joins what its process works."""
    receipt = replace(_receipt(case, mandate), details=case.scan.details)
    writes: list[Write] = [claims.write(each) for each in wanted]
    process, now = process_of(hub, case.name), hub.clock.now()
    if process is None:
        return Decision(receipt.moved(FileState.ACCEPTED, now, "no process yet"), tuple(writes))
    joined = process.join(hub, receipt, now)
    accepted = replace(receipt, worked_in=joined.worked_in)
    moved = accepted.moved(FileState.ACCEPTED, now, accepted.work_id)
    return Decision(moved, (*writes, *joined.writes))


def reject(hub: Hub, case: Case, mandate: Mandate, code: IntakeCode) -> Decision:
    """Refuse the file and owe its sender the report; an internal failure opens an incident."""
    now, sender = hub.clock.now(), case.arrival.organization
    writes: list[Write] = []
    owed: list[deliveries.Delivery] = []
    # A prefix that belongs to nobody has nobody who could fetch a report.
    if ORG_ID.accepts(sender) and registry.is_registered(hub.state, sender):
        report = rejection.report(hub.data, case, code)
        owed, writes = deliveries.intend(hub.state, [report], now=now, epoch=mandate.epoch)
    if code.code == _INTERNAL_FAILURE:
        subject = case.arrival.id
        writes.append(
            incidents.opened(subject=subject, organization=sender, what=code.code, at=now)
        )
    receipt = replace(
        _receipt(case, mandate), code=code.code, deliveries=tuple(each.id for each in owed)
    )
    return Decision(receipt.moved(FileState.REJECTED, now, code.code), tuple(writes))


def _receipt(case: Case, mandate: Mandate) -> Receipt:
    """Return the receipt of a case before anything is decided."""
    return Receipt(
        case.arrival,
        FileState.ARRIVED,
        mandate.epoch,
        case.scan.sha256,
        ldc=case.name.org_1 if case.name else "",
        file_id=case.name.file_id if case.name else "",
    )
