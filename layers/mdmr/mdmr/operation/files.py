"""What became of an organization's files and of what is for it, for whoever operates the hub."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import islice, takewhile

from msgspec import Struct

from mdmr.exchange.files.names import FileName
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.identifiers import progress
from mdmr.operation.pages import Pages
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub

MOST = 1_000


class Standing(Struct, frozen=True):
    """Files that came in, and deliveries: those about the files, or those not made."""

    files: tuple[Receipt, ...] = ()
    deliveries: tuple[Delivery, ...] = ()


def of_organization(hub: Hub, pages: Pages, org_id: str, since: datetime | None = None) -> Standing:
    """Return a page of the files that an organization sent and of what it is owed, newest first.

    Owed is what is not delivered: waiting, given up or withheld.
    """
    sent = pages.read(partial(hub.views.page, receipts.FILES), org_id, since=since)
    owed = pages.read(
        partial(deliveries.page, hub.state, hub.views),
        org_id,
        since=since,
        matching=deliveries.NOT_DELIVERED,
    )
    return Standing(sent, owed)


def of_id(hub: Hub, text: str) -> Standing:
    """Return the file whose receipt has this id with the deliveries about it, or the delivery."""
    receipt = receipts.find(hub.state, text)
    if receipt is not None:
        return Standing((receipt,), tuple(_about(hub, receipt)))
    delivery = deliveries.find(hub.state, text)
    return Standing() if delivery is None else Standing(deliveries=(delivery,))


def of_name(hub: Hub, org_id: str, name: str) -> Standing:
    """Return each version of a file that an organization sent, with the deliveries about it.

    Newest first. Where the name is that of a file that the hub sends, it is its delivery.
    """
    files = tuple(_versions(hub, f"{org_id}/{name}"))
    found = [each for receipt in files for each in _about(hub, receipt)]
    sent = deliveries.find_by_name(hub.state, name)
    if sent is not None and sent.report.recipient == org_id:
        found.append(sent)
    return Standing(files, tuple({each.id: each for each in found}.values()))


def sender_of(name: str) -> str:
    """Return the organization whose prefix a file name tells, inbound or outbound; else empty."""
    elements = FileName.parse(name)
    return elements.org_2 if elements else ""


def _versions(hub: Hub, key: str) -> Iterator[Receipt]:
    """Yield the receipts of an object's versions; one that has none yet has just arrived."""
    # A key comes before those that it begins.
    found = takewhile(lambda each: each.key == key, hub.inbound.versions(key))
    arrivals = [Arrival.of(each) for each in islice(found, MOST)]
    known = hub.state.get_many(receipts.receipt_key(each.id) for each in arrivals)
    for each in arrivals:
        item = known.get(receipts.receipt_key(each.id))
        if item is None:
            yield Receipt(each, FileState.ARRIVED, epoch=0, sha256="")
        else:
            yield from_item(receipts.Receipt, item)


def _about(hub: Hub, receipt: Receipt) -> Iterator[Delivery]:
    """Yield the deliveries about a file: its refusal, its answers."""
    answers = (part.delivery for part in progress.parts(hub.state, receipt.id))
    for each in (*receipt.deliveries, *answers):
        delivery = deliveries.find(hub.state, each)
        if delivery is not None:
            yield delivery
