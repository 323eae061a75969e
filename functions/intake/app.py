"""Intake: gives every upload its receipt, and begins what follows."""

from __future__ import annotations

from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.uploads import arrival_of
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.exchange.ledger.states import FileState
from mdmr.runtime.again import again_soon
from mdmr.runtime.compose import hub
from mdmr.runtime.faults import told
from mdmr.runtime.observe import Event, about, count, logger, sqs_batch_with


@sqs_batch_with(again_soon(lambda: hub().intake_queue))
def handler(message: Event) -> None:
    """Decide about the upload that a message tells of."""
    arrival = arrival_of(hub().inbound, message)
    about(organization=arrival.sender, file=arrival.id)
    receipt = take_in(hub(), arrival, _tell_earlier_failure)
    about(
        file_id=receipt.file_id, state=receipt.state.value, code=receipt.code, slot=receipt.work_id
    )
    logger.info("decided")
    match receipt.state:
        case FileState.ACCEPTED:
            count("FilesAccepted")
        case FileState.REJECTED:
            count("FilesRejected")
        case FileState.HELD:
            count("FilesHeld")


def _tell_earlier_failure(earlier: Arrival, fault: Exception) -> None:
    logger.error("earlier version failed", earlier=earlier.id, fault=told(fault))
    count("EarlierVersionsFailed")
