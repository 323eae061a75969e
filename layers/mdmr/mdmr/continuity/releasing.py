"""Held files on their way in, once the gateway is open to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from mdmr.continuity.gateway import Gateway
from mdmr.exchange import held, intake, uploads
from mdmr.exchange.case import concern_of
from mdmr.exchange.receipts import Arrival, FileState, receipt_key, receipt_of
from mdmr.ports.authority import NotActiveError
from mdmr.ports.hub import Hub
from mdmr.ports.state import StateBusyError

_BATCH = 100


def release(hub: Hub, gateway: Gateway, until: datetime) -> bool:
    """Decide the held files that may go, in order of arrival; return whether all were come to.

    At least one is decided in each call that finds one; no more are begun once `until` is past.
    A file at which intake fails is left, so that those behind it go on. Raises NotActiveError,
    StateBusyError.
    """
    for arrival in _waiting(hub, gateway):
        try:
            intake.release(hub, arrival)
        except (NotActiveError, StateBusyError):
            raise
        except Exception:  # noqa: BLE001, S112 - handed to the intake queue afterwards, which gives up properly
            continue
        if hub.clock.now() > until:
            return False
    return True


def hand_over(hub: Hub, gateway: Gateway) -> None:
    """Hand what is still held and may go to the intake queue: late ones, and those that failed."""
    for arrival in _waiting(hub, gateway):
        hub.intake_queue.send(uploads.message_of(arrival))


def count_held(hub: Hub, gateway: Gateway) -> int:
    """Return how many files are held now."""
    return sum(1 for _ in _held(hub, gateway))


def _waiting(hub: Hub, gateway: Gateway) -> Iterator[Arrival]:
    """Yield the held files that the gateway releases, by arrival, then name."""
    for arrival in _held(hub, gateway):
        if gateway.releases(concern_of(arrival)):
            yield arrival


def _held(hub: Hub, gateway: Gateway) -> Iterator[Arrival]:
    """Yield the files that are held now, by arrival, then name."""
    files = held.of_closure(hub.state, gateway.closure)
    while batch := list(islice(files, _BATCH)):
        keys = [receipt_key(each.receipt_id) for each in batch]
        found = hub.state.get_many(keys)
        for key in keys:
            receipt = receipt_of(found[key])
            if receipt.state is FileState.HELD:
                yield receipt.arrival
