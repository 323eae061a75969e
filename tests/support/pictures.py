"""Pictures of a hub: what must be the same however the way there was disturbed."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.ports.codec import from_item
from mdmr.ports.state import Item
from mdmr.stores.memory.hub import MemoryHub

# In these reports a field tells when the work was done: its place in a detail record.
_TIMES = {"IR01": 4}


@dataclass(frozen=True)
class Picture:
    """Everything that lasts, to the byte: the same when work was only repeated, at once."""

    outbound: dict[str, bytes]
    evidence: dict[str, bytes]
    state: list[Item]
    directory: list[Item]
    told: dict[str, Any]


def picture(hub: MemoryHub) -> Picture:
    """Return the exact picture; what was told several times must have been the same each time."""
    told: dict[str, Any] = {}
    for each in hub.notifications.sent:
        told.setdefault(each.detail["id"], each)
        assert told[each.detail["id"]] == each, "one event was told in two ways"
    evidence = {each.key: hub.evidence.read(each.key) for each in hub.evidence.versions("")}
    return Picture(outbound(hub), evidence, hub.state.items(), hub.directory.items(), told)


def outbound(hub: MemoryHub, *, once: bool = True) -> dict[str, bytes]:
    """Return every outbound object by its key; each was written once, and once for each resend.

    Not `once`: two regions may each have written it, with the same bytes.
    """
    written: dict[str, list[bytes]] = defaultdict(list)
    for version in hub.outbound.versions(""):
        stream = hub.outbound.stream(version.key, version.version_id)
        written[version.key].append(b"".join(stream))
    made = (from_item(Delivery, item) for item in hub.state.items() if item["sk"] == "DELIVERY")
    resent = Counter(
        delivery.object_key
        for delivery in made
        if delivery.resend and delivery.state == "DELIVERED"
    )
    for key, versions in written.items():
        enough = len(versions) == 1 + resent[key]
        assert enough or not once, "an outbound object was written too often"
        assert len(set(versions)) == 1, "an outbound object has two contents"
    return {key: versions[0] for key, versions in written.items()}


@dataclass(frozen=True)
class Essence:
    """What stays the same even when the work was done hours later: nothing with its time in it.

    `received` are the outbound files as (recipient, id, own header fields, details) in the order
    of their names; `files` the inbound ones with their final state and code.
    """

    received: list[tuple[str, ...]]
    files: dict[tuple[str, str], tuple[str, str]]
    numbers: list[tuple[Any, ...]]
    undelivered: list[str]
    told: list[tuple[str, str, str]]


def essence(hub: MemoryHub, *, once: bool = True) -> Essence:
    """Return the picture without times; `once` as for `outbound`."""
    items = hub.state.items()
    receipts = [from_item(Receipt, item) for item in items if item["sk"] == "RECEIPT"]
    return Essence(
        received=sorted(_timeless(key, body) for key, body in outbound(hub, once=once).items()),
        files={
            (each.arrival.key, each.arrival.version_id): (each.state.value, each.code)
            for each in receipts
        },
        numbers=[
            tuple(item.get(name) for name in ("pk", "ldc", "sdp_id", "pair", "request"))
            for item in hub.directory.items()
            if item["sk"] == "NUMBER"
        ],
        undelivered=[
            str(item["pk"]) for item in items if item["sk"] == "DELIVERY" and "unfinished" in item
        ],
        told=sorted(
            (each.kind, each.detail["organization"], each.detail["fileId"])
            for each in {each.detail["id"]: each for each in hub.notifications.sent}.values()
        ),
    )


def _timeless(key: str, body: bytes) -> tuple[str, ...]:
    recipient = key.partition("/")[0]
    _, header, *details = body.decode().splitlines()
    fields = split(header)
    time = _TIMES.get(fields[1])
    rows = [split(line) for line in details]
    if time is not None:
        rows = [[*row[:time], *row[time + 1 :]] for row in rows]
    return (recipient, fields[1], fields[3], *fields[7:], *("|".join(row) for row in rows))
