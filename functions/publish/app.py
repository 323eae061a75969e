"""Publishing: the one function that writes the outbound bucket."""

from __future__ import annotations

from datetime import timedelta

from mdmr.exchange.outbound.delivery import Delivery
from mdmr.exchange.outbound.publishing import publish
from mdmr.exchange.outbound.states import DELIVERED, FAILED_DELIVERY
from mdmr.runtime.compose import hub
from mdmr.runtime.observe import Event, about, count, logger, measure, sqs_batch


@sqs_batch
def handler(message: Event) -> None:
    """Make the delivery that a message names."""
    about(delivery=message["delivery"])
    delivery = publish(hub(), message["delivery"])
    if delivery is None:
        logger.info("nothing to do")
        return
    report = delivery.report
    about(organization=report.recipient, name=str(delivery.name), state=delivery.state)
    about(file=report.cause.receipt if report.cause else None)
    if delivery.state == DELIVERED:
        logger.info("delivered")
        count("FilesDelivered")
        _measure(delivery)
    else:
        logger.warning("not delivered")
        count("FilesNotDelivered")
        if delivery.state == FAILED_DELIVERY:
            count("IncidentsOpened")


def _measure(delivery: Delivery) -> None:
    at, cause = delivery.history[-1].at, delivery.report.cause
    measure("DecisionToDelivery", (at - delivery.decided) / timedelta(milliseconds=1))
    # A file that is sent again is no late answer.
    if cause and delivery.resend is None:
        measure("ArrivalToReport", (at - cause.arrived).total_seconds())
