"""The gateway in whole stories: what is lost nobody repeats, and others act in between."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from mdmr.continuity import gateway_item, ordering
from mdmr.continuity.attending import attend
from mdmr.continuity.gateway import ALL
from mdmr.continuity.ordering import Wish
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.ports.authority import Concern, GatewayMode
from mdmr.ports.codec import from_item
from mdmr.stores.memory.hub import MemoryHub

from tests.support.call import QUARTER
from tests.support.crashing import Crash, CrashAt, Effect, InterruptAt, Seen, moments, watched
from tests.support.gateway_calls import AT_ONE, AT_TWO, AUTHOR, HOLD, OPEN, REJECT, order
from tests.support.market import AGENT, LDC, OTHER_LDC, READER, name, request
from tests.support.pictures import essence, outbound
from tests.support.story import HOUR, Platform, platform

EVERYONE = {LDC, OTHER_LDC, AGENT, READER}


@dataclass(frozen=True)
class Told:
    """What came of a story with a closure.

    `held` are the lines about held files that senders were told, `were_held` those that they
    should have been; `changes` action and mode of each recipient's notices.
    """

    files: dict[tuple[str, str], tuple[str, str]]
    held: Counter[str]
    were_held: Counter[str]
    changes: dict[str, list[tuple[str, str]]]
    undelivered: list[str]
    modes: list[str]


def told(hub: MemoryHub) -> Told:
    held: Counter[str] = Counter()
    changes: dict[str, list[tuple[str, str]]] = {}
    for key, body in sorted(outbound(hub).items(), key=lambda each: each[0].split(".")[4]):
        recipient = key.partition("/")[0]
        lines = [split(line) for line in body.decode().splitlines()]
        fields = lines[1]
        if fields[1] == "NT01" and fields[8] == "HELD_FILES":
            held.update(row[2] for row in lines if row[0] == "DTL")
        elif fields[1] == "NT01":
            changes.setdefault(recipient, []).append((fields[14], fields[15]))
    were_held = Counter(
        f"{receipt.arrival.name} {receipt.arrival.size} {receipt.sha256}"
        for item in hub.state.items()
        if item["sk"] == "RECEIPT"
        and (receipt := from_item(Receipt, item)).history[0].state is FileState.HELD
    )
    picture = essence(hub)
    modes = [each.mode.value for each in gateway_item.read(hub.state).modes]
    return Told(picture.files, held, were_held, changes, picture.undelivered, modes)


def lived_through(around: Seen) -> Told:
    """Return what a day with a closure comes to in which the platform tries nothing again.

    Only the operator repeats an order that failed.
    """
    story = platform()
    story.forgetful = True
    story.worker = watched(story.hub, around)
    inside = name(at="20250820110000")
    story.send(AGENT, inside, request(inside, "SP-0", "SP-1"))
    story.settle()
    for mode, pause in ((HOLD, 20), (OPEN, 40)):
        while True:
            with suppress(Crash):
                order(story.worker, mode)
                break
        story.settle()
        for sender, sdp_id in ((AGENT, "SP-1"), (LDC, "SP-2")):
            file_name = name(sender=sender, at=f"2025082011{pause}00")
            story.send(sender, file_name, request(file_name, f"{sdp_id}-{mode.value}"))
        story.pass_time(timedelta(minutes=pause))
    story.worker = story.hub
    story.pass_time(4 * HOUR)
    return told(story.hub)


class TestNothingIsLostThatNobodyTriesAgain:
    """Messages and executions die with the worker; time, the sweep and the operator go on."""

    def test_when_the_worker_died_at_any_effect_of_a_closure(self) -> None:
        seen = Seen()
        clean = lived_through(seen)
        assert sorted(clean.files.values()) == [("DONE", "")] * 5
        assert clean.held == clean.were_held
        assert sorted(clean.held.values()) == [1, 1]
        assert clean.modes == ["OPEN"]
        assert set(clean.changes) == EVERYONE
        for number, effect in enumerate(seen.effects):
            for moment in moments(effect) if effect.writes else ():
                found = lived_through(CrashAt(number=number, moment=moment))
                where = f"{moment.value} {number} {effect.name}"
                # A lost event may let a file miss the closure, a lost opening prolong it.
                assert found.held == found.were_held, where
                assert replace(found, held=clean.held, were_held=clean.held) == clean, where


class TestNothingIsAcceptedWhileTheGatewayIsClosed:
    @pytest.mark.parametrize("mode", [HOLD, REJECT])
    def test_whenever_it_closes_during_the_intake_of_a_file(self, mode: GatewayMode) -> None:
        ends = set()
        for number in range(_effects_of_intake()):
            ready = platform()
            arrival = ready.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
            before: list[tuple[str, str]] = []
            closing = InterruptAt(number=number, act=partial(_close, ready, mode, before))
            take_in(watched(ready.hub, closing), arrival)
            (state,) = essence(ready.hub).files.values()
            ends.add(state)
            if before:
                assert state == before[0]
            else:
                assert state in {("HELD", ""), ("REJECTED", "F000")}
            order(ready.hub, OPEN)
            ready.pass_time(QUARTER)
            (last,) = essence(ready.hub).files.values()
            assert last == (state if state[0] == "REJECTED" else ("DONE", ""))
        assert ends == {("ACCEPTED", ""), ("HELD", "") if mode is HOLD else ("REJECTED", "F000")}


class TestHeldFilesGoFirst:
    def test_before_a_new_file_of_the_same_name_that_comes_at_any_point_of_the_opening(
        self,
    ) -> None:
        for number in range(_effects_of_opening()):
            ready, execution = _about_to_open()
            ready.clock.advance(timedelta(seconds=1))
            new = ready.upload(f"{AGENT}/{name()}", request(name(), "SP-NEW"))
            coming = InterruptAt(number=number, act=partial(take_in, ready.hub, new))
            attend(watched(ready.hub, coming), execution, ready.clock.now() + QUARTER)
            ready.settle()
            ready.pass_time(QUARTER)
            files = essence(ready.hub).files
            assert files[new.key, new.version_id] == ("REJECTED", "F011"), number
            assert min(files.values()) == ("DONE", "")

    def test_and_one_that_intake_fails_at_does_not_keep_those_behind_it(self) -> None:
        ready, execution = _about_to_open()
        broken = _keys(ready.hub)[0]

        def break_it(effect: Effect) -> Any:  # noqa: ANN401 - as any effect
            if effect.name == "inbound.stream" and effect.arguments == broken:
                raise RuntimeError(broken)
            return effect.happen()

        ready.worker = watched(ready.hub, break_it)
        attend(ready.worker, execution, ready.clock.now() + QUARTER)
        states = essence(ready.hub).files
        assert states.pop(broken) == ("HELD", "")
        assert set(states.values()) == {("ACCEPTED", "")}
        ready.worker = ready.hub
        ready.settle()
        assert set(essence(ready.hub).files.values()) == {("ACCEPTED", "")}


class TestAPlan:
    def test_is_carried_out_by_its_execution_alone(self) -> None:
        ready = platform()
        ordering.plan(ready.hub, Wish(ALL, HOLD, AT_ONE, AT_TWO, ready.clock.now()), AUTHOR)
        ready.settle()
        assert _mode(ready) is HOLD, "nothing is inside: it closes at once"
        ready.send(AGENT, name(), request(name(), "SP-1"))
        ready.pass_time(3 * HOUR)
        assert _mode(ready) is OPEN
        assert list(essence(ready.hub).files.values()) == [("DONE", "")]

    def test_is_carried_out_by_the_sweep_when_its_execution_died(self) -> None:
        ready = platform()
        ordering.plan(ready.hub, Wish(ALL, HOLD, AT_ONE, None, AT_ONE - QUARTER), AUTHOR)
        ready.hub.processes.started.clear()
        ready.pass_time(HOUR)
        assert _mode(ready) is HOLD
        assert set(told(ready.hub).changes) == EVERYONE

    def test_that_was_cancelled_does_nothing(self) -> None:
        ready = platform()
        wish = Wish(ALL, HOLD, AT_ONE, AT_TWO, AT_ONE - QUARTER)
        made = ordering.plan(ready.hub, wish, AUTHOR).plan
        ready.settle()
        ordering.cancel(ready.hub, made.id, AUTHOR)
        ready.pass_time(3 * HOUR)
        assert _mode(ready) is OPEN
        assert told(ready.hub).changes[LDC] == [("NEW", "HOLD"), ("CAN", "HOLD")]


def _effects_of_intake() -> int:
    ready, seen = platform(), Seen()
    arrival = ready.upload(f"{AGENT}/{name()}", request(name(), "SP-1"))
    take_in(watched(ready.hub, seen), arrival)
    return len(seen.effects)


def _close(ready: Platform, mode: GatewayMode, before: list[tuple[str, str]]) -> None:
    before.extend(essence(ready.hub).files.values())
    order(ready.hub, HOLD)
    if mode is REJECT:
        order(ready.hub, REJECT)


def _about_to_open() -> tuple[Platform, int]:
    """Return a platform with three held files that is ordered to open, and the order."""
    ready = platform()
    order(ready.hub, HOLD)
    for sender, at in ((AGENT, "00"), (LDC, "00"), (AGENT, "01")):
        file_name = name(sender=sender, at=f"202508201200{at}")
        ready.send(sender, file_name, request(file_name, f"SP-{sender}-{at}"))
        ready.clock.advance(timedelta(seconds=1))
    ready.settle()
    gateway = order(ready.hub, OPEN)
    return ready, gateway.order


def _effects_of_opening() -> int:
    ready, execution = _about_to_open()
    seen = Seen()
    attend(watched(ready.hub, seen), execution, ready.clock.now() + QUARTER)
    return len(seen.effects)


def _keys(hub: MemoryHub) -> list[tuple[str, str]]:
    arrivals = [Arrival.of(each) for each in hub.inbound.versions("")]
    arrivals.sort(key=lambda each: each.arrived)
    return [(each.key, each.version_id) for each in arrivals]


def _mode(ready: Platform) -> GatewayMode:
    return ready.hub.gate.reading(Concern(AGENT)).mode
