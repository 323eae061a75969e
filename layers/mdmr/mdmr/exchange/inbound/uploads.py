"""Messages that bring an upload to intake: the storage event, or the sweep's word for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.objects import ObjectStore
from mdmr.ports.state import Value


def message_of(arrival: Arrival) -> dict[str, Value]:
    """Return the sweep's message: the parts of a storage event that intake reads."""
    return {"detail": {"object": {"key": arrival.key, "version-id": arrival.version_id}}}


def arrival_of(inbound: ObjectStore, message: Mapping[str, Value]) -> Arrival:
    """Return the arrival that a message tells of, as the bucket knows it.

    Only key and version are taken from the message: size and time of arrival are the same
    whoever tells. Raises ObjectMissingError.
    """
    detail = cast("Mapping[str, Mapping[str, str]]", message["detail"])
    found = detail["object"]
    return Arrival.of(inbound.describe(found["key"], found["version-id"]))
