"""What arrived earlier is decided and worked earlier, in whatever order it is told of."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.runs import close_slot, finish_slot
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.exchange.ledger.slots import Slot
from mdmr.exchange.outbound.publishing import publish
from mdmr.identifiers.answering import answer_requests
from mdmr.operation.commands import answer
from mdmr.stores.memory.hub import REGION, MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock

LDC = "ORG11111"
START = datetime(2025, 8, 20, 10, 5, tzinfo=EST)
DOCUMENT = {"organizations": [{"org_id": LDC, "name": "Example Hydro", "roles": ["LDC"]}]}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def hub(clock: FixedClock) -> MemoryHub:
    made = memory_hub(clock)
    answer(made, {"action": "apply", "by": "test", "document": DOCUMENT}, REGION)
    return made


def upload(hub: MemoryHub, time: str, *sdp_ids: str) -> Arrival:
    name = f"{LDC}.{LDC}.1000.00.{time}.DAT"
    lines = [f"FNR|{name}", f"FHR|1000|00|{LDC}|{LDC}|20250820100000|{len(sdp_ids)}"]
    lines += [f"DTL|{LDC}|{sdp_id}" for sdp_id in sdp_ids]
    content = "".join(f"{line}\n" for line in lines).encode()
    return Arrival.of(hub.inbound.upload(f"{LDC}/{name}", content))


def answered(hub: MemoryHub) -> list[str]:
    """Publish what is owed and return SDP ID and status of each record answered, in order."""
    for message in hub.publish_queue.receive(100):
        publish(hub, str(message["delivery"]))
    files = [hub.outbound.read(found.key).decode() for found in hub.outbound.versions("")]
    rows = [line.split("|") for file in files for line in file.splitlines()]
    return [f"{row[2]} {row[4]}" for row in rows if row[0] == "DTL"]


class TestVersionsUnderOneName:
    def test_are_decided_as_they_arrived_although_the_second_is_told_of_first(
        self, hub: MemoryHub
    ) -> None:
        first, second = upload(hub, "202508201000", "SP-1"), upload(hub, "202508201000", "SP-2")
        assert take_in(hub, second).code == "F011"
        assert take_in(hub, first).code == ""

    def test_do_not_wait_for_one_that_cannot_be_decided(
        self, hub: MemoryHub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = upload(hub, "202508201000", "SP-1"), upload(hub, "202508201000", "SP-2")
        stream = hub.inbound.stream

        def fails(key: str, version_id: str | None = None, start: int = 0) -> object:
            if version_id == first.version_id:
                raise RuntimeError
            return stream(key, version_id, start)

        monkeypatch.setattr(hub.inbound, "stream", fails)
        assert take_in(hub, second).code == ""

    def test_of_another_key_that_begins_alike_are_left_alone(self, hub: MemoryHub) -> None:
        other = Arrival.of(hub.inbound.upload(f"{LDC}/note.txt.old", b"x"))
        mine = Arrival.of(hub.inbound.upload(f"{LDC}/note.txt", b"y"))
        take_in(hub, mine)
        assert take_in(hub, other).id != mine.id
        assert len(hub.publish_queue.messages) == 2


class TestTheFilesOfAnLdc:
    def test_of_an_earlier_slot_are_answered_first_by_whichever_run_comes(
        self, hub: MemoryHub, clock: FixedClock
    ) -> None:
        early = Slot.of(take_in(hub, upload(hub, "202508201000", "SP-1")).work_id)
        clock.advance(timedelta(minutes=15))
        late = Slot.of(take_in(hub, upload(hub, "202508201020", "SP-1", "SP-2")).work_id)
        clock.advance(timedelta(minutes=15))
        close_slot(hub, late)
        assert answer_requests(hub, late, LDC, until=clock.now() - timedelta(seconds=1))
        assert answered(hub) == ["SP-1 00"]
        assert not answer_requests(hub, late, LDC, until=clock.now() + timedelta(minutes=1))
        assert answered(hub) == ["SP-1 00", "SP-1 01", "SP-2 00"]
        close_slot(hub, early)
        finish_slot(hub, early)
        finish_slot(hub, late)

    def test_are_forgotten_when_the_run_of_their_slot_is_over(
        self, hub: MemoryHub, clock: FixedClock
    ) -> None:
        slot = Slot.of(take_in(hub, upload(hub, "202508201000", "SP-1")).work_id)
        clock.advance(timedelta(minutes=15))
        close_slot(hub, slot)
        answer_requests(hub, slot, LDC, until=clock.now() + timedelta(minutes=1))
        finish_slot(hub, slot)
        noted = hub.state.query(f"FAMILY#{slot.process}#{LDC}")
        assert [sorted(item) for item in noted] == [["pk", "schema", "sk"]]
