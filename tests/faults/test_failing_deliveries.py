"""Deliveries that fail for a while, and a worker that dies meanwhile: only the sweep helps."""

from __future__ import annotations

from datetime import timedelta

from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.resending import Asked, resend
from mdmr.exchange.outbound.states import DELIVERED

from tests.support.calls import blocked
from tests.support.crashing import CrashAt, Seen, moments, watched
from tests.support.market import AGENT, LDC
from tests.support.pictures import Essence, essence
from tests.support.story import HOUR, platform


def test_come_to_the_same_end_wherever_the_worker_dies() -> None:
    seen = Seen()
    wanted = told(seen)
    assert not wanted.undelivered
    assert len(wanted.received) == 2
    for number, effect in enumerate(seen.effects):
        for moment in moments(effect) if effect.writes else ():
            at = CrashAt(number=number, moment=moment)
            assert told(at) == wanted, f"{moment.value} {number} {effect.name}"


def told(around: Seen) -> Essence:
    """Return what comes of two refusals and a resend while no object can be written."""
    ready = blocked(platform(), minutes=20)
    ready.forgetful = True
    ready.worker = watched(ready.worker, around)
    ready.send(AGENT, "odd", b"odd")
    ready.send(LDC, "odd", b"odd")
    ready.pass_time(4 * HOUR)
    (first,) = deliveries.of_recipient(ready.hub.state, AGENT)
    assert first.state == DELIVERED
    resend(ready.hub, first, Asked("a request", "test", "lost"))
    ready.hub.publish_queue.receive()
    ready.pass_time(timedelta(hours=2))
    return essence(ready.hub)
