"""Notification events about deliveries; repeated, each is the same."""

from __future__ import annotations

from mdmr.exchange.ledger.events import DELIVERY_FAILED, DELIVERY_WITHHELD, FILE_DELIVERED, est_iso
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.exchange.outbound.states import WITHHELD
from mdmr.ports.hub import Hub
from mdmr.ports.state import Value


def tell_delivered(hub: Hub, delivery: Delivery) -> None:
    """Tell a recipient that a file lies in its prefix; `resend` counts the times it lay there."""
    hub.notifications.send(
        FILE_DELIVERED,
        {
            "id": delivery.id,
            "kind": FILE_DELIVERED,
            "time": est_iso(delivery.decided),
            "organization": delivery.report.recipient,
            **_about(hub, delivery),
            "size": delivery.size,
            "sha256": delivery.sha256,
            "resend": delivery.resend.number if delivery.resend else 0,
        },
    )


def tell_not_delivered(hub: Hub, delivery: Delivery) -> None:
    """Tell the LDC that a delivery is withheld, or the recipient that it was given up."""
    withheld = delivery.state == WITHHELD
    kind = DELIVERY_WITHHELD if withheld else DELIVERY_FAILED
    step = delivery.history[-1]
    text = step.why if withheld else "given up after the last try; the operator is told"
    hub.notifications.send(
        kind,
        {
            "id": f"{delivery.id}-{len(delivery.history)}",
            "kind": kind,
            "time": est_iso(step.at),
            "organization": delivery.report.org_1 if withheld else delivery.report.recipient,
            **_about(hub, delivery),
            "recipient": delivery.report.recipient,
            "text": text,
        },
    )


def _about(hub: Hub, delivery: Delivery) -> dict[str, Value]:
    return {
        "file": str(delivery.name),
        "bucket": hub.outbound.name,
        "key": delivery.object_key,
        "fileId": delivery.report.file_id,
        "ldc": delivery.report.org_1,
    }
