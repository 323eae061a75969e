"""Refuses for good (F099) an upload that intake failed at, so that its sender is told."""

from __future__ import annotations

from mdmr.exchange.inbound.intake import refuse_for_good
from mdmr.exchange.inbound.uploads import arrival_at_last
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, logger, sqs_batch


@sqs_batch
def handler(message: Event) -> None:
    """Give the upload that a message tells of its final state."""
    arrival = arrival_at_last(hub().inbound, message)
    about(organization=arrival.sender, file=arrival.id)
    receipt = refuse_for_good(hub(), arrival)
    about(state=receipt.state.value, code=receipt.code)
    logger.error("intake failed for good")
    count("FilesSetAside")
    count("IncidentsOpened")
