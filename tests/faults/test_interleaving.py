"""Several workers at once: at the same task, at tasks that meet, and against a switch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.runs import close_slot, fail_file
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.exchange.ledger.slots import Slot
from mdmr.ports.authority import GatewayMode
from mdmr.ports.state import Item
from mdmr.stores.memory.hub import MemoryHub

from tests.faults.test_crash_matrix import ALL_CALLS, TRIES, done
from tests.support.call import QUARTER, Call
from tests.support.calls import (
    CALLS,
    SLOT,
    SLOT_END,
    answering,
    summarizing,
    taking_in,
    taking_in_held,
)
from tests.support.crashing import InterruptAt, Moment, Seen, watched
from tests.support.gateway import set_mode, take_lease_away
from tests.support.market import AGENT, LDC, name, request
from tests.support.pictures import essence, outbound, picture
from tests.support.snapshots import again, undisturbed
from tests.support.story import ERROR, HOUR, Platform, platform
from tests.support.turns import Turns

Prepared = Callable[[], Call]
SECOND = timedelta(seconds=1)
LAST_SECOND = SLOT_END - SECOND
SEEDS, SEEDS_OF_SETS = range(12), range(4)


class TestTwoWorkersAtTheSameTask:
    @pytest.mark.parametrize("prepared", ALL_CALLS.values(), ids=ALL_CALLS.keys())
    def test_come_to_the_same_end_as_one(self, prepared: Prepared) -> None:
        """The second does all its work between any two effects of the first."""
        effects, clean = undisturbed(prepared)
        for number, effect in enumerate(effects):
            call = again(prepared)
            second = InterruptAt(number=number, act=partial(call.on, call.platform.worker))
            first = watched(call.platform.worker, second)
            assert any(done(call, first) for _ in range(TRIES))
            call.end()
            assert picture(call.platform.hub) == clean, f"{number} {effect.name}"

    @pytest.mark.parametrize("prepared", ALL_CALLS.values(), ids=ALL_CALLS.keys())
    def test_come_to_the_same_end_in_any_order_of_their_effects(self, prepared: Prepared) -> None:
        _, clean = undisturbed(prepared)
        for seed in SEEDS if prepared in CALLS.values() else SEEDS_OF_SETS:
            call = again(prepared)
            Turns(call.platform.worker, [call.on] * 3, seed).run()
            assert any(done(call, call.platform.worker) for _ in range(TRIES))
            call.end()
            assert picture(call.platform.hub) == clean, f"seed {seed}"

    @pytest.mark.parametrize("prepared", [answering, summarizing])
    def test_a_whole_second_run_of_the_slot_in_the_middle_of_the_first_changes_nothing(
        self, prepared: Prepared
    ) -> None:
        effects, clean = undisturbed(prepared)
        for number, effect in enumerate(effects):
            call = again(prepared)
            run = InterruptAt(number=number, act=partial(call.platform.run_slot, SLOT))
            assert any(done(call, watched(call.platform.hub, run)) for _ in range(TRIES))
            call.end()
            assert not call.platform.failed_runs
            assert picture(call.platform.hub) == clean, f"{number} {effect.name}"


class TestUploadsThatWantTheSame:
    """Two uploads are worked at the same time: one is accepted, the other refused."""

    @pytest.mark.parametrize("sdp_id", ["SP-1", "SP-2"], ids=["same content", "other content"])
    def test_one_name_is_accepted_once(self, sdp_id: str) -> None:
        for ready in self._interleaved((name(), name()), ("SP-1", sdp_id)):
            assert sorted(essence(ready.hub).files.values()) == [("DONE", ""), ("REJECTED", "F011")]

    def test_one_content_is_accepted_once_under_two_names(self) -> None:
        later = name(at="20250820120001")
        for ready in self._interleaved((name(), later), ("SP-1", "SP-1")):
            assert sorted(essence(ready.hub).files.values()) == [("DONE", ""), ("REJECTED", "F012")]

    @staticmethod
    def _interleaved(names: tuple[str, str], sdp_ids: tuple[str, str]) -> list[Platform]:
        ended = []
        for number in range(_effects(again(taking_in))):
            ready = platform()
            one, two = (
                ready.upload(f"{AGENT}/{each}", request(each, sdp_id))
                for each, sdp_id in zip(names, sdp_ids, strict=True)
            )
            second = InterruptAt(number=number, act=partial(take_in, ready.hub, two))
            take_in(watched(ready.hub, second), one)
            ready.pass_time(QUARTER)
            ended.append(ready)
        return ended


class TestAFileAndTheEndOfItsSlot:
    def test_a_file_joins_a_slot_that_is_still_to_be_run(self) -> None:
        """The slot ends and is run at any point of the file's intake."""
        joined = set()
        for number in range(_effects(again(taking_in))):
            ready, arrival = self._last_second()
            ending = InterruptAt(number=number, act=partial(ready.pass_time, SECOND))
            joined.add(take_in(watched(ready.hub, ending), arrival).work_id)
            ready.pass_time(2 * QUARTER)
            assert set(essence(ready.hub).files.values()) == {("DONE", "")}
        assert joined == {SLOT.id, Slot("identifiers", SLOT_END + QUARTER).id}

    def test_a_closing_slot_loses_no_file_that_joins_meanwhile(self) -> None:
        for number in range(4):
            ready, arrival = self._last_second()
            joining = InterruptAt(number=number, act=partial(take_in, ready.hub, arrival))
            close_slot(watched(ready.hub, joining), SLOT)
            ready.pass_time(2 * QUARTER)
            assert set(essence(ready.hub).files.values()) == {("DONE", "")}

    @staticmethod
    def _last_second() -> tuple[Platform, Arrival]:
        ready = platform(LAST_SECOND)
        ready.send(AGENT, name(), request(name(), "SP-1"))
        ready.settle()
        own = name(sender=LDC)
        return ready, ready.upload(f"{LDC}/{own}", request(own, "SP-2"))


class TestAFileThatIsSetAside:
    def test_gets_no_further_answer_from_a_worker_that_is_still_at_it(self) -> None:
        """A run of the same slot gives the file up at any point of its answering."""
        ends = set()
        for number in range(_effects(again(answering))):
            call = again(answering)
            hub, parts = call.platform.hub, list[int]()
            giving_up = InterruptAt(number=number, act=partial(_give_up, hub, parts))
            worker = watched(hub, giving_up)
            assert any(done(call, worker) for _ in range(TRIES))
            assert not parts or parts == [_parts_of_failed(hub)]
            call.end()
            states = tuple(sorted(_states(hub)))
            assert states == (("DONE", "FAILED") if parts else ("DONE", "DONE"))
            ends.add(states)
        assert len(ends) == 2


class TestReportsDecidedAtOnce:
    def test_get_names_of_their_own_in_any_order_of_effects(self) -> None:
        for seed in SEEDS:
            ready = platform()
            arrivals = [ready.upload(f"{AGENT}/odd {each}", b"odd") for each in range(5)]
            works = [lambda hub, arrival=each: take_in(hub, arrival) for each in arrivals]
            assert Turns(ready.hub, works, seed).run() == [None] * 5
            ready.settle()
            names = sorted(key.split(".")[4] for key in outbound(ready.hub))
            assert names == [f"2025082012050{second}" for second in range(5)]


class TestAWorkerThatLostTheLease:
    @pytest.mark.parametrize("prepared", ALL_CALLS.values(), ids=ALL_CALLS.keys())
    def test_decides_nothing_any_more(self, prepared: Prepared) -> None:
        """Objects may still be published and numbers claimed: both are the same whoever does it.

        It loses the lease before each effect, which is after the one before; and after the last.
        """
        effects, _ = undisturbed(prepared)
        points = [(number, Moment.BEFORE) for number in range(len(effects))]
        for number, moment in [*points, (len(effects) - 1, Moment.AFTER)]:
            call = again(prepared)
            left: list[Item] = []
            act = partial(_take_over, call.platform.hub, left)
            losing = InterruptAt(number=number, act=act, moment=moment)
            with suppress(Exception):
                call.on(watched(call.platform.worker, losing))
            assert left
            where = f"{moment.value} {number} {effects[number].name}"
            assert call.platform.hub.state.items() == left, where


class TestTheGatewayCloses:
    """At any point between the reading of its mode and the commit."""

    @pytest.mark.parametrize("prepared", [taking_in, taking_in_held])
    def test_a_file_is_accepted_before_or_kept(self, prepared: Prepared) -> None:
        states = set()
        for number in range(_effects(again(prepared))):
            call = again(prepared)
            hub = call.platform.hub
            before: list[str] = []
            closing = InterruptAt(number=number, act=partial(_close, hub, before))
            assert done(call, watched(hub, closing))
            (state,) = _states(hub)
            assert state == ("ACCEPTED" if "ACCEPTED" in before else "HELD")
            states.add(state)
            set_mode(hub, GatewayMode.OPEN)
            call.platform.pass_time(2 * HOUR)
            assert list(essence(hub).files.values()) == [("DONE", "")]
        assert states == {"ACCEPTED", "HELD"}


def _give_up(hub: MemoryHub, parts: list[int]) -> None:
    if fail_file(hub, SLOT, LDC, ERROR) is not None:
        parts.append(_parts_of_failed(hub))


def _parts_of_failed(hub: MemoryHub) -> int:
    """Return how many answers were decided for the file that failed."""
    items = hub.state.items()
    (failed,) = [item for item in items if item.get("state") == "FAILED"]
    answers = str(failed["pk"]).replace("RECEIPT#", "ANSWER#")
    return sum(item["pk"] == answers for item in items)


def _effects(call: Call) -> int:
    seen = Seen()
    call.on(watched(call.platform.hub, seen))
    return len(seen.effects)


def _take_over(hub: MemoryHub, left: list[Item]) -> None:
    take_lease_away(hub)
    left.extend(hub.state.items())


def _close(hub: MemoryHub, before: list[str]) -> None:
    before.extend(_states(hub))
    set_mode(hub, GatewayMode.HOLD)


def _states(hub: MemoryHub) -> list[str]:
    return [state for state, _ in essence(hub).files.values()]
