"""What became of an organization's files, for its staff and the operator to see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile

from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.ports.hub import Hub

MOST = 1_000


@dataclass(frozen=True)
class FileShown:
    """A file with its present state, the reason of it, and since when."""

    receipt: Receipt
    reason: str
    since: datetime


def files(hub: Hub, org_id: str, since: datetime | None = None) -> Iterator[FileShown]:
    """Yield the files that an organization sent, newest first, at most `MOST`."""
    found = receipts.of_organization(hub.state, org_id)
    recent = takewhile(lambda each: since is None or each.arrival.arrived >= since, found)
    yield from map(shown, islice(recent, MOST))


def shown(receipt: Receipt) -> FileShown:
    """Return a file as it is shown."""
    step = receipt.history[-1]
    return FileShown(receipt, step.reason, step.at)
