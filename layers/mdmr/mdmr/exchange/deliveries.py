"""Deliveries: the intent to give an organization a file, decided together with its reason.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| delivery | `DELIVERY#<id>` | `DELIVERY` | `unfinished` until it is done |
| last name time given | `OUTBOUND#<org 1>#<recipient>#<file id>` | `NAME` | |

The detail records lie in the data bucket under `staged/<hash>` before the decision is made; the
name is given in the decision, so that names follow the order of decisions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from mdmr.calendar.instants import from_text, to_text
from mdmr.exchange import unfinished
from mdmr.exchange.filetypes import OUTBOUND
from mdmr.exchange.names import FileName, name_time, next_free
from mdmr.ports.objects import ObjectStore
from mdmr.ports.state import Absent, Equal, Item, Key, Put, StateStore, Update, Value, Write

INTENDED, DELIVERED = "INTENDED", "DELIVERED"
# A delivery that is not done this long after its decision is announced again by the sweep.
GRACE = timedelta(minutes=10)


@dataclass(frozen=True)
class Staged:
    """Detail records laid down in the data bucket: their key and how many they are."""

    key: str
    count: int


@dataclass(frozen=True)
class Report:
    """What is to be delivered: to whom, which file, about what.

    `subject` tells reports of one kind and recipient apart: with it, the delivery's id is the
    same however often the decision is tried. `own` are the FHR fields from field 8 on.
    """

    file_id: str
    org_1: str
    recipient: str
    subject: str
    staged: Staged
    own: tuple[str | int, ...] = ()

    @property
    def delivery_id(self) -> str:
        """The id of the delivery, derived from what it is."""
        text = f"{self.file_id}\n{self.org_1}\n{self.recipient}\n{self.subject}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Delivery:
    """A decided delivery with the name it goes out under.

    `created` is the time in its name and header: not before `decided`, but later when several
    files for one recipient were decided at once.
    """

    id: str
    report: Report
    name: FileName
    created: datetime
    decided: datetime
    state: str = INTENDED

    @property
    def object_key(self) -> str:
        """The key in the outbound bucket: only ever in the recipient's prefix."""
        return f"{self.report.recipient}/{self.name}"


def stage(data: ObjectStore, subject: str, body: bytes, count: int) -> Staged:
    """Lay the detail records about a subject down; doing it again with the same is no fault.

    Staged objects expire, so no two subjects share one, even where their records are alike.
    """
    key = f"staged/{hashlib.sha256(subject.encode() + b'|' + body).hexdigest()}"
    data.put_new(key, body)
    return Staged(key, count)


def delivery_key(delivery_id: str) -> Key:
    """Return where a delivery lies."""
    return Key(f"DELIVERY#{delivery_id}", "DELIVERY")


def find(state: StateStore, delivery_id: str) -> Delivery | None:
    """Return a delivery, or None."""
    item = state.get(delivery_key(delivery_id))
    return None if item is None else delivery_of(item)


def intend(
    state: StateStore, reports: Sequence[Report], *, now: datetime, epoch: int
) -> tuple[list[Delivery], list[Write]]:
    """Return the deliveries of reports, in order, and the writes that decide them.

    The writes go into the deciding commit; it fails when another decision took a name in
    between, and is then to be tried again from here.
    """
    deliveries: list[Delivery] = []
    names: dict[Key, tuple[Item | None, datetime]] = {}
    for report in reports:
        digits = OUTBOUND[report.file_id].digits
        row = _name_key(report)
        before, last = names.get(row) or _last_name(state, row)
        time = next_free(now, last, digits)
        names[row] = (before, time)
        version = OUTBOUND[report.file_id].layout.version
        name = FileName(
            report.org_1, report.recipient, report.file_id, version, name_time(time, digits)
        )
        deliveries.append(Delivery(report.delivery_id, report, name, time, now))
    writes: list[Write] = [_put(each, epoch) for each in deliveries]
    writes += [_take_name(row, before, last) for row, (before, last) in names.items()]
    return deliveries, writes


def done(delivery: Delivery, *, at: datetime, size: int, sha256: str) -> Update:
    """Return the write that notes a delivery as made; its condition fails when it is already."""
    return Update(
        delivery_key(delivery.id),
        set={"state": DELIVERED, "delivered_at": to_text(at), "size": size, "sha256": sha256},
        remove=unfinished.MARKS,
        condition=Equal("state", INTENDED),
    )


def _name_key(report: Report) -> Key:
    return Key(f"OUTBOUND#{report.org_1}#{report.recipient}#{report.file_id}", "NAME")


def _last_name(state: StateStore, row: Key) -> tuple[Item | None, datetime | None]:
    item = state.get(row)
    return item, None if item is None else from_text(str(item["last"]))


def _take_name(row: Key, before: Item | None, last: datetime) -> Update:
    unchanged = Absent() if before is None else Equal("last", before["last"])
    return Update(row, set={"last": to_text(last)}, condition=unchanged)


def _put(delivery: Delivery, epoch: int) -> Put:
    report = delivery.report
    key = delivery_key(delivery.id)
    item: dict[str, Value] = {
        "pk": key.partition,
        "sk": key.sort,
        "file_id": report.file_id,
        "org_1": report.org_1,
        "recipient": report.recipient,
        "subject": report.subject,
        "staged_key": report.staged.key,
        "count": report.staged.count,
        "own": list(report.own),
        "name": str(delivery.name),
        "created": to_text(delivery.created),
        "decided": to_text(delivery.decided),
        "state": INTENDED,
        "epoch": epoch,
        **unfinished.until(delivery.decided + GRACE),
    }
    return Put(item, condition=Absent())


def id_of(item: Item) -> str:
    """Return the id of the delivery of an item."""
    return str(item["pk"]).partition("#")[2]


def delivery_of(item: Item) -> Delivery:
    """Return the delivery of an item."""
    name = FileName.parse(str(item["name"]))
    if name is None:
        message = f"delivery {item['pk']} has no outbound name"
        raise ValueError(message)
    report = Report(
        file_id=str(item["file_id"]),
        org_1=str(item["org_1"]),
        recipient=str(item["recipient"]),
        subject=str(item["subject"]),
        staged=Staged(str(item["staged_key"]), int(str(item["count"]))),
        own=tuple(_plain(each) for each in cast("Sequence[Value]", item["own"])),
    )
    return Delivery(
        id=id_of(item),
        report=report,
        name=name,
        created=from_text(str(item["created"])),
        decided=from_text(str(item["decided"])),
        state=str(item["state"]),
    )


def _plain(value: Value) -> str | int:
    return int(value) if isinstance(value, (int, Decimal)) else str(value)
