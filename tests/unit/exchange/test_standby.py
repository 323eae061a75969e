"""Replicate, then report: what a report waits for, with a standby in place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from mdmr.continuity.renewing import renew
from mdmr.continuity.start import start
from mdmr.continuity.switching import Order, stand_alone
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.runs import close_slot
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.exchange.ledger.slots import Slot
from mdmr.exchange.outbound import batches, deliveries, plans
from mdmr.exchange.outbound.publishing import publish
from mdmr.exchange.outbound.resending import Asked, resend
from mdmr.exchange.outbound.states import DELIVERED, WITHHELD
from mdmr.identifiers.answering import answer_requests
from mdmr.identifiers.summarizing import summarize
from mdmr.ports.state import Put
from mdmr.stores.memory.hub import REGION, MemoryHub
from mdmr.stores.memory.outside import FixedClock
from mdmr.stores.memory.regions import OTHER_REGION, RegionPair

from tests.support.market import (
    AGENT,
    LDC,
    NOON,
    end_authorization,
    name,
    register,
    request,
    set_parameter,
)
from tests.support.plan_calls import PLAN, decide, reports

SLOT_END = NOON.replace(minute=15)
SLOT = Slot("identifiers", SLOT_END)
SECOND = timedelta(seconds=1)


class Paired:
    """A hub with a standby, and the market registered in it; all of that has arrived."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOON)
        self.pair = RegionPair(self.clock)
        self.hub: MemoryHub = self.pair.hubs[REGION]
        start(self.hub, REGION, by="test")
        register(self.hub)
        set_parameter(self.hub, "out.max_details", "2")
        self.pair.deliver_all()

    def send(self, file_name: str, body: bytes) -> None:
        take_in(self.hub, Arrival.of(self.hub.inbound.upload(f"{AGENT}/{file_name}", body)))

    def owed(self) -> list[str]:
        """Return the deliveries that were announced and are to be made now."""
        return [str(each["delivery"]) for each in self.hub.publish_queue.receive(99)]

    def goes_out(self, delivery_id: str) -> bool:
        """Try to publish and return whether that got through."""
        publish(self.hub, delivery_id)
        found = deliveries.find(self.hub.state, delivery_id)
        assert found is not None
        written = found.object_key in self.hub.outbound.keys()  # noqa: SIM118 - a bucket, no mapping
        assert (found.state == DELIVERED) is written
        return written


def refused() -> tuple[Paired, str]:
    """A file that is refused, and its FR01."""
    paired = Paired()
    paired.send("odd", b"odd")
    return paired, *paired.owed()  # type: ignore[return-value]


def with_requests() -> Paired:
    paired = Paired()
    paired.send(name(), request(name(), "SP-1", "SP-2", "SP-3"))
    paired.clock.move_to(SLOT_END)
    paired.pair.deliver_all()
    renew(paired.hub, REGION)
    close_slot(paired.hub, SLOT)
    paired.pair.deliver_all()
    return paired


def answered() -> tuple[Paired, str]:
    """A request file answered in two parts, and the 2000 of the last."""
    paired = with_requests()
    answer_requests(paired.hub, SLOT, LDC, until=SLOT_END)
    # The first part and what was claimed for it have arrived.
    first, last = paired.owed()
    assert first != last
    return paired, last


def summarized() -> tuple[Paired, str]:
    """The IR01 of a slot."""
    paired = with_requests()
    answer_requests(paired.hub, SLOT, LDC, until=SLOT_END)
    paired.owed()
    summarize(paired.hub, SLOT, LDC)
    return paired, paired.owed()[-1]


def sent_again() -> tuple[Paired, str]:
    """A resend of a file that was delivered."""
    paired, delivery_id = refused()
    paired.pair.deliver_all()
    publish(paired.hub, delivery_id)
    paired.pair.deliver_all()
    delivery = deliveries.find(paired.hub.state, delivery_id)
    assert delivery is not None
    again = resend(paired.hub, delivery, Asked("a request", "test", "lost"))
    return paired, again.id


# The numbers in a 2000 are not waited for, nor what tells where work is left.
WAITED_FOR = {
    refused: {"RECEIPT", "DELIVERY", "OUTBOUND", "staged", AGENT},
    answered: {"RECEIPT", "DELIVERY", "OUTBOUND", "staged", "ANSWER", "SLOT", "IR01"},
}


@pytest.mark.parametrize("decided", [refused, answered, summarized])
def test_a_report_goes_out_once_all_has_arrived(
    decided: Callable[[], tuple[Paired, str]],
) -> None:
    paired, delivery_id = decided()
    assert not paired.goes_out(delivery_id)
    paired.pair.deliver_all()
    assert paired.goes_out(delivery_id)


@pytest.mark.parametrize("decided", WAITED_FOR)
def test_it_waits_for_every_single_thing_that_was_decided_with_it(
    decided: Callable[[], tuple[Paired, str]],
) -> None:
    count = len(decided()[0].pair.on_its_way)
    waited_for = set()
    for number in range(count):
        paired, delivery_id = decided()
        late = paired.pair.on_its_way[number]
        # What was written to the same place later is late as well.
        also = [
            e for e in paired.pair.on_its_way[number:] if (e.port, e.key) == (late.port, late.key)
        ]
        paired.pair.deliver(*(each for each in paired.pair.on_its_way if each not in also))
        if not paired.goes_out(delivery_id):
            waited_for.add(late.key.partition("#")[0].partition("/")[0])
    assert waited_for == WAITED_FOR[decided]


def test_a_summary_waits_for_the_rows_that_it_sums_up() -> None:
    paired, delivery_id = summarized()
    rows = [each for each in paired.pair.on_its_way if each.key.startswith("IR01#")]
    assert rows
    paired.pair.deliver(*(each for each in paired.pair.on_its_way if each not in rows))
    assert not paired.goes_out(delivery_id)
    paired.pair.deliver_all()
    assert paired.goes_out(delivery_id)


def test_a_resend_waits_for_its_decision_and_not_for_staged_records() -> None:
    paired, delivery_id = sent_again()
    publish(paired.hub, delivery_id)
    assert len(list(paired.hub.outbound.versions(""))) == 1
    paired.pair.deliver_all()
    publish(paired.hub, delivery_id)
    assert len(list(paired.hub.outbound.versions(""))) == 2


def test_that_something_is_withheld_is_told_no_sooner() -> None:
    paired = with_requests()
    answer_requests(paired.hub, SLOT, LDC, until=SLOT_END)
    paired.pair.deliver_all()
    paired.owed()
    end_authorization(paired.hub, AGENT, "IR01", at=NOON)
    summarize(paired.hub, SLOT, LDC)
    delivery_id = paired.owed()[-1]
    assert publish(paired.hub, delivery_id) is None
    found = deliveries.find(paired.hub.state, delivery_id)
    assert found is not None
    assert found.state == WITHHELD
    assert paired.hub.notifications.sent == []
    paired.pair.deliver_all()
    publish(paired.hub, delivery_id)
    assert [each.kind for each in paired.hub.notifications.sent] == ["DELIVERY_WITHHELD"]


def test_it_is_announced_again_after_as_long_as_it_has_waited() -> None:
    paired, delivery_id = refused()
    delays = []
    for _ in range(12):
        publish(paired.hub, delivery_id)
        due = paired.hub.publish_queue.next_due
        assert due is not None
        delays.append((due - paired.clock.now()).total_seconds())
        paired.clock.move_to(due)
        paired.owed()
        renew(paired.hub, REGION)
    assert delays[:5] == [1, 1, 2, 4, 8]
    assert delays[-1] == 300


def test_it_waits_as_long_as_the_other_region_does_not_answer() -> None:
    paired, delivery_id = refused()
    paired.pair.deliver_all()
    paired.pair.link_down = True
    assert not paired.goes_out(delivery_id)
    paired.pair.link_down = False
    assert paired.goes_out(delivery_id)


def test_it_waits_for_nothing_once_the_region_stands_alone() -> None:
    paired, delivery_id = refused()
    paired.pair.link_down = True
    stand_alone(paired.hub, Order(REGION, "test", "the standby is lost"))
    assert paired.goes_out(delivery_id)


def test_what_goes_out_is_what_the_other_region_would_send() -> None:
    paired, delivery_id = refused()
    paired.pair.deliver_all()
    paired.goes_out(delivery_id)
    standby = paired.pair.hubs[OTHER_REGION]
    held = deliveries.find(standby.state, delivery_id)
    assert held is not None
    assert held.object_key in paired.hub.outbound.keys()  # noqa: SIM118 - a bucket, no mapping
    assert standby.data.read(held.report.staged.key)


def test_one_of_a_plan_waits_until_all_of_the_plan_is_written_there() -> None:
    paired = Paired()
    decide(paired.hub, reports(paired.hub))
    before = paired.hub.state.get(plans.progress_key(PLAN))
    assert before is not None
    batches.run(paired.hub, PLAN)
    first = paired.owed()[0]
    assert publish(paired.hub, first) is None
    paired.pair.deliver_all()
    there = paired.pair.hubs[OTHER_REGION].state
    arrived = there.get(plans.progress_key(PLAN))
    assert arrived is not None
    there.commit(Put(before))
    assert publish(paired.hub, first) is None
    there.commit(Put(arrived))
    found = publish(paired.hub, first)
    assert found is not None
    assert found.state == DELIVERED
