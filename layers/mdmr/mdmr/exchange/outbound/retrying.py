"""What a failed try does to a delivery: when the next one is due, and when there is none.

The times stand on the delivery, so that whoever looks at it knows them. A delayed message brings
it back; SQS delays one by 15 minutes at most, so a longer wait is several messages in a row, each
with the rest of the time. A message that is lost is made good by the sweep: the delivery is
overdue once its next try is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from mdmr.exchange.ledger import incidents
from mdmr.exchange.outbound.delivery import GRACE, Delivery, Step, change
from mdmr.exchange.outbound.states import FAILED_DELIVERY, INTENDED
from mdmr.organizations import parameters
from mdmr.ports.hub import Hub
from mdmr.ports.state import Update

# The longest delay of a message.
_HOP = timedelta(minutes=15)
# What a failed try is called in a delivery's history.
FAILED_TRY = "FAILED_TRY"


def offsets(hub: Hub, delivery: Delivery, at: datetime) -> list[timedelta]:
    """Return how long after the first failure each further try is due (`out.retry_min`)."""
    text = parameters.value(hub.state, "out.retry_min", at=at, owner=delivery.report.recipient)
    return sorted(timedelta(minutes=int(each)) for each in text.split(","))


def failed(delivery: Delivery, after: Sequence[timedelta], at: datetime, why: str) -> Delivery:
    """Return the delivery after a try failed: with the time of the next one, or given up.

    A time that is past already is not made up for.
    """
    first = delivery.failed_at or at
    steps = (*delivery.history, Step(FAILED_TRY, at, why))
    tried = replace(delivery, failed_at=first, tries=delivery.tries + 1, history=steps)
    retry_at = next((first + each for each in after if first + each > at), None)
    tried = replace(tried, retry_at=retry_at)
    return tried if retry_at else tried.moved(FAILED_DELIVERY, at, why)


def note(before: Delivery, after: Delivery, at: datetime) -> list[Update]:
    """Return the writes that keep a failed try; an incident is opened when it was the last."""
    if after.retry_at is not None:
        return [change(before, after, after.retry_at + GRACE)]
    opened = incidents.opened(
        subject=after.id, organization=after.report.recipient, what=FAILED_DELIVERY, at=at
    )
    return [change(before, after, at + GRACE), opened]


def come_back(hub: Hub, delivery: Delivery, now: datetime) -> bool:
    """Announce a delivery for when its next try is due; return whether that is still to come."""
    if delivery.state != INTENDED or delivery.retry_at is None or delivery.retry_at <= now:
        return False
    hub.publish_queue.send({"delivery": delivery.id}, min(delivery.retry_at - now, _HOP))
    return True
