"""Publishing: the one writer of the outbound bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress

from msgspec.structs import replace

from mdmr.exchange.files.filetypes import OUTBOUND
from mdmr.exchange.files.frame import compose
from mdmr.exchange.outbound import deliveries, plans, retrying, standby
from mdmr.exchange.outbound.delivery import Delivery, change
from mdmr.exchange.outbound.states import DELIVERED, INTENDED
from mdmr.exchange.outbound.telling import tell_delivered, tell_not_delivered
from mdmr.ports.authority import Mandate
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectTakenError
from mdmr.ports.state import ConditionFailedError, StateBusyError, Update


class DeliveryUnknownError(Exception):
    """A message names a delivery that was never decided."""


def publish(hub: Hub, delivery_id: str) -> Delivery | None:
    """Make a decided delivery: write its object, tell the recipient, note it as done.

    A delivery that is done is left alone, one that was begun is completed with the same bytes.
    One whose object cannot be written is tried again at the times of `out.retry_min`, and given
    up after the last; that, and that one is withheld, is told. With a standby in place nothing is
    written or told before the standby is seen to hold the decision: the delivery is announced
    again for later. One of a plan is left alone until all deliveries of the plan are written.
    Returns the delivery as it is then, None when nothing was to be done now. Raises
    DeliveryUnknownError, NotActiveError, StateBusyError.
    """
    delivery = deliveries.find(hub.state, delivery_id)
    if delivery is None:
        raise DeliveryUnknownError(delivery_id)
    if not delivery.open or plans.incomplete(hub.state, [delivery.report]):
        return None
    mandate = hub.lease.mandate(delivery_id)
    if not mandate.solo and not standby.holds(hub, delivery):
        standby.wait(hub, delivery)
        return None
    if delivery.state == INTENDED:
        if retrying.come_back(hub, delivery, hub.clock.now()):
            return None
        delivery = _try(hub, delivery, mandate)
    if delivery.open and delivery.state != INTENDED:
        delivery = _tell_that_not(hub, delivery, mandate)
    return delivery


def content_of(hub: Hub, delivery: Delivery) -> Iterator[bytes]:
    """Yield the pieces of the file of a delivery, the same bytes each time."""
    report, name = delivery.report, delivery.name
    common = (name.file_id, name.version, name.org_1, name.org_2, delivery.created)
    return compose(
        OUTBOUND[report.file_id].layout,
        str(name),
        (*common, *report.own),
        report.staged.count,
        hub.data.stream(report.staged.key),
        report.status,
    )


def _try(hub: Hub, delivery: Delivery, mandate: Mandate) -> Delivery:
    """Try to write the object and return the delivery as it is afterwards."""
    try:
        written = _write(hub, delivery)
    except StateBusyError:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever keeps the object from being written
        return _note_failure(hub, delivery, mandate, type(fault).__name__)
    now = hub.clock.now()
    made = replace(delivery, size=written.size, sha256=written.sha256)
    tell_delivered(hub, made)
    made = made.moved(DELIVERED, now)
    return _kept(hub, made, mandate, change(delivery, made, None))


class _Summed:
    """Pieces that are counted and hashed as they go by."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._digest.update(piece)
            self.size += len(piece)
            yield piece

    @property
    def sha256(self) -> str:
        """The hash of what went by, lower-case hex."""
        return self._digest.hexdigest()


def _write(hub: Hub, delivery: Delivery) -> _Summed:
    """Write the object of a delivery: for a resend the bytes that lie there, if they are those."""
    if delivery.resend is None:
        content = _Summed(content_of(hub, delivery))
        hub.outbound.put_new(delivery.object_key, content)
        return content
    content = _Summed(hub.outbound.stream(delivery.object_key))
    hub.outbound.put_again(delivery.object_key, _unchanged(content, delivery), delivery.id)
    return content


def _unchanged(content: _Summed, delivery: Delivery) -> Iterator[bytes]:
    """Yield the pieces of what lies there. Raises ObjectTakenError if they are not those sent."""
    yield from content
    if content.sha256 != delivery.sha256:
        raise ObjectTakenError(delivery.object_key)


def _note_failure(hub: Hub, delivery: Delivery, mandate: Mandate, why: str) -> Delivery:
    now = hub.clock.now()
    tried = retrying.failed(delivery, retrying.offsets(hub, delivery, now), now, why)
    noted = _kept(hub, tried, mandate, *retrying.note(delivery, tried, now))
    retrying.come_back(hub, noted, now)
    return noted


def _tell_that_not(hub: Hub, delivery: Delivery, mandate: Mandate) -> Delivery:
    tell_not_delivered(hub, delivery)
    told = replace(delivery, told=True)
    return _kept(hub, told, mandate, change(delivery, told, None))


def _kept(hub: Hub, after: Delivery, mandate: Mandate, *writes: Update) -> Delivery:
    """Commit a changed delivery and return it.

    When another run of the same delivery was faster, or this region lost the lease, what the
    hub holds is returned: what was written and told is the same either way, and the note is the
    business of whoever holds it.
    """
    with suppress(ConditionFailedError):
        hub.state.commit(mandate.check, *writes)
    return deliveries.find(hub.state, after.id) or after
