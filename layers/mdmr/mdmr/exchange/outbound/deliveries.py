"""Deliveries: the intent to give an organization a file, decided together with its reason.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| delivery | `DELIVERY#<id>` | `DELIVERY` | `unfinished` until it is done; `by_organization` |
| last name time given | `OUTBOUND#<org 1>#<recipient>#<file id>` | `NAME` | |

The detail records lie in the data bucket under `staged/<hash>` before the decision is made; the
name is given in the decision, so that names follow the order of decisions. In `by_organization`
a delivery stands under `TO#<recipient>`, by the time in its name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import takewhile

from msgspec import Struct

from mdmr.calendar.instants import to_text
from mdmr.exchange.files.filetypes import OUTBOUND
from mdmr.exchange.files.names import FileName, name_time, next_free
from mdmr.exchange.outbound import plans
from mdmr.exchange.outbound.delivery import (
    BY_ORGANIZATION,
    Basis,
    Cause,
    Delivery,
    Report,
    Staged,
    Step,
    delivery_key,
    id_of,
    item_of,
    outbox,
)
from mdmr.exchange.outbound.plans import PlannedDelivery
from mdmr.exchange.outbound.recipients import refusal
from mdmr.exchange.outbound.states import DELIVERED, INTENDED, STATES, WITHHELD
from mdmr.jobs.batching import chunks
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.objects import ObjectStore
from mdmr.ports.state import Absent, AnyOf, Equal, Item, Key, Put, StateStore, Write
from mdmr.ports.views import Listing, Page, PageRequest, ReadScope, Views

# A commit holds 100 writes, one of which is the check of the lease.
_MOST_WRITES = 99
MOST_AT_ONCE = 90
_LOOKED_AT_ONCE = 100

_LISTED: Listing[Delivery] = Listing(
    name="deliveries",
    read=partial(from_item, Delivery),
    index=BY_ORGANIZATION,
    partition=outbox,
    belongs_to=lambda delivery, org_id: delivery.report.recipient == org_id,
)
NOT_DELIVERED = AnyOf(tuple(Equal("state", state) for state in STATES if state != DELIVERED))
"""What an organization is owed: waiting, given up or withheld."""

__all__ = [
    "DELIVERED",
    "INTENDED",
    "MOST_AT_ONCE",
    "NOT_DELIVERED",
    "Basis",
    "Cause",
    "Delivery",
    "Report",
    "Staged",
    "delivery_key",
    "find",
    "find_by_name",
    "id_of",
    "intend",
    "name_key",
    "of_recipient",
    "page",
    "stage",
]


@record_type()
class LastName(Struct, frozen=True):
    """The last name time that was given."""

    last: datetime


def stage(data: ObjectStore, subject: str, body: bytes, count: int) -> Staged:
    """Lay the detail records about a subject down; doing it again with the same is no fault.

    Staged objects expire, so no two subjects share one, even where their records are alike.
    """
    digest = hashlib.sha256(subject.encode() + b"|")
    digest.update(body)
    key = f"staged/{digest.hexdigest()}"
    data.put_new(key, body)
    return Staged(key, count)


def find(state: StateStore, delivery_id: str) -> Delivery | None:
    """Return a delivery, or None."""
    item = state.get(delivery_key(delivery_id))
    return None if item is None else from_item(Delivery, item)


def of_recipient(state: StateStore, org_id: str) -> Iterator[Delivery]:
    """Yield the deliveries to an organization, the latest names first.

    Just decided ones may lack for a moment, and those of a plan until all of them are written.
    """
    found = state.query_index(BY_ORGANIZATION, outbox(org_id), newest_first=True)
    return _complete(state, (from_item(Delivery, item) for item in found))


def page(state: StateStore, views: Views, scope: ReadScope, request: PageRequest) -> Page[Delivery]:
    """Return a page of the deliveries to an organization, by the time in their names.

    What is sent again stands where that was asked for. Those of a plan are left out until all of
    them are written: a page can have fewer than were asked for and not be the last.
    """
    found = views.page(_LISTED, scope, request)
    return Page(tuple(_complete(state, found.records)), found.after)


def find_by_name(state: StateStore, text: str) -> Delivery | None:
    """Return the first delivery of a file by its name, or None where no file has that name.

    A delivery that was just decided may not be found for a moment.
    """
    name = FileName.parse(text)
    if name is None or name.time is None:
        return None
    at = to_text(name.time)
    items = state.query_index(BY_ORGANIZATION, outbox(name.org_2), up_to=at, newest_first=True)
    taken = takewhile(lambda item: item["arrived"] == at, items)
    same_time = _complete(state, (from_item(Delivery, item) for item in taken))
    found = next((each for each in same_time if str(each.name) == text and not each.resend), None)
    return None if found is None else find(state, found.id)


def _complete(state: StateStore, found: Iterable[Delivery]) -> Iterator[Delivery]:
    """Leave out the deliveries of plans of which not all are written yet."""
    for some in chunks(found, _LOOKED_AT_ONCE):
        hidden = plans.incomplete(state, (each.report for each in some))
        yield from (each for each in some if plans.plan_of(each.report) not in hidden)


def intend(
    state: StateStore, reports: Sequence[Report], *, now: datetime, epoch: int
) -> tuple[list[Delivery], list[Write]]:
    """Return the deliveries of reports, in order, and the writes that decide them.

    A recipient that is not entitled now gets nothing: its delivery is withheld from the start.
    The writes go into the deciding commit; it fails when another decision took a name in
    between, and is then to be tried again from here. Raises ValueError where they are more than
    one commit holds; `MOST_AT_ONCE` reports of one type for one recipient about one LDC are not.
    """
    refused = (refusal(state, each.file_id, each.org_1, each.recipient, now) for each in reports)
    return intend_planned(state, list(map(PlannedDelivery, reports, refused)), now=now, epoch=epoch)


def intend_planned(
    state: StateStore, planned: Sequence[PlannedDelivery], *, now: datetime, epoch: int
) -> tuple[list[Delivery], list[Write]]:
    """Return what `intend` returns for reports of which is known whether they are withheld."""
    deliveries: list[Delivery] = []
    names: dict[Key, tuple[datetime | None, datetime]] = {}
    found = state.get_many(list({name_key(each.report): None for each in planned}))
    for report, refused in ((each.report, each.refused) for each in planned):
        kind, row = OUTBOUND[report.file_id], name_key(report)
        before = names[row][0] if row in names else _last_name(found.get(row))
        last = names[row][1] if row in names else before
        time = next_free(now, last, kind.digits)
        names[row] = (before, time)
        date_time = name_time(time, kind.digits)
        name = FileName(
            report.org_1, report.recipient, report.file_id, kind.layout.version, date_time
        )
        step = Step(WITHHELD if refused else INTENDED, now, refused)
        delivery = Delivery(report.delivery_id, report, name, time, now, step.what, history=(step,))
        deliveries.append(delivery)
    writes: list[Write] = [Put(item_of(each, epoch), condition=Absent()) for each in deliveries]
    writes += [_take_name(row, before, last) for row, (before, last) in names.items()]
    if len(writes) > _MOST_WRITES:
        message = f"{len(planned)} reports are more than one commit holds"
        raise ValueError(message)
    return deliveries, writes


def name_key(report: Report) -> Key:
    """Return where the last name time given for reports of this kind to this recipient lies."""
    return Key(f"OUTBOUND#{report.org_1}#{report.recipient}#{report.file_id}", "NAME")


def _last_name(item: Item | None) -> datetime | None:
    return None if item is None else from_item(LastName, item).last


def _take_name(row: Key, before: datetime | None, last: datetime) -> Put:
    unchanged = Absent() if before is None else Equal("last", to_text(before))
    return Put(to_item(LastName(last), row), condition=unchanged)
