"""Held files on their way in, once the gateway is open to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mdmr.continuity.gateway import Gateway
from mdmr.exchange.inbound import intake, uploads
from mdmr.exchange.inbound.case import concern_of
from mdmr.exchange.ledger import held
from mdmr.exchange.ledger.receipts import FileState, Receipt, receipt_key
from mdmr.jobs.batching import chunks
from mdmr.ports.authority import NotActiveError
from mdmr.ports.codec import from_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import StateBusyError

_BATCH = 100


def release(hub: Hub, gateway: Gateway, until: datetime) -> bool:
    """Decide the held files that may go, in order of arrival; return whether all were come to.

    At least one is decided in each call that finds one; no more are begun once `until` is past.
    A file at which intake fails is left, so that those behind it go on. Raises NotActiveError,
    StateBusyError.
    """
    for receipt in _receipts(hub, gateway):
        # One that was decided right before a crash may still want what follows.
        if not _may_go(gateway, receipt) and receipt.followed:
            continue
        try:
            intake.release(hub, receipt.arrival)
        except (NotActiveError, StateBusyError):
            raise
        except Exception:  # noqa: BLE001, S112 - told anew afterwards, which gives up properly
            continue
        if hub.clock.now() > until:
            return False
    return True


def hand_over(hub: Hub, gateway: Gateway) -> None:
    """Hand what is still held and may go to intake: late ones, and those that failed."""
    for receipt in _receipts(hub, gateway):
        if _may_go(gateway, receipt):
            hub.arrivals_queue.send(uploads.message_of(receipt.arrival))


def count_held(hub: Hub, gateway: Gateway) -> int:
    """Return how many files are held now."""
    return sum(each.state is FileState.HELD for each in _receipts(hub, gateway))


def _may_go(gateway: Gateway, receipt: Receipt) -> bool:
    concern = concern_of(receipt.arrival)
    return receipt.state is FileState.HELD and gateway.releases(concern)


def _receipts(hub: Hub, gateway: Gateway) -> Iterator[Receipt]:
    """Yield the receipts of the files held in this closure, by arrival, then name."""
    for batch in chunks(held.of_closure(hub.state, gateway.closure), _BATCH):
        keys = [receipt_key(each.receipt_id) for each in batch]
        found = hub.state.get_many(keys)
        yield from (from_item(Receipt, found[key]) for key in keys)
