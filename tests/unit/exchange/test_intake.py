from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import Period
from mdmr.exchange.inbound.intake import refuse_for_good, take_in
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.exchange.outbound import deliveries
from mdmr.organizations import registry
from mdmr.ports.authority import NotActiveError
from mdmr.ports.objects import ObjectVersion
from mdmr.ports.state import Put
from mdmr.stores.memory.hub import memory_hub
from mdmr.stores.memory.outside import FixedClock
from msgspec.structs import replace

from tests.support.crashing import Effect, watched
from tests.support.gateway import take_lease_away
from tests.support.market import (
    AGENT,
    LDC,
    NOON,
    ORGANIZATIONS,
    READER,
    framed,
    name,
    request,
    set_parameter,
)
from tests.support.story import Platform, platform

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
READS, CMEP = name("7000", sender=READER), name("7100", sender=READER)


@pytest.fixture
def hub() -> Platform:
    return platform()


def sent(hub: Platform, prefix: str, file_name: str, body: bytes) -> Receipt:
    return take_in(hub.hub, hub.upload(f"{prefix}/{file_name}", body))


def rejection(hub: Platform, receipt: Receipt) -> list[str]:
    """Return the fields of the one detail of the FR01 about a file."""
    hub.settle()
    (delivery,) = receipt.deliveries
    made = deliveries.find(hub.hub.state, delivery)
    assert made is not None
    assert made.state == "DELIVERED"
    body = hub.hub.outbound.read(made.object_key).decode()
    fnr, _, chr_, detail, end = body.splitlines()
    assert fnr == f"FNR|{made.name}"
    assert chr_.startswith("CHR|Received Date Time|Received File Name|Sender ORG ID|")
    assert end == "EOF|1"
    return detail.split("|")


class TestAnAcceptedFile:
    def test_gets_a_receipt_with_what_was_found(self, hub: Platform) -> None:
        body = request(name(), "SP-1", "SP-2")
        receipt = sent(hub, AGENT, name(), body)
        assert receipt == receipts.find(hub.hub.state, receipt.id)
        assert receipt.state is FileState.ACCEPTED
        assert (receipt.ldc, receipt.file_id, receipt.details) == (LDC, "1000", 2)
        assert receipt.sha256 == hashlib.sha256(body).hexdigest()
        assert receipt.code == ""

    def test_gets_no_acknowledgement_of_its_own(self, hub: Platform) -> None:
        receipt = sent(hub, AGENT, name(), request(name(), "SP-1"))
        assert receipt.deliveries == ()
        assert hub.hub.notifications.sent == []

    def test_starts_the_run_of_its_slot(self, hub: Platform) -> None:
        receipt = sent(hub, AGENT, name(), request(name(), "SP-1"))
        assert receipt.work_id == "identifiers-20250820T121500"
        assert hub.hub.processes.started == {
            ("identifiers", receipt.work_id): {
                "slot": receipt.work_id,
                "ends": "2025-08-20T17:15:00.000Z",
            }
        }

    @pytest.mark.parametrize(
        ("sender", "file_name", "body"),
        [
            (READER, READS, framed(READS, ["ITV|x"])),
            (READER, CMEP, b"MEPMD01,1\n"),
            (AGENT, name("5500", suffix="XML"), b"<requests/>"),
            (LDC, name("5000", sender=LDC), framed(name("5000", sender=LDC), [])),
        ],
    )
    def test_without_a_process_stays_accepted_and_its_sender_is_told(
        self, hub: Platform, sender: str, file_name: str, body: bytes
    ) -> None:
        receipt = sent(hub, sender, file_name, body)
        assert receipt.state is FileState.ACCEPTED
        assert receipt.history[-1].reason == "no process yet"
        (event,) = hub.hub.notifications.sent
        assert (event.kind, event.detail["organization"]) == ("FILE_WAITS", sender)
        assert hub.hub.processes.started == {}

    def test_of_a_set_starts_the_run_of_its_set(self, hub: Platform) -> None:
        first = name("4000", tail=".tx1.01.01")
        receipt = sent(hub, AGENT, first, b"staging will see\n")
        assert receipt.work_id == f"{LDC}-{AGENT}-4000-tx1"
        started = {("synchronization", receipt.work_id): {"set": receipt.work_id}}
        assert hub.hub.processes.started == started
        sent(hub, AGENT, name("4000", tail=".tx1.02.01"), b"a second one\n")
        assert hub.hub.processes.started == started

    def test_told_again_does_nothing(self, hub: Platform) -> None:
        arrival = hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
        first = take_in(hub.hub, arrival)
        before = hub.hub.state.items()
        assert take_in(hub.hub, arrival) == first
        assert hub.hub.state.items() == before

    def test_is_found_by_its_sender(self, hub: Platform) -> None:
        receipt = sent(hub, AGENT, name(), request(name(), "SP-1"))
        assert list(receipts.of_organization(hub.hub.state, AGENT)) == [receipt]


class TestAnUploadIsTold:
    """One receipt per object version, whoever tells of it and however late."""

    def test_by_two_versions_of_one_key_twice(self, hub: Platform) -> None:
        one = sent(hub, AGENT, "odd", b"odd")
        two = sent(hub, AGENT, "odd", b"odd")
        assert one.id != two.id
        assert one.deliveries != two.deliveries

    def test_long_after_it_arrived_and_judged_by_its_arrival(self, hub: Platform) -> None:
        """The name may lie ahead of the arrival only so far, whenever intake runs."""
        ahead = name(at="20250821120600")
        arrival = hub.upload(f"{AGENT}/{ahead}", request(ahead, "SP-1"))
        hub.clock.advance(DAY)
        assert take_in(hub.hub, arrival).code == "F004"

    def test_after_the_earlier_versions_of_its_key_were_decided(self, hub: Platform) -> None:
        one, two, three = (
            hub.upload(f"{AGENT}/{name()}", request(name(), f"SP-{each}")) for each in range(3)
        )
        assert take_in(hub.hub, three).code == "F011"
        assert [take_in(hub.hub, each).code for each in (one, two)] == ["", "F011"]

    def test_without_a_look_at_keys_that_begin_alike(self, hub: Platform) -> None:
        """A folder is made as an object of no bytes whose key begins all others in it."""
        for number in range(3):
            hub.upload(f"{AGENT}/odd {number}", b"x")
        listed: list[str] = []

        def noted(version: ObjectVersion) -> ObjectVersion:
            listed.append(version.key)
            return version

        def around(effect: Effect) -> Any:  # noqa: ANN401 - as any effect
            if effect.name == "inbound.versions":
                return map(noted, effect.target.versions(*effect.arguments))
            return effect.happen()

        folder = hub.upload(f"{AGENT}/", b"")
        take_in(watched(hub.hub, around), folder)
        assert listed == [folder.key, f"{AGENT}/odd 0"]


class TestARejectedFile:
    def test_is_answered_with_one_fr01(self, hub: Platform) -> None:
        hub.clock.move_to(datetime(2025, 11, 10, 5, 0, 0, tzinfo=EST))
        reads = name("7000", sender=READER, at="20251110050000")
        sent(hub, READER, reads, framed(reads, []))
        hub.clock.move_to(datetime(2025, 11, 10, 5, 2, 5, tzinfo=EST))
        again = framed(reads, ["ITV|x"])
        arrival = hub.upload(f"{READER}/{reads}", again)
        hub.clock.move_to(datetime(2025, 11, 10, 5, 2, 10, tzinfo=EST))
        take_in(hub.hub, arrival)
        hub.settle()
        report = f"{LDC}.{READER}.FR01.00.20251110050210.DAT"
        assert hub.hub.outbound.read(f"{READER}/{report}").decode() == (
            f"FNR|{report}\n"
            f"FHR|FR01|00|{LDC}|{READER}|20251110050210|1\n"
            "CHR|Received Date Time|Received File Name|Sender ORG ID|LDC ORG ID|FILE_ID|File Size"
            "|SHA-256|Failure Code|Failure Text\n"
            f"DTL|20251110050205|{reads}|{READER}|{LDC}|7000|{len(again)}"
            f"|{hashlib.sha256(again).hexdigest()}|F011|DUPLICATE FILE NAME\n"
            "EOF|1\n"
        )

    def test_names_the_ldc_of_its_own_name_if_that_matches_the_pattern(self, hub: Platform) -> None:
        receipt = sent(hub, AGENT, name("9999", ldc="ORG99999"), b"x")
        assert rejection(hub, receipt)[4:6] == ["ORG99999", "9999"]
        assert [key for key in hub.hub.outbound.keys() if "ORG99999.ORG22222.FR01" in key]  # noqa: SIM118

    def test_names_the_recipient_if_its_own_name_does_not_match(self, hub: Platform) -> None:
        receipt = sent(hub, AGENT, "odd", b"x")
        assert rejection(hub, receipt)[3:6] == [AGENT, "", ""]
        (key,) = hub.hub.outbound.keys()
        assert key.startswith(f"{AGENT}/{AGENT}.{AGENT}.FR01.00.")

    @pytest.mark.parametrize(
        ("file_name", "shown"),
        [
            ("a|b\nDTL.DAT", "a?b?DTL.DAT"),
            ("é", "??"),
            ("sub/" + name(), "sub/" + name()),
            ("", "?"),
            (" ", " "),
            ("x" * 300, "x" * 255),
            (name().lower(), name().lower()),
        ],
    )
    def test_is_told_whatever_its_name_is(self, hub: Platform, file_name: str, shown: str) -> None:
        detail = rejection(hub, sent(hub, AGENT, file_name, b"x"))
        assert detail[2] == shown
        assert detail[8:] == ["F001", "FILE NAME INVALID"]

    def test_has_no_effect_and_may_come_again_under_its_name(self, hub: Platform) -> None:
        wrong = request(name(), "SP-1").replace(b"EOF|1", b"EOF|2")
        assert sent(hub, AGENT, name(), wrong).code == "F017"
        assert sent(hub, AGENT, name(), request(name(), "SP-1")).state is FileState.ACCEPTED

    def test_of_the_prefix_of_nobody_gets_its_receipt_and_no_report(self, hub: Platform) -> None:
        receipt = sent(hub, "ORG99999", name(sender="ORG99999"), request(name(), "SP-1"))
        assert (receipt.state, receipt.code) == (FileState.REJECTED, "F007")
        assert receipt.deliveries == ()

    @pytest.mark.parametrize(
        "key", [name(), f"/{name()}", f"org22222/{name()}", "é/é", "x" * 1024, "y" * 1000 + "/z"]
    )
    def test_of_no_prefix_at_all_gets_its_receipt_and_no_report(
        self, hub: Platform, key: str
    ) -> None:
        receipt = take_in(hub.hub, hub.upload(key, b"x"))
        assert receipt.state is FileState.REJECTED
        assert receipt.deliveries == ()
        assert receipt == receipts.find(hub.hub.state, receipt.id)

    def test_of_an_organization_that_is_not_active_any_more_is_still_told(
        self, hub: Platform
    ) -> None:
        over = Period(NOON - DAY, NOON)
        for each in ORGANIZATIONS:
            if each.org_id == AGENT:
                ended = replace(each, active=over)
                hub.hub.state.commit(Put(registry.item_of_organization(ended)))
        receipt = sent(hub, AGENT, name(), request(name(), "SP-1"))
        assert rejection(hub, receipt)[8] == "F007"

    def test_under_the_prefix_of_another_is_told_to_that_one(self, hub: Platform) -> None:
        receipt = sent(hub, READER, name(), request(name(), "SP-1"))
        assert rejection(hub, receipt)[3] == READER
        assert receipt.code == "F008"

    def test_tells_its_sender_by_an_event_too(self, hub: Platform) -> None:
        receipt = sent(hub, AGENT, "odd", b"x")
        (event,) = hub.hub.notifications.sent
        assert event.kind == "FILE_REJECTED"
        assert event.detail["organization"] == AGENT
        assert (event.detail["code"], event.detail["state"]) == (receipt.code, "REJECTED")

    def test_without_authorization_gets_f009(self, hub: Platform) -> None:
        receipt = sent(hub, READER, name(sender=READER), request(name(sender=READER), "SP-1"))
        assert receipt.code == "F009"

    def test_in_a_burst_gets_reports_with_names_of_their_own(self, hub: Platform) -> None:
        for number in range(3):
            sent(hub, AGENT, f"odd {number}", b"x")
        hub.settle()
        assert hub.hub.outbound.keys() == [
            f"{AGENT}/{AGENT}.{AGENT}.FR01.00.202508201205{second}.DAT"
            for second in ("00", "01", "02")
        ]


class TestRefusalForGood:
    def test_ends_a_file_that_intake_failed_at_with_f099_and_an_incident(
        self, hub: Platform
    ) -> None:
        arrival = hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
        receipt = refuse_for_good(hub.hub, arrival)
        assert rejection(hub, receipt)[8:] == ["F099", "INTERNAL FAILURE"]
        (incident,) = [item for item in hub.hub.state.items() if item["sk"] == "INCIDENT"]
        assert (incident["subject"], incident["state"]) == (receipt.id, "NEW")

    def test_leaves_a_file_alone_that_was_decided_meanwhile(self, hub: Platform) -> None:
        arrival = hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
        accepted = take_in(hub.hub, arrival)
        assert refuse_for_good(hub.hub, arrival) == accepted

    def test_leaves_the_name_free(self, hub: Platform) -> None:
        refuse_for_good(hub.hub, hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1")))
        assert sent(hub, AGENT, name(), request(name(), "SP-1")).code == ""

    def test_of_any_object_does_not_read_its_lines(self, hub: Platform) -> None:
        receipt = refuse_for_good(hub.hub, hub.upload(f"{AGENT}/\x01\n|", b"\x00" * 70_000))
        assert receipt.code == "F099"
        assert rejection(hub, receipt)[2] == "???"


class TestARegionWithoutLease:
    def test_decides_nothing(self, hub: Platform) -> None:
        arrival = hub.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
        take_lease_away(hub.hub)
        with pytest.raises(NotActiveError):
            take_in(hub.hub, arrival)
        assert receipts.find(hub.hub.state, arrival.id) is None

    def test_that_was_never_put_into_operation_decides_nothing_either(self) -> None:
        hub = memory_hub(FixedClock(NOON), operating=False)
        arrival = Arrival.of(hub.inbound.upload(f"{AGENT}/{name()}", b"x"))
        with pytest.raises(NotActiveError):
            take_in(hub, arrival)


class TestTheSize:
    def test_is_limited_by_the_parameter(self, hub: Platform) -> None:
        set_parameter(hub.hub, "intake.max_mb", "1")
        body = request(name(), *(f"SP-{number:045d}" for number in range(20_000)))
        assert len(body) > 1_000_000
        assert sent(hub, AGENT, name(), body).code == "F010"
