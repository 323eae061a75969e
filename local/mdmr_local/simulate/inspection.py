"""Looks into the hub at the end of a run: where each file stands, and what failed inside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from mdmr.exchange.files.names import FileName
from mdmr.exchange.ledger import receipts, unfinished
from mdmr.exchange.ledger.held import WindowRow
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.exchange.ledger.slots import SlotRow
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.ports.codec import from_item
from mdmr.ports.state import Item
from mdmr.synchronization.codes_processing import ASKED
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import SetState
from mdmr.synchronization.sets.stopping import STOPPED_SET

from mdmr_local.hub import LocalHub
from mdmr_local.simulate.outcome import NO_RECEIPT, OTHER, FileEnd

_NO_PROCESS = "no process yet"
_INTERNAL_FAILURE = "F099"
_UNFINISHED, _INCIDENT, _DELIVERY, _SLOT = "unfinished", "INCIDENT", "DELIVERY", "SLOT"
_NOTICE, _HELD = "NOTICE", "HELD"
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
_NOT_SUCCEEDED = ("FAILED", "TIMED_OUT", "ABORTED")


def files(hub: LocalHub) -> list[FileEnd]:
    """Return every object of the inbound bucket as the hub sees it, by arrival and name."""
    ends = []
    for found in hub.inbound.versions(""):
        arrival = Arrival(found.key, found.version_id, found.size, found.arrived)
        ends.append(_end(hub, arrival, receipts.find(hub.state, arrival.id)))
    return sorted(ends, key=lambda each: (each.arrived, each.name, each.prefix))


def _end(hub: LocalHub, arrival: Arrival, receipt: Receipt | None) -> FileEnd:
    name = FileName.parse(arrival.name)
    file_id = name.file_id if name else OTHER
    if receipt is None:
        return FileEnd(arrival.arrived, arrival.organization, arrival.name, file_id, NO_RECEIPT)
    step = receipt.history[-1]
    return FileEnd(
        arrived=arrival.arrived,
        prefix=arrival.organization,
        name=arrival.name,
        file_id=file_id,
        state=receipt.state.value,
        code=receipt.code,
        since=step.at,
        reason=step.reason,
        records=receipt.details,
        kept=_kept(receipt) or _waits_for_operator(hub, receipt, name),
    )


def _kept(receipt: Receipt) -> str:
    """Return why a file rightly waits; empty when nothing holds it."""
    if receipt.state is FileState.HELD:
        return receipt.history[-1].reason
    if receipt.state is FileState.ACCEPTED:
        return f"waits for the run {receipt.work_id}" if receipt.worked_in else _NO_PROCESS
    return ""


def _waits_for_operator(hub: LocalHub, receipt: Receipt, name: FileName | None) -> str:
    """Return why a file waits whose set an operator is to decide about, empty where none is."""
    set_id = SetId.of_file(name)
    if set_id is None or receipt.state is not FileState.PROCESSING:
        return ""
    found = rows.find(hub.state, set_id)
    return _operator_is_asked(found) if found else ""


def _operator_is_asked(found: FileSet) -> str:
    """Return what an operator is asked about a set, empty where nothing is or the hub failed."""
    if found.state is not SetState.STOPPED or found.status not in ASKED:
        return ""
    return f"the set waits for the operator to release or refuse it: {found.status_text}"


def _incidents(hub: LocalHub) -> Iterator[Item]:
    """Yield the open incidents, but for those of sets about which the operator is only asked."""
    for item in hub.state.query_index(_UNFINISHED, _INCIDENT):
        found = None
        if item["what"] == STOPPED_SET:
            found = rows.find(hub.state, SetId.of(str(item["subject"])))
        if found is None or not _operator_is_asked(found):
            yield item


def failures(hub: LocalHub, ends: list[FileEnd], now: datetime) -> Iterator[str]:
    """Yield what failed inside, a line each: files, incidents, what is owed, runs, executions."""
    for each in ends:
        where = f"{each.prefix}/{each.name}"
        if each.code == _INTERNAL_FAILURE:
            yield f"{where}: refused after an internal failure (F099)"
        elif not each.final and not each.kept:
            yield f"{where}: {each.state} {each.reason}".rstrip()
    for item in _incidents(hub):
        yield f"incident: {item['what']} about {item['subject']} of {item['concerns']}"
    for item in unfinished.overdue(hub.state, _END_OF_TIME):
        if unfinished.kind_of(item) == _DELIVERY:
            yield f"not delivered: {from_item(Delivery, item).object_key}"
        elif (
            unfinished.kind_of(item) == _SLOT
            and (slot := from_item(SlotRow, item).slot).ends <= now
        ):
            yield f"run not finished: {slot.id}"
        elif unfinished.kind_of(item) == _NOTICE:
            yield f"not everyone is told of the notice {item['pk']}"
        elif (
            unfinished.kind_of(item) == _HELD
            and (window := from_item(WindowRow, item).window).ends <= now
        ):
            yield f"not told of held files: {window.id}"
    yield from _executions(hub)


def _executions(hub: LocalHub) -> Iterator[str]:
    client = hub.embedded.client("stepfunctions")
    for machine in client.list_state_machines()["stateMachines"]:
        for status in _NOT_SUCCEEDED:
            pages = client.get_paginator("list_executions").paginate(
                stateMachineArn=machine["stateMachineArn"], statusFilter=status
            )
            for page in pages:
                for execution in page["executions"]:
                    yield f"execution {execution['name']} of {machine['name']}: {status}"
