"""What a report waits for in the other region, one thing missing at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.exchange.files.frame import UNREAD
from mdmr.exchange.ledger.receipts import receipt_key
from mdmr.exchange.outbound import deliveries, standby
from mdmr.exchange.outbound.delivery import Delivery, Step
from mdmr.ports.state import Put, Update
from mdmr.stores.memory.hub import MemoryHub
from mdmr.stores.memory.regions import OTHER_REGION, Change
from msgspec.structs import replace

from tests.support.market import AGENT, NOON
from tests.unit.exchange.test_standby import Paired, refused, sent_again, summarized

SECOND = timedelta(seconds=1)


def delivery_of(paired: Paired, delivery_id: str) -> Delivery:
    found = deliveries.find(paired.hub.state, delivery_id)
    assert found is not None
    return found


def holds(paired: Paired, delivery_id: str) -> bool:
    return standby.holds(paired.hub, delivery_of(paired, delivery_id))


def there(paired: Paired) -> MemoryHub:
    return paired.pair.hubs[OTHER_REGION]


def deliver_but(paired: Paired, *begins: str) -> list[Change]:
    """Let all arrive but what lies under keys that begin so; return that."""
    late = [each for each in paired.pair.on_its_way if each.key.startswith(begins)]
    paired.pair.deliver(*(each for each in paired.pair.on_its_way if each not in late))
    return late


def test_a_name_counts_once_its_own_time_or_a_later_one_has_arrived() -> None:
    paired, first = refused()
    paired.pair.deliver_all()
    assert holds(paired, first)
    paired.clock.advance(SECOND)
    paired.send("odd too", b"odd")
    (second,) = paired.owed()
    # There lies the name that the first one took: it is older than that of the second.
    (late,) = deliver_but(paired, "OUTBOUND#")
    assert not holds(paired, second)
    paired.pair.deliver(late)
    assert holds(paired, second)
    assert holds(paired, first)


def test_a_resend_waits_until_the_first_delivery_counts_it() -> None:
    paired, again = sent_again()
    of = delivery_of(paired, again).resend
    assert of is not None
    (late,) = deliver_but(paired, f"DELIVERY#{of.of}")
    assert not holds(paired, again)
    paired.pair.deliver(late)
    assert holds(paired, again)


def test_a_resend_does_not_ask_for_staged_records() -> None:
    paired, again = sent_again()
    paired.pair.deliver_all()
    report = delivery_of(paired, again).report
    gone = replace(report, staged=replace(report.staged, key="staged/gone"))
    delivery = delivery_of(paired, again)
    assert standby.holds(paired.hub, replace(delivery, report=gone))
    assert not standby.holds(paired.hub, replace(delivery, report=gone, resend=None))


def test_a_summary_does_not_wait_for_rows_of_other_runs() -> None:
    paired, summary = summarized()
    paired.pair.deliver_all()
    basis = delivery_of(paired, summary).report.basis
    assert basis.rows is not None
    other = {"pk": basis.rows.partition, "sk": "identifiers-20250820T130000#x"}
    paired.hub.state.commit(Put(other))
    assert holds(paired, summary)
    own = {"pk": basis.rows.partition, "sk": f"{basis.rows.sort}x"}
    paired.hub.state.commit(Put(own))
    assert not holds(paired, summary)


@pytest.mark.parametrize(("sha256", "waits"), [("digest", True), (UNREAD, False)])
def test_an_upload_of_which_nothing_was_read_is_not_waited_for(sha256: str, *, waits: bool) -> None:
    paired, answer = refused()
    cause = delivery_of(paired, answer).report.cause
    assert cause is not None
    paired.hub.state.commit(Update(receipt_key(cause.receipt), set={"sha256": sha256}))
    late = deliver_but(paired, f"{AGENT}/")
    assert late
    assert holds(paired, answer) is not waits
    paired.pair.deliver(*late)
    assert holds(paired, answer)


def test_the_wait_counts_from_the_last_step() -> None:
    paired, answer = refused()
    delivery = delivery_of(paired, answer)
    steps = (*delivery.history, Step("FAILED_TRY", NOON + 60 * SECOND))
    paired.clock.move_to(NOON + 80 * SECOND)
    standby.wait(paired.hub, replace(delivery, history=steps))
    assert paired.hub.publish_queue.next_due == NOON + 100 * SECOND
    assert there(paired).publish_queue.messages == []
