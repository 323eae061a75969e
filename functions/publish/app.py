"""Publishing: the one function that writes the outbound bucket."""

from __future__ import annotations

from mdmr.exchange.outbound.publishing import publish
from mdmr.exchange.outbound.states import DELIVERED
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, logger, sqs_batch


@sqs_batch
def handler(message: Event) -> None:
    """Make the delivery that a message names."""
    about(delivery=message["delivery"])
    delivery = publish(hub(), message["delivery"])
    about(organization=delivery.report.recipient, file=str(delivery.name), state=delivery.state)
    if delivery.state == DELIVERED:
        logger.info("delivered")
        count("FilesDelivered")
    else:
        logger.warning("not delivered")
        count("FilesNotDelivered")
