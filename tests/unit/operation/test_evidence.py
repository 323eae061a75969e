"""Every action of an operator that changes something has its record, and the copy of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mdmr.continuity.lease import TableLease
from mdmr.evidence import chain
from mdmr.evidence.records import Record, record_key
from mdmr.operation.commands import answer
from mdmr.ports.codec import from_item, some_of
from mdmr.ports.state import Update
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock
from msgspec.structs import replace

from tests.support.call import Call
from tests.support.calls import (
    asking_for_a_resend,
    taking_a_failed_file_up,
    taking_up_what_was_given_up,
)
from tests.support.market import LDC, NOON

CONTACT = "desk@example.org"
ORGANIZATION = {
    "org_id": LDC,
    "name": "Example Hydro",
    "roles": ["LDC"],
    "contacts": {"service desk": CONTACT},
}
NUMBER = {"ldc": LDC, "sdp_id": "SP-1", "universal_sdp_id": "48217730"}


STARTED = ("kim", "hub put into operation", 1)


@pytest.fixture
def hub() -> MemoryHub:
    return memory_hub(FixedClock(NOON), operating=False)


@pytest.fixture
def started(hub: MemoryHub) -> MemoryHub:
    ask(hub, "start")
    return hub


def ask(hub: MemoryHub, action: str, by: str = "kim", **more: object) -> dict[str, Any]:
    return answer(hub, {"action": action, "by": by, **more}, "ca-central-1")


def told(hub: MemoryHub) -> list[tuple[str, str, int]]:
    records = (
        from_item(Record, item) for item in chain.stored(hub.state, 1, chain.last(hub.state))
    )
    return [(each.deed.by, each.deed.what, each.deed.epoch) for each in records]


def test_putting_into_operation_leaves_one_record(hub: MemoryHub) -> None:
    ask(hub, "start")
    ask(hub, "start", by="lee")
    assert told(hub) == [STARTED]


def test_a_change_of_the_registry_leaves_one_and_what_is_the_same_none(started: MemoryHub) -> None:
    document = {"organizations": [ORGANIZATION]}
    ask(started, "apply", document=document)
    ask(started, "apply", document=document)
    assert told(started) == [STARTED, ("kim", f"registry: organization {LDC}", 1)]


def test_evidence_names_no_contact(started: MemoryHub) -> None:
    ask(started, "apply", document={"organizations": [ORGANIZATION]})
    copies = [started.evidence.read(each.key) for each in started.evidence.versions("")]
    assert len(copies) == 2
    assert not [each for each in copies if CONTACT.encode() in each]


def test_a_number_from_before_leaves_one(started: MemoryHub) -> None:
    ask(started, "apply", document={"organizations": [ORGANIZATION]})
    ask(started, "apply", document={"universal_sdp_ids": [NUMBER]})
    ask(started, "apply", document={"universal_sdp_ids": [NUMBER]})
    assert told(started)[2:] == [("kim", f"registry: number 48217730 for {LDC} SP-1", 1)]


def test_the_gateway_leaves_one_for_each_change(started: MemoryHub) -> None:
    ask(started, "gateway.change", mode="HOLD", why="storage fault")
    ask(started, "gateway.change", mode="HOLD", why="storage fault")
    assert told(started)[1:] == [("kim", "gateway ALL: OPEN to HOLD", 1)]


def test_an_order_to_the_lease_leaves_one(started: MemoryHub) -> None:
    ask(started, "lease.alone", why="the other region is gone")
    assert told(started)[1:] == [("kim", "lease: alone", 1)]


@pytest.mark.parametrize(
    ("prepared", "what"),
    [
        (asking_for_a_resend, "file sent again"),
        (taking_up_what_was_given_up, "delivery taken up again"),
        (taking_a_failed_file_up, "failed file taken up again"),
    ],
)
def test_what_is_done_about_one_file_leaves_one_record(
    prepared: Callable[[], Call], what: str
) -> None:
    call = prepared()
    before = told(call.platform.hub)
    call.on(call.platform.hub)
    assert [what for _, what, _ in told(call.platform.hub)[len(before) :]] == [what]


@pytest.fixture
def busy(started: MemoryHub) -> MemoryHub:
    for mode in ("HOLD", "REJECT", "HOLD"):
        ask(started, "gateway.change", mode=mode, why="trouble")
    return started


def test_evidence_is_shown_newest_first_and_is_whole(busy: MemoryHub) -> None:
    shown = ask(busy, "evidence")
    assert (shown["ok"], shown["last"], shown["wrong"]) == (True, 4, [])
    assert [each["number"] for each in shown["records"]] == [4, 3, 2, 1]
    assert shown["records"][0]["why"] == "trouble"


def test_a_stretch_of_evidence_can_be_asked_for(busy: MemoryHub) -> None:
    shown = ask(busy, "evidence", first=3)
    assert [each["number"] for each in shown["records"]] == [4, 3]
    assert ask(busy, "evidence", first=9)["records"] == []


def test_tampering_is_told_with_the_evidence(busy: MemoryHub) -> None:
    record = from_item(Record, next(chain.stored(busy.state, 2, 2)))
    forged = replace(record, deed=replace(record.deed, by="lee"))
    busy.state.commit(Update(record_key(2, 1), set=some_of(forged, "deed")))
    assert ask(busy, "evidence")["wrong"] == [
        "record 2 was changed",
        "record 3 does not follow on the one before",
        "record 2 differs from its copy in the bucket",
    ]


@pytest.mark.parametrize("first", ["one", "-1", "1.5", "", True])
def test_a_number_must_be_one(busy: MemoryHub, first: object) -> None:
    assert ask(busy, "evidence", first=first)["faults"][0]["path"] == "first"


def test_the_region_that_is_not_active_shows_none(busy: MemoryHub) -> None:
    elsewhere = replace(busy, lease=TableLease(busy.state, busy.clock, "ca-west-1"))
    assert ask(elsewhere, "evidence")["faults"][0]["text"].startswith("this region is not")
