"""A world that has come to rest: everything that is left of it, read once for all judgements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.exchange.outbound.recipients import refusal
from mdmr.exchange.outbound.states import FAILED_DELIVERY, WITHHELD
from mdmr.identifiers.progress import Part, parts
from mdmr.ports.codec import from_item
from mdmr.ports.state import Item
from mdmr.stores.memory.hub import MemoryHub
from mdmr.synchronization.sets.rows import FileSet

from tests.simulation.market import Market
from tests.simulation.uploads import Upload
from tests.simulation.watching import Known


@dataclass(frozen=True)
class Delivered:
    """A file in the outbound bucket: its prefix, name, own header fields, and detail records."""

    prefix: str
    name: str
    header: list[str]
    details: list[list[str]]


@dataclass(frozen=True)
class Ended:
    """What is to be judged about a world in the end.

    `switched` are the instants at which a change of region began or ended, `left` what is still
    to be done, `mended` whether the code gets over every request by now, `broken` the SDP whose
    premise it never gets over (empty: none).
    """

    seed: int
    shared: MemoryHub
    known: Known
    uploads: Sequence[Upload]
    market: Market
    switched: Sequence[datetime]
    left: Sequence[str]
    mended: bool
    broken: str = ""

    @cached_property
    def items(self) -> list[Item]:
        """Every item of the hub's state, by key."""
        return self.shared.state.items()

    @cached_property
    def receipts(self) -> Mapping[str, Receipt]:
        """The receipts by their ids."""
        found = (from_item(Receipt, item) for item in self.items if item["sk"] == "RECEIPT")
        return {each.id: each for each in found}

    @cached_property
    def sets(self) -> list[FileSet]:
        """The synchronization sets, in the order in which they ended."""
        found = [from_item(FileSet, item) for item in self.items if item["sk"] == "SET"]
        return sorted(found, key=lambda each: each.since)

    @cached_property
    def deliveries(self) -> Mapping[str, Delivery]:
        """The deliveries by their ids."""
        found = (from_item(Delivery, item) for item in self.items if item["sk"] == "DELIVERY")
        return {each.id: each for each in found}

    @cached_property
    def outbound(self) -> Mapping[str, list[bytes]]:
        """The contents of every version of each outbound object, the oldest first."""
        found: defaultdict[str, list[bytes]] = defaultdict(list)
        bucket = self.shared.outbound
        for version in bucket.versions(""):
            found[version.key].insert(0, b"".join(bucket.stream(version.key, version.version_id)))
        return found

    @cached_property
    def delivered(self) -> Mapping[str, Delivered]:
        """The outbound files by their keys, read."""
        return {key: _read(key, contents[0]) for key, contents in self.outbound.items()}

    @cached_property
    def told(self) -> Mapping[str, list[dict[str, Any]]]:
        """The events by their ids, as often as they were told."""
        found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for each in self.shared.notifications.sent:
            found[each.detail["id"]].append(each.detail)
        return found

    @cached_property
    def numbers(self) -> Mapping[str, Item]:
        """What is known of each number that was given or kept."""
        items = (
            each for each in self.shared.directory.items() if str(each["pk"]).startswith("USDP#")
        )
        return {str(item["pk"]).partition("#")[2]: item for item in items}

    def parts(self, receipt: Receipt) -> list[Part]:
        """Return the answered parts of a file, in order."""
        return list(parts(self.shared.state, receipt.id))

    def receipt(self, upload: Upload) -> Receipt | None:
        """Return the receipt of an upload, None when it has none."""
        return self.receipts.get(upload.known.id)

    def undeliverable(self, delivery: Delivery) -> bool:
        """Return whether a delivery stays undone: withheld, or given up and not allowed since."""
        if delivery.state == WITHHELD:
            return True
        report, now = delivery.report, self.shared.clock.now()
        refused = refusal(self.shared.state, report.file_id, report.org_1, report.recipient, now)
        return delivery.state == FAILED_DELIVERY and bool(refused)

    def reports(self, receipt_id: str) -> Iterator[Delivery]:
        """Yield what was decided to be sent about a file; no resends."""
        for each in self.deliveries.values():
            if each.report.subject.partition("#")[0] == receipt_id and each.resend is None:
                yield each


def _read(key: str, content: bytes) -> Delivered:
    prefix, _, name = key.partition("/")
    lines = [split(line) for line in content.decode().splitlines()]
    details = [line[1:] for line in lines if line[0] == "DTL"]
    return Delivered(prefix, name, lines[1][1:], details)
