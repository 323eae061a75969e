"""Messages that tell of an upload: the storage event, or the hub's own word for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mdmr.calendar.instants import from_text, to_text
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.objects import ObjectStore
from mdmr.ports.state import Value


def message_of(arrival: Arrival) -> dict[str, Value]:
    """Return the hub's own message: the parts of a storage event that are read here."""
    told: dict[str, Value] = {
        "key": arrival.key,
        "version-id": arrival.version_id,
        "size": arrival.size,
    }
    return {"time": to_text(arrival.arrived), "detail": {"object": told}}


def key_of(message: Mapping[str, Value]) -> str:
    """Return the key of the upload that a message tells of. Raises KeyError, TypeError."""
    return str(_object(message)["key"])


def arrival_of(inbound: ObjectStore, message: Mapping[str, Value]) -> Arrival:
    """Return the arrival that a message tells of, as the bucket knows it.

    Only key and version are taken from the message: size and time of arrival are the same
    whoever tells. Raises ObjectMissingError.
    """
    found = _object(message)
    return Arrival.of(inbound.describe(str(found["key"]), str(found["version-id"])))


def arrival_at_last(inbound: ObjectStore, message: Mapping[str, Value]) -> Arrival:
    """Return the arrival that a message tells of, as the message knows it if the bucket fails.

    The version may be gone, or the bucket may refuse to tell. The time is then that of the event.
    Raises KeyError, TypeError or ValueError for a message that does not tell enough.
    """
    try:
        return arrival_of(inbound, message)
    except Exception:  # noqa: BLE001 - whatever the bucket fails with, the sender is to be told
        found, at = _object(message), from_text(str(message["time"]))
        return Arrival(str(found["key"]), str(found["version-id"]), int(str(found["size"])), at)


def _object(message: Mapping[str, Value]) -> Mapping[str, Value]:
    return cast("Mapping[str, Mapping[str, Mapping[str, Value]]]", message)["detail"]["object"]
