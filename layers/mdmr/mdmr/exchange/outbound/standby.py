"""Replicate, then report: nothing is told before the other region is seen to hold it.

What an organization was told is then known wherever the hub goes on. The decision's items arrive
there one by one, so each is looked for: the delivery, what was decided with it, the name it took,
and, in the buckets, the upload and the staged records. The numbers in a 2000 are not: they are
derived, and the staged records name them.
"""

from __future__ import annotations

from datetime import timedelta

from mdmr.calendar.instants import to_text
from mdmr.exchange.files.frame import UNREAD
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.exchange.outbound import plans
from mdmr.exchange.outbound.deliveries import name_key
from mdmr.exchange.outbound.delivery import Basis, Delivery, delivery_key
from mdmr.ports.hub import Hub
from mdmr.ports.peer import PeerUnreachableError
from mdmr.ports.state import Key, key_of

_SOON, _LATEST = timedelta(seconds=1), timedelta(minutes=5)


def holds(hub: Hub, delivery: Delivery) -> bool:
    """Return whether the other region is seen to hold a delivery and what it rests on.

    False also when it does not answer.
    """
    try:
        return _holds_items(hub, delivery) and _holds_objects(hub, delivery)
    except PeerUnreachableError:
        return False


def wait(hub: Hub, delivery: Delivery) -> None:
    """Announce a delivery again, after about as long as it has waited since its last step."""
    waited = hub.clock.now() - delivery.history[-1].at
    delay = min(max(waited, _SOON), _LATEST)
    hub.publish_queue.send({"delivery": delivery.id}, delay)


def _holds_items(hub: Hub, delivery: Delivery) -> bool:
    name, basis = name_key(delivery.report), delivery.report.basis
    keys = [delivery_key(delivery.id), *basis.items, *_rows(hub, basis)]
    if delivery.resend is not None:
        keys.append(delivery_key(delivery.resend.of))
    here = hub.state.get_many(keys)
    # The progress of a plan goes on meanwhile: there, too, all of its deliveries must be written.
    progress = [plans.progress_key(plan_id)] if (plan_id := plans.plan_of(delivery.report)) else []
    there = hub.peer.get_many([*keys, name, *progress])
    if not all(plans.is_complete(there.get(key)) for key in progress):
        return False
    # Names are given in the order of time: one at or after this delivery's has taken its.
    named = name in there and str(there[name]["last"]) >= to_text(delivery.created)
    return named and all(there.get(key) == item for key, item in here.items())


def _rows(hub: Hub, basis: Basis) -> list[Key]:
    if basis.rows is None:
        return []
    found = hub.state.query(basis.rows.partition, prefix=basis.rows.sort)
    return [key_of(item) for item in found]


def _holds_objects(hub: Hub, delivery: Delivery) -> bool:
    upload = _upload(hub, delivery)
    if upload is not None and not hub.peer.has_inbound(upload.key, upload.version_id):
        return False
    # What is sent again lies in the outbound bucket; its staged records may be gone by then.
    return delivery.resend is not None or hub.peer.has_data(delivery.report.staged.key)


def _upload(hub: Hub, delivery: Delivery) -> Arrival | None:
    """Return the upload that a report answers; None also for one of which nothing was read."""
    cause = delivery.report.cause
    receipt = receipts.find(hub.state, cause.receipt) if cause else None
    return None if receipt is None or receipt.sha256 == UNREAD else receipt.arrival
