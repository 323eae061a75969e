"""The runs of two slots at once: an LDC's files are answered in the order in which they came."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.inbound.runs import close_slot
from mdmr.exchange.ledger.slots import Slot
from mdmr.identifiers.answering import answer_requests
from mdmr.ports.hub import Hub

from tests.support.calls import SLOT, SLOT_END
from tests.support.market import AGENT, LDC, name, request, set_parameter
from tests.support.pictures import essence
from tests.support.story import Platform, platform
from tests.support.turns import Turns

QUARTER = timedelta(minutes=15)
NEXT = Slot("identifiers", SLOT_END + QUARTER)
SEEDS = range(40)


def two_slots() -> Platform:
    """Return a platform at the end of the second slot, with no run of the first one so far."""
    ready = platform()
    set_parameter(ready.hub, "out.max_details", "2")
    for second in (1, 2):
        file_name = name(at=f"2025082012000{second}")
        ready.send(AGENT, file_name, request(file_name, "SP-1", "SP-2", f"SP-{second}x"))
        ready.settle()
        ready.hub.processes.started.clear()
        ready.clock.advance(QUARTER)
    close_slot(ready.hub, SLOT)
    close_slot(ready.hub, NEXT)
    return ready


def answer(slot: Slot, until: datetime, hub: Hub) -> bool:
    return answer_requests(hub, slot, LDC, until=until)


def statuses(ready: Platform) -> dict[str, list[str]]:
    """Return the statuses in the answers to each request file, by its name, in order of parts."""
    found: dict[str, list[str]] = {}
    for received in essence(ready.hub).received:
        if received[1] == "2000":
            records = [split(each) for each in received[4:] if each.startswith("DTL|")]
            found.setdefault(received[3], []).extend(each[4] for each in records)
    return found


class TestTwoSlotsAtOnce:
    def test_the_earlier_file_is_issued_its_numbers_in_any_order_of_effects(self) -> None:
        for seed in SEEDS:
            ready = two_slots()
            until = ready.clock.now() + QUARTER
            works = [partial(answer, slot, until) for slot in (SLOT, NEXT)]
            Turns(ready.hub, works, seed).run()
            for slot in (NEXT, SLOT):
                ready.run_slot(slot)
            ready.settle()
            assert ready.failed_runs == []
            assert statuses(ready) == {
                name(at="20250820120001"): ["00", "00", "00"],
                name(at="20250820120002"): ["01", "01", "00"],
            }, f"seed {seed}"
