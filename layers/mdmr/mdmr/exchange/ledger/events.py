"""Notification events: what an organization can subscribe to."""

from __future__ import annotations

from datetime import datetime

from mdmr.calendar.instants import in_est
from mdmr.exchange.files.layouts.records import printable
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.ports.hub import Hub

FILE_DELIVERED = "FILE_DELIVERED"
FILE_REJECTED = "FILE_REJECTED"
FILE_WAITS = "FILE_WAITS"
FILE_FAILED = "FILE_FAILED"
DELIVERY_WITHHELD = "DELIVERY_WITHHELD"
DELIVERY_FAILED = "DELIVERY_FAILED"

_NAME_SIZE = 255


def tell(hub: Hub, kind: str, receipt: Receipt, text: str) -> None:
    """Tell the sender of an inbound file how it stands; repeated, the event is the same.

    When a file comes to the same state again, its event has an id of its own.
    """
    arrival = receipt.arrival
    times = sum(step.state is receipt.state for step in receipt.history)
    hub.notifications.send(
        kind,
        {
            "id": f"{receipt.id}-{kind}" + (f"-{times}" if times > 1 else ""),
            "kind": kind,
            "time": est_iso(receipt.history[-1].at),
            "organization": arrival.organization,
            "file": printable(arrival.name, _NAME_SIZE),
            "bucket": hub.inbound.name,
            "key": arrival.key,
            "fileId": receipt.file_id,
            "ldc": receipt.ldc,
            "state": receipt.state.value,
            "code": receipt.code,
            "text": text,
        },
    )


def est_iso(instant: datetime) -> str:
    """Return an instant as ISO 8601 with seconds and the offset of EST."""
    return in_est(instant).isoformat(timespec="seconds")
