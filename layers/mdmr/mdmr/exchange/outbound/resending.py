"""What may be asked about a delivery by hand: its file once more, or a try of one given up.

A resend is a delivery of its own: the same bytes under the same name in the same prefix, decided,
tried and told like any other. It is written by the publish function, as a new version.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from mdmr.evidence import chain
from mdmr.evidence.records import Deed
from mdmr.exchange.ledger import incidents
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.delivery import GRACE, Delivery, Resend, Step, change, item_of
from mdmr.exchange.outbound.recipients import refusal
from mdmr.exchange.outbound.states import DELIVERED, FAILED_DELIVERY, INTENDED
from mdmr.ports.contention import Contended, retry_from
from mdmr.ports.hub import Hub
from mdmr.ports.state import Absent, ConditionFailedError, Put


class Asked(Struct, frozen=True):
    """Who asks and why; `request` is the same when one request is made twice."""

    request: str
    by: str
    why: str

    @property
    def text(self) -> str:
        """What a delivery's history keeps of it."""
        return f"{self.by}: {self.why}"


class NotPossibleError(Exception):
    """The delivery is not in the state for it, or its recipient may not be sent it (any more)."""


def resend(hub: Hub, original: Delivery, asked: Asked) -> Delivery:
    """Decide to send a delivered file once more and announce that; return the new delivery.

    What was a resend itself stands for the first delivery of its file.
    One request is decided once, however often it is made. Raises NotPossibleError, NotActiveError,
    StateBusyError.
    """
    if original.resend is not None:
        original = deliveries.find(hub.state, original.resend.of) or original
    text = f"{original.id}\n{asked.request}"
    resend_id = hashlib.sha256(text.encode()).hexdigest()[:32]
    first = original

    def attempt(delivery: Delivery) -> Delivery:
        decided = deliveries.find(hub.state, resend_id)
        return decided or _decided(hub, delivery, resend_id, asked)

    def latest() -> Delivery:
        return deliveries.find(hub.state, first.id) or first

    subject = f"resend of {first.id}"
    decided = retry_from(hub.backoff, Contended.DELIVERY, subject, attempt, first, latest)
    return _announced(hub, decided)


def deliver_after_all(hub: Hub, given_up: Delivery, asked: Asked) -> Delivery:
    """Take up a delivery again that was given up, with all its tries, and announce it.

    Its incident is closed. One that is to be made anyway is only announced. Raises
    NotPossibleError, NotActiveError.
    """
    if given_up.state == INTENDED:
        return _announced(hub, given_up)
    if given_up.state != FAILED_DELIVERY:
        message = f"{given_up.name} is {given_up.state}: only what was given up is taken up again"
        raise NotPossibleError(message)
    now, mandate = hub.clock.now(), hub.lease.mandate(given_up.id)
    _check_entitled(hub, given_up)
    anew = replace(given_up, told=False, tries=0, failed_at=None, retry_at=None)
    anew = anew.moved(INTENDED, now, asked.text)
    closed = incidents.closed(
        subject=given_up.id, what=FAILED_DELIVERY, request=asked.request, why=asked.text, at=now
    )
    try:
        chain.commit(
            hub,
            _deed("delivery taken up again", given_up, asked, now, mandate.epoch),
            mandate.check,
            change(given_up, anew, now + GRACE),
            closed,
        )
    except ConditionFailedError as error:
        message = f"{given_up.name} changed meanwhile; look again"
        raise NotPossibleError(message) from error
    return _announced(hub, anew)


def _decided(hub: Hub, original: Delivery, resend_id: str, asked: Asked) -> Delivery:
    """Commit a resend; return it. Raises ConditionFailedError when the delivery changed since."""
    if original.state != DELIVERED:
        message = f"{original.name} is {original.state}: only what was delivered is sent again"
        raise NotPossibleError(message)
    now, mandate = hub.clock.now(), hub.lease.mandate(original.id)
    _check_entitled(hub, original)
    number = original.resends + 1
    again = Delivery(
        id=resend_id,
        report=original.report,
        name=original.name,
        created=original.created,
        decided=now,
        size=original.size,
        sha256=original.sha256,
        resend=Resend(original.id, number),
        history=(Step(INTENDED, now, asked.text),),
    )
    writes = (
        Put(item_of(again, mandate.epoch), condition=Absent()),
        change(original, replace(original, resends=number), None),
    )
    deed = _deed("file sent again", original, asked, now, mandate.epoch)
    chain.commit(hub, deed, mandate.check, *writes)
    return again


def _deed(what: str, about: Delivery, asked: Asked, now: datetime, epoch: int) -> Deed:
    facts = {"delivery": about.id, "file": str(about.name), "request": asked.request}
    return Deed(what, asked.by, now, epoch, asked.why, facts)


def _check_entitled(hub: Hub, delivery: Delivery) -> None:
    report = delivery.report
    refused = refusal(hub.state, report.file_id, report.org_1, report.recipient, hub.clock.now())
    if refused:
        message = f"{report.recipient} may not be sent {delivery.name}: {refused}"
        raise NotPossibleError(message)


def _announced(hub: Hub, delivery: Delivery) -> Delivery:
    if delivery.open:
        hub.publish_queue.send({"delivery": delivery.id})
    return delivery
