"""Deliveries that fail, are withheld, given up, taken up again, or sent once more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.sweep import sweep
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.exchange.outbound.publishing import content_of, publish
from mdmr.exchange.outbound.resending import Asked, NotPossibleError, deliver_after_all, resend
from mdmr.exchange.outbound.states import DELIVERED, FAILED_DELIVERY, INTENDED, WITHHELD
from mdmr.ports.authority import NotActiveError
from msgspec.structs import replace

from tests.support.calls import blocked, withholding
from tests.support.gateway import take_lease_away
from tests.support.market import AGENT, LDC, NOON, OTHER_LDC, set_parameter
from tests.support.story import HOUR, Platform, platform
from tests.unit.exchange.test_recipients import end

MINUTE = timedelta(minutes=1)
ASKED = Asked("a request", "anna", "the LDC lost it")


def owed(ready: Platform, *, prefix: str = AGENT) -> Delivery:
    """Return a delivery that is decided; its message waits in the queue."""
    receipt = take_in(ready.hub, ready.upload(f"{prefix}/odd", b"odd"))
    return now(ready, receipt.deliveries[0])


def now(ready: Platform, delivery: Delivery | str) -> Delivery:
    """Return a delivery as the hub holds it now."""
    delivery_id = delivery if isinstance(delivery, str) else delivery.id
    found = deliveries.find(ready.hub.state, delivery_id)
    assert found is not None
    return found


def told(ready: Platform, kind: str) -> list[dict[str, object]]:
    return [each.detail for each in ready.hub.notifications.sent if each.kind == kind]


def incidents(ready: Platform) -> list[tuple[object, object]]:
    items = ready.hub.state.query_index("unfinished", "INCIDENT")
    return [(item["what"], item["subject"]) for item in items]


def withheld(ready: Platform) -> list[Delivery]:
    found = deliveries.of_recipient(ready.hub.state, AGENT)
    return [each for each in found if each.state == WITHHELD]


class TestADeliveryThatFails:
    @pytest.mark.parametrize(
        ("minutes", "made"), [(1, 10), (10, 10), (11, 30), (30, 30), (31, 60), (60, 60)]
    )
    def test_is_made_at_the_first_of_the_times_at_which_it_can_be(
        self, minutes: int, made: int
    ) -> None:
        ready = blocked(platform(), minutes=minutes)
        delivery = owed(ready)
        ready.pass_time(2 * HOUR)
        found = now(ready, delivery)
        assert (found.state, found.history[-1].at) == (DELIVERED, NOON + made * MINUTE)
        assert ready.hub.outbound.read(delivery.object_key) == b"".join(
            content_of(ready.hub, delivery)
        )
        assert len(told(ready, "FILE_DELIVERED")) == 1
        assert not incidents(ready)

    def test_is_given_up_after_the_last_with_an_incident_and_an_event(self) -> None:
        ready = blocked(platform(), minutes=600)
        delivery = owed(ready)
        ready.pass_time(8 * HOUR)
        found = now(ready, delivery)
        assert (found.state, found.tries, found.told) == (FAILED_DELIVERY, 4, True)
        assert [(step.what, step.at - NOON) for step in found.history] == [
            (INTENDED, timedelta()),
            *(("FAILED_TRY", each * MINUTE) for each in (0, 10, 30, 60)),
            (FAILED_DELIVERY, 60 * MINUTE),
        ]
        assert incidents(ready) == [(FAILED_DELIVERY, delivery.id)]
        (event,) = told(ready, "DELIVERY_FAILED")
        assert (event["organization"], event["file"]) == (AGENT, str(delivery.name))
        assert ready.hub.outbound.keys() == []
        assert not ready.dead

    def test_notes_why_without_quoting_the_fault(self) -> None:
        ready = blocked(platform(), minutes=5)
        delivery = owed(ready)
        ready.settle()
        assert now(ready, delivery).history[-1].why == "RuntimeError"

    def test_has_the_times_of_its_recipient(self) -> None:
        ready = blocked(platform(), minutes=3)
        set_parameter(ready.hub, "out.retry_min", "4, 2", AGENT)
        delivery = owed(ready)
        ready.pass_time(HOUR)
        found = now(ready, delivery)
        assert (found.tries, found.history[-1].at) == (2, NOON + 4 * MINUTE)

    def test_does_no_harm_to_its_neighbours(self) -> None:
        ready = platform()
        bad, good = owed(ready), owed(ready, prefix=LDC)
        ready.hub.outbound.put_new(bad.object_key, b"what does not belong here")
        ready.settle()
        assert (now(ready, bad).state, now(ready, good).state) == (INTENDED, DELIVERED)
        ready.pass_time(2 * HOUR)
        assert now(ready, bad).state == FAILED_DELIVERY
        assert now(ready, bad).history[-1].why == "ObjectTakenError"

    def test_is_not_tried_before_its_time_however_often_it_is_announced(self) -> None:
        ready = blocked(platform(), minutes=1)
        delivery = owed(ready)
        ready.settle()
        ready.clock.advance(9 * MINUTE)
        for _ in range(3):
            assert publish(ready.worker, delivery.id) is None
            assert now(ready, delivery).tries == 1
        ready.clock.advance(MINUTE)
        publish(ready.worker, delivery.id)
        assert now(ready, delivery).state == DELIVERED

    def test_is_left_alone_by_the_sweep_until_its_next_try_is_overdue(self) -> None:
        ready = blocked(platform(), minutes=1)
        owed(ready)
        ready.settle()
        ready.hub.publish_queue.receive()
        ready.clock.advance(19 * MINUTE)
        assert sweep(ready.hub).deliveries == 0
        ready.clock.advance(2 * MINUTE)
        assert sweep(ready.hub).deliveries == 1

    def test_whose_times_all_passed_unused_is_tried_once_more(self) -> None:
        ready = blocked(platform(), minutes=600)
        delivery = owed(ready)
        ready.settle()
        ready.hub.publish_queue.receive(99)
        ready.clock.advance(5 * HOUR)
        publish(ready.worker, delivery.id)
        found = now(ready, delivery)
        assert (found.state, found.tries) == (FAILED_DELIVERY, 2)


class TestADeliveryThatWasGivenUp:
    @pytest.fixture
    def given_up(self) -> tuple[Platform, Delivery]:
        ready = blocked(platform(), minutes=600)
        delivery = owed(ready)
        ready.pass_time(2 * HOUR)
        return ready, now(ready, delivery)

    def test_is_made_after_all_when_the_operator_says_so(
        self, given_up: tuple[Platform, Delivery]
    ) -> None:
        ready, delivery = given_up
        ready.worker = ready.hub
        deliver_after_all(ready.hub, delivery, ASKED)
        ready.settle()
        found = now(ready, delivery)
        assert (found.state, found.name) == (DELIVERED, delivery.name)
        assert "anna: the LDC lost it" in [step.why for step in found.history]

    def test_has_all_its_tries_again(self, given_up: tuple[Platform, Delivery]) -> None:
        ready, delivery = given_up
        deliver_after_all(ready.hub, delivery, ASKED)
        ready.pass_time(2 * HOUR)
        assert now(ready, delivery).tries == 4
        assert len({each["id"] for each in told(ready, "DELIVERY_FAILED")}) == 2

    def test_is_not_made_when_its_recipient_may_not_have_it_any_more(
        self, given_up: tuple[Platform, Delivery]
    ) -> None:
        ready, delivery = given_up
        with pytest.raises(NotPossibleError, match="NOT REGISTERED"):
            deliver_after_all(
                ready.hub,
                replace(delivery, report=replace(delivery.report, recipient="ORG99999")),
                ASKED,
            )

    def test_is_not_sent_again(self, given_up: tuple[Platform, Delivery]) -> None:
        ready, delivery = given_up
        with pytest.raises(NotPossibleError, match="only what was delivered"):
            resend(ready.hub, delivery, ASKED)


class TestAWithheldDelivery:
    def test_writes_nothing_and_is_told_to_the_ldc(self) -> None:
        call = withholding()
        ready = call.platform
        before = ready.hub.outbound.keys()
        call.on(ready.hub)
        (event,) = told(ready, "DELIVERY_WITHHELD")
        assert (event["organization"], event["recipient"]) == (LDC, AGENT)
        assert event["text"] == "NO RECEIVE AUTHORIZATION"
        assert event["file"] in {str(each.name) for each in withheld(ready) if not each.open}
        assert ready.hub.outbound.keys() == before

    def test_is_told_once(self) -> None:
        call = withholding()
        call.on(call.platform.hub)
        call.on(call.platform.hub)
        assert len(told(call.platform, "DELIVERY_WITHHELD")) == 1

    def test_stays_withheld(self) -> None:
        call = withholding()
        call.end()
        found = withheld(call.platform)[0]
        for ask in (resend, deliver_after_all):
            with pytest.raises(NotPossibleError, match=WITHHELD):
                ask(call.platform.hub, found, ASKED)


class TestAResend:
    @pytest.fixture
    def delivered(self) -> tuple[Platform, Delivery]:
        ready = platform()
        delivery = owed(ready)
        ready.settle()
        ready.clock.advance(HOUR)
        return ready, now(ready, delivery)

    def test_writes_the_same_bytes_once_more_under_the_same_name(
        self, delivered: tuple[Platform, Delivery]
    ) -> None:
        ready, delivery = delivered
        first = ready.hub.outbound.read(delivery.object_key)
        resend(ready.hub, delivery, ASKED)
        ready.settle()
        versions = list(ready.hub.outbound.versions(delivery.object_key))
        assert [version.key for version in versions] == [delivery.object_key] * 2
        assert ready.hub.outbound.read(delivery.object_key) == first

    def test_is_told_as_a_delivery_that_is_marked(
        self, delivered: tuple[Platform, Delivery]
    ) -> None:
        ready, delivery = delivered
        again = resend(ready.hub, delivery, ASKED)
        ready.settle()
        first, second = told(ready, "FILE_DELIVERED")
        assert (first["resend"], second["resend"]) == (0, 1)
        changed = {"id", "time", "resend"}
        assert {key for key in first if first[key] != second[key]} == changed
        assert second["id"] == again.id

    def test_keeps_who_asked_for_it_and_why(self, delivered: tuple[Platform, Delivery]) -> None:
        ready, delivery = delivered
        again = resend(ready.hub, delivery, ASKED)
        ready.settle()
        assert now(ready, again).history[0].why == "anna: the LDC lost it"
        assert now(ready, delivery).history == delivery.history

    def test_of_one_request_is_one_however_often_it_is_made(
        self, delivered: tuple[Platform, Delivery]
    ) -> None:
        ready, delivery = delivered
        assert resend(ready.hub, delivery, ASKED).id == resend(ready.hub, delivery, ASKED).id
        ready.settle()
        assert len(list(ready.hub.outbound.versions(""))) == 2

    def test_of_a_resend_is_one_of_the_first_delivery(
        self, delivered: tuple[Platform, Delivery]
    ) -> None:
        ready, delivery = delivered
        again = resend(ready.hub, delivery, ASKED)
        ready.settle()
        third = resend(ready.hub, now(ready, again), Asked("another", "anna", "lost"))
        assert third.resend is not None
        assert (third.resend.of, third.resend.number) == (delivery.id, 2)

    def test_is_counted_with_each_request(self, delivered: tuple[Platform, Delivery]) -> None:
        ready, delivery = delivered
        for request in ("one", "two"):
            resend(ready.hub, delivery, Asked(request, "anna", "lost"))
            ready.settle()
        assert [each["resend"] for each in told(ready, "FILE_DELIVERED")] == [0, 1, 2]
        assert now(ready, delivery).resends == 2

    def test_does_not_need_the_staged_records(self, delivered: tuple[Platform, Delivery]) -> None:
        ready, delivery = delivered
        gone = replace(delivery.report.staged, key="staged/gone")
        resend(ready.hub, replace(delivery, report=replace(delivery.report, staged=gone)), ASKED)
        ready.settle()
        assert len(list(ready.hub.outbound.versions(""))) == 2

    def test_is_tried_again_like_any_delivery_and_never_with_other_bytes(
        self, delivered: tuple[Platform, Delivery]
    ) -> None:
        ready, delivery = delivered
        ready.hub.outbound.upload(delivery.object_key, b"tampered with")
        again = resend(ready.hub, delivery, ASKED)
        ready.pass_time(2 * HOUR)
        assert now(ready, again).state == FAILED_DELIVERY
        assert len(list(ready.hub.outbound.versions(""))) == 2

    def test_is_of_what_was_delivered_only(self) -> None:
        ready = platform()
        delivery = owed(ready)
        with pytest.raises(NotPossibleError, match="INTENDED"):
            resend(ready.hub, delivery, ASKED)

    def test_is_for_who_is_still_entitled(self, delivered: tuple[Platform, Delivery]) -> None:
        ready, delivery = delivered
        summary = replace(delivery.report, file_id="IR01", org_1=OTHER_LDC)
        with pytest.raises(NotPossibleError, match="NO RECEIVE AUTHORIZATION"):
            resend(ready.hub, replace(delivery, report=summary), ASKED)
        end(ready.hub, AGENT)
        assert resend(ready.hub, delivery, ASKED).open

    def test_is_for_the_active_region_only(self, delivered: tuple[Platform, Delivery]) -> None:
        ready, delivery = delivered
        take_lease_away(ready.hub)
        with pytest.raises(NotActiveError):
            resend(ready.hub, delivery, ASKED)


class TestADeliveryIsFoundByItsName:
    def test_among_many_of_one_recipient(self) -> None:
        ready = platform()
        made = []
        for number in range(5):
            receipt = take_in(ready.hub, ready.upload(f"{AGENT}/odd {number}", b"odd"))
            made.append(now(ready, receipt.deliveries[0]))
        for each in made:
            assert deliveries.find_by_name(ready.hub.state, str(each.name)) == each

    def test_also_when_it_was_sent_again_at_the_same_instant(self) -> None:
        ready = platform()
        delivery = owed(ready)
        ready.settle()
        for request in "abcd":
            asked = Asked(request, "anna", "lost")
            assert resend(ready.hub, now(ready, delivery), asked).decided == delivery.created
        ready.settle()
        found = deliveries.find_by_name(ready.hub.state, str(delivery.name))
        assert found is not None
        assert (found.id, found.resends) == (delivery.id, 4)

    @pytest.mark.parametrize(
        "text",
        [
            "odd",
            f"{AGENT}.{AGENT}.FR01.00.20250820120501.DAT",
            f"{AGENT}.{AGENT}.FR01.00.20251320120501.DAT",
            f"{AGENT}.{LDC}.FR01.00.20250820120500.DAT",
        ],
    )
    def test_and_not_where_nothing_has_that_name(self, text: str) -> None:
        ready = platform()
        owed(ready)
        assert deliveries.find_by_name(ready.hub.state, text) is None
