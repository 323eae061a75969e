"""Tries, retries and resends at their boundaries: when the next is due, when there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta

import pytest
from mdmr.calendar.instants import to_text
from mdmr.evidence import chain
from mdmr.evidence.records import Record
from mdmr.exchange.ledger.incidents import incident_key
from mdmr.exchange.outbound import deliveries, retrying
from mdmr.exchange.outbound.delivery import Delivery, Resend, Step, delivery_key
from mdmr.exchange.outbound.publishing import content_of, publish
from mdmr.exchange.outbound.resending import Asked, NotPossibleError, deliver_after_all, resend
from mdmr.exchange.outbound.states import DELIVERED, FAILED_DELIVERY, INTENDED
from mdmr.ports.codec import from_item
from mdmr.ports.state import StateBusyError, Update
from mdmr.stores.memory.objects import MemoryObjects
from msgspec.structs import replace

from tests.support.calls import blocked
from tests.support.market import AGENT, LDC, NOON, set_parameter
from tests.support.story import HOUR, Platform, platform
from tests.unit.contested import Contested, touches
from tests.unit.epochs import Growing
from tests.unit.exchange.test_delivery_items import BARE
from tests.unit.exchange.test_publishing import ASKED, MINUTE, now, owed

SECOND = timedelta(seconds=1)
AFTER = [10 * MINUTE, 30 * MINUTE, 60 * MINUTE]


@pytest.fixture
def hub() -> Platform:
    return platform()


@pytest.fixture
def delivered(hub: Platform) -> Delivery:
    delivery = owed(hub)
    hub.settle()
    hub.clock.advance(HOUR)
    return now(hub, delivery)


@pytest.fixture
def given_up(hub: Platform) -> Delivery:
    blocked(hub, minutes=600)
    delivery = owed(hub)
    hub.pass_time(2 * HOUR)
    hub.hub.publish_queue.receive(99)
    return now(hub, delivery)


def item_of(hub: Platform, delivery: Delivery) -> dict[str, object]:
    return dict(hub.hub.state.get(delivery_key(delivery.id)) or {})


class TestAFailedTry:
    @pytest.mark.parametrize(
        ("minutes", "due"),
        [(0, 10), (9, 10), (10, 30), (29, 30), (30, 60), (59, 60)],
    )
    def test_is_followed_by_the_next_time_that_still_lies_ahead(
        self, minutes: int, due: int
    ) -> None:
        before = replace(BARE, failed_at=NOON, tries=2)
        tried = retrying.failed(before, AFTER, NOON + minutes * MINUTE, "KeyError")
        assert (tried.state, tried.retry_at) == (INTENDED, NOON + due * MINUTE)
        assert (tried.failed_at, tried.tries) == (NOON, 3)
        assert tried.history == (
            *BARE.history,
            Step("FAILED_TRY", NOON + minutes * MINUTE, "KeyError"),
        )

    @pytest.mark.parametrize("minutes", [60, 61])
    def test_is_the_last_one_from_the_last_time_on(self, minutes: int) -> None:
        before = replace(BARE, failed_at=NOON)
        tried = retrying.failed(before, AFTER, NOON + minutes * MINUTE, "KeyError")
        assert (tried.state, tried.retry_at) == (FAILED_DELIVERY, None)
        assert tried.history[-1] == Step(FAILED_DELIVERY, NOON + minutes * MINUTE, "KeyError")

    def test_that_is_the_first_begins_the_count(self) -> None:
        tried = retrying.failed(BARE, AFTER, NOON + MINUTE, "KeyError")
        assert (tried.failed_at, tried.tries) == (NOON + MINUTE, 1)
        assert tried.retry_at == NOON + 11 * MINUTE

    def test_has_its_times_in_order_for_that_recipient(self, hub: Platform) -> None:
        set_parameter(hub.hub, "out.retry_min", "7")
        set_parameter(hub.hub, "out.retry_min", "30,5", AGENT)
        assert retrying.offsets(hub.hub, BARE, NOON) == [5 * MINUTE, 30 * MINUTE]
        to_ldc = replace(BARE, report=replace(BARE.report, recipient=LDC))
        assert retrying.offsets(hub.hub, to_ldc, NOON) == [7 * MINUTE]

    def test_is_noted_until_after_the_next_one(self) -> None:
        tried = replace(BARE, retry_at=NOON + HOUR)
        (write,) = retrying.note(BARE, tried, NOON)
        assert write.set["due"] == to_text(NOON + HOUR + 10 * MINUTE)

    def test_that_is_the_last_is_noted_with_an_incident(self) -> None:
        write, opened = retrying.note(BARE, BARE, NOON)
        assert write.set["due"] == to_text(NOON + 10 * MINUTE)
        assert opened.key == incident_key(subject="d-2", what=FAILED_DELIVERY)
        told = {name: opened.set[name] for name in ("subject", "concerns", "what", "opened")}
        assert told == {
            "subject": "d-2",
            "concerns": AGENT,
            "what": FAILED_DELIVERY,
            "opened": to_text(NOON),
        }


class TestTheNextTry:
    @pytest.mark.parametrize(
        ("due", "delay"), [(1 / 60, 1 / 60), (14, 14), (15, 15), (16, 15), (600, 15)]
    )
    def test_is_announced_for_its_time_or_for_the_longest_delay(
        self, hub: Platform, due: float, delay: float
    ) -> None:
        waits = replace(BARE, retry_at=NOON + due * MINUTE)
        assert retrying.come_back(hub.hub, waits, NOON) is True
        assert hub.hub.publish_queue.messages == [{"delivery": "d-2"}]
        assert hub.hub.publish_queue.next_due == NOON + delay * MINUTE

    @pytest.mark.parametrize(
        "delivery",
        [
            BARE,
            replace(BARE, retry_at=NOON),
            replace(BARE, retry_at=NOON - SECOND),
            replace(BARE, state=DELIVERED, retry_at=NOON + MINUTE),
        ],
    )
    def test_is_not_waited_for_when_it_is_due_or_there_is_none(
        self, hub: Platform, delivery: Delivery
    ) -> None:
        assert retrying.come_back(hub.hub, delivery, NOON) is False
        assert hub.hub.publish_queue.messages == []

    def test_is_announced_with_the_failure(self, hub: Platform) -> None:
        blocked(hub, minutes=600)
        delivery = owed(hub)
        hub.hub.publish_queue.receive(99)
        tried = publish(hub.worker, delivery.id)
        assert tried == now(hub, delivery)
        assert hub.hub.publish_queue.next_due == NOON + 10 * MINUTE


class _Busy(MemoryObjects):
    """A bucket that is busy."""

    def put_new(self, key: str, body: bytes | Iterable[bytes]) -> None:
        del key, body
        raise StateBusyError


class TestPublishing:
    def test_that_finds_the_bucket_busy_is_no_failed_try(self, hub: Platform) -> None:
        delivery = owed(hub)
        busy = replace(hub.hub, outbound=_Busy(hub.clock, "outbound"))
        with pytest.raises(StateBusyError):
            publish(busy, delivery.id)
        assert now(hub, delivery) == delivery

    def test_notes_size_and_hash_of_what_it_wrote(self, hub: Platform) -> None:
        delivery = owed(hub)
        made = publish(hub.hub, delivery.id)
        content = b"".join(content_of(hub.hub, delivery))
        assert made == now(hub, delivery)
        assert made is not None
        assert (made.size, made.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert (made.state, made.history[-1]) == (DELIVERED, Step(DELIVERED, NOON))

    def test_that_another_run_was_faster_with_returns_what_that_noted(self, hub: Platform) -> None:
        delivery = owed(hub)
        late = Contested(
            hub.hub.state,
            touches("DELIVERY#"),
            fails=1,
            meanwhile=lambda: publish(hub.hub, delivery.id),
        )
        made = publish(replace(hub.hub, state=late), delivery.id)
        assert (made, late.refused) == (now(hub, delivery), 1)
        assert now(hub, delivery).state == DELIVERED

    def test_heads_the_file_with_its_type_its_organizations_and_its_time(
        self, hub: Platform
    ) -> None:
        delivery = owed(hub)
        header = b"".join(content_of(hub.hub, delivery)).decode().splitlines()[1]
        assert header == f"FHR|FR01|00|{AGENT}|{AGENT}|20250820120500|1"


class TestAResend:
    def test_is_a_delivery_of_its_own_with_the_bytes_of_the_first(
        self, hub: Platform, delivered: Delivery
    ) -> None:
        again = resend(hub.hub, delivered, ASKED)
        text = f"{delivered.id}\na request"
        assert again == now(hub, again)
        assert again == Delivery(
            id=hashlib.sha256(text.encode()).hexdigest()[:32],
            report=delivered.report,
            name=delivered.name,
            created=delivered.created,
            decided=NOON + HOUR,
            size=delivered.size,
            sha256=delivered.sha256,
            resend=Resend(delivered.id, 1),
            history=(Step(INTENDED, NOON + HOUR, "anna: the LDC lost it"),),
        )
        assert item_of(hub, again)["due"] == to_text(NOON + HOUR + 10 * MINUTE)
        assert now(hub, delivered).resends == 1
        assert "due" not in item_of(hub, delivered)
        assert hub.hub.publish_queue.messages == [{"delivery": again.id}]

    def test_leaves_evidence_under_the_epoch_of_its_item(
        self, hub: Platform, delivered: Delivery
    ) -> None:
        worker = replace(hub.hub, lease=Growing(hub.hub.lease))
        again = resend(worker, delivered, ASKED)
        last = chain.last(hub.hub.state)
        (item,) = chain.stored(hub.hub.state, last, last)
        deed = from_item(Record, item).deed
        assert (deed.what, deed.by, deed.why) == ("file sent again", "anna", "the LDC lost it")
        assert deed.facts == {
            "delivery": delivered.id,
            "file": str(delivered.name),
            "request": "a request",
        }
        assert deed.epoch == item_of(hub, again)["epoch"]

    def test_is_tried_eight_times(self, hub: Platform, delivered: Delivery) -> None:
        never = Contested(hub.hub.state, touches("DELIVERY#"), fails=8, failing=(1,))
        with pytest.raises(StateBusyError, match="write contention in 8 attempts"):
            resend(replace(hub.hub, state=never), delivered, ASKED)
        late = Contested(hub.hub.state, touches("DELIVERY#"), fails=7, failing=(1,))
        assert resend(replace(hub.hub, state=late), delivered, ASKED).resend is not None
        assert (never.refused, late.refused) == (8, 7)

    def test_is_counted_anew_where_another_was_asked_for_meanwhile(
        self, hub: Platform, delivered: Delivery
    ) -> None:
        other = Asked("other", "ben", "lost")
        late = Contested(
            hub.hub.state,
            touches("DELIVERY#"),
            fails=1,
            failing=(2,),
            meanwhile=lambda: resend(hub.hub, delivered, other),
        )
        again = resend(replace(hub.hub, state=late), delivered, ASKED)
        assert again.resend == Resend(delivered.id, 2)
        assert now(hub, delivered).resends == 2

    def test_that_was_asked_for_twice_at_once_is_one(
        self, hub: Platform, delivered: Delivery
    ) -> None:
        late = Contested(
            hub.hub.state,
            touches("DELIVERY#"),
            fails=1,
            failing=(1,),
            meanwhile=lambda: resend(hub.hub, delivered, ASKED),
        )
        again = resend(replace(hub.hub, state=late), delivered, ASKED)
        assert again.resend == Resend(delivered.id, 1)
        assert now(hub, delivered).resends == 1

    def test_that_is_done_is_not_announced_again(self, hub: Platform, delivered: Delivery) -> None:
        resend(hub.hub, delivered, ASKED)
        hub.settle()
        assert not resend(hub.hub, delivered, ASKED).open
        assert hub.hub.publish_queue.messages == []

    def test_of_a_first_delivery_that_is_not_known_stands_for_itself(
        self, hub: Platform, delivered: Delivery
    ) -> None:
        odd = replace(delivered, id="d-odd", resend=Resend("never", 1))
        with pytest.raises(StateBusyError):
            resend(hub.hub, odd, ASKED)
        told = f"{odd.id}\na request"
        assert (
            deliveries.find(hub.hub.state, hashlib.sha256(told.encode()).hexdigest()[:32]) is None
        )


class TestWhatWasGivenUp:
    def test_is_taken_up_as_if_it_had_never_been_tried(
        self, hub: Platform, given_up: Delivery
    ) -> None:
        anew = deliver_after_all(hub.hub, given_up, ASKED)
        assert anew == replace(
            given_up,
            state=INTENDED,
            told=False,
            tries=0,
            failed_at=None,
            retry_at=None,
            history=(*given_up.history, Step(INTENDED, NOON + 2 * HOUR, ASKED.text)),
        )
        assert now(hub, given_up) == replace(anew, revision=given_up.revision + 1)
        assert item_of(hub, anew)["due"] == to_text(NOON + 2 * HOUR + 10 * MINUTE)
        assert hub.hub.publish_queue.messages == [{"delivery": given_up.id}]

    def test_closes_its_incident_and_leaves_evidence(
        self, hub: Platform, given_up: Delivery
    ) -> None:
        deliver_after_all(hub.hub, given_up, ASKED)
        incident = hub.hub.state.get(incident_key(subject=given_up.id, what=FAILED_DELIVERY)) or {}
        told = {name: incident[name] for name in ("state", "closed", "request", "closed_by")}
        assert told == {
            "state": "CLOSED",
            "closed": to_text(NOON + 2 * HOUR),
            "request": "a request",
            "closed_by": "anna: the LDC lost it",
        }
        assert "due" not in incident
        last = chain.last(hub.hub.state)
        (item,) = chain.stored(hub.hub.state, last, last)
        deed = from_item(Record, item).deed
        assert deed.what == "delivery taken up again"
        assert deed.facts["delivery"] == given_up.id

    def test_that_is_to_be_made_anyway_is_only_announced(self, hub: Platform) -> None:
        delivery = owed(hub)
        hub.hub.publish_queue.receive(99)
        before = hub.hub.state.items()
        assert deliver_after_all(hub.hub, delivery, ASKED) == delivery
        assert hub.hub.state.items() == before
        assert hub.hub.publish_queue.messages == [{"delivery": delivery.id}]

    def test_that_changed_meanwhile_is_to_be_looked_at_again(
        self, hub: Platform, given_up: Delivery
    ) -> None:
        stale = replace(given_up, revision=given_up.revision - 1)
        with pytest.raises(NotPossibleError, match="changed meanwhile; look again"):
            deliver_after_all(hub.hub, stale, ASKED)
        assert now(hub, given_up) == given_up
        assert hub.hub.publish_queue.messages == []


def test_every_change_of_a_delivery_is_an_update_of_its_own_item() -> None:
    for write in retrying.note(BARE, replace(BARE, retry_at=NOON), NOON):
        assert isinstance(write, Update)
        assert write.key == delivery_key(BARE.id)
