"""Publishing: the one writer of the outbound bucket."""

from __future__ import annotations

import hashlib

from mdmr.exchange import deliveries
from mdmr.exchange.deliveries import DELIVERED, Delivery
from mdmr.exchange.events import FILE_DELIVERED, est_iso
from mdmr.exchange.filetypes import OUTBOUND
from mdmr.exchange.frame import compose
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError


class DeliveryUnknownError(Exception):
    """A message names a delivery that was never decided."""


def publish(hub: Hub, delivery_id: str) -> Delivery:
    """Make a decided delivery: write its object, tell the recipient, note it as done.

    A delivery that is done is left alone, one that was begun is completed with the same bytes.
    Raises DeliveryUnknownError, NotActiveError, ObjectTakenError when other bytes lie under
    the name.
    """
    delivery = deliveries.find(hub.state, delivery_id)
    if delivery is None:
        raise DeliveryUnknownError(delivery_id)
    if delivery.state == DELIVERED:
        return delivery
    mandate = hub.lease.mandate(delivery_id)
    content = content_of(hub, delivery)
    hub.outbound.put_new(delivery.object_key, content)
    digest = hashlib.sha256(content).hexdigest()
    now = hub.clock.now()
    _tell(hub, delivery, size=len(content), sha256=digest)
    noted = deliveries.done(delivery, at=now, size=len(content), sha256=digest)
    try:
        hub.state.commit(mandate.check, noted)
    except ConditionFailedError:
        # Another run of the same delivery was faster, or this region lost the lease: what was
        # written is the same either way, and the note is the business of whoever holds it.
        return deliveries.find(hub.state, delivery_id) or delivery
    return delivery


def content_of(hub: Hub, delivery: Delivery) -> bytes:
    """Return the whole file of a delivery, the same bytes each time."""
    report, name = delivery.report, delivery.name
    common = (name.file_id, name.version, name.org_1, name.org_2, delivery.created)
    return compose(
        OUTBOUND[report.file_id].layout,
        str(name),
        (*common, *report.own),
        report.staged.count,
        hub.data.read(report.staged.key),
    )


def _tell(hub: Hub, delivery: Delivery, *, size: int, sha256: str) -> None:
    hub.notifications.send(
        FILE_DELIVERED,
        {
            "id": delivery.id,
            "kind": FILE_DELIVERED,
            "time": est_iso(delivery.decided),
            "organization": delivery.report.recipient,
            "file": str(delivery.name),
            "bucket": hub.outbound.name,
            "key": delivery.object_key,
            "fileId": delivery.report.file_id,
            "ldc": delivery.report.org_1,
            "size": size,
            "sha256": sha256,
        },
    )
