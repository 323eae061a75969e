"""The gateway changes at any point of a slot's run: the same becomes of the files inside."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from mdmr.continuity.attending import attend

from tests.faults.test_crash_matrix import done
from tests.support.calls import SLOT, SLOT_END, failing
from tests.support.crashing import InterruptAt, Seen, watched
from tests.support.gateway_calls import HOLD, OPEN, order
from tests.support.market import AGENT, LDC, name, request, set_parameter
from tests.support.pictures import essence
from tests.support.story import HOUR, Platform, platform

SECOND = timedelta(seconds=1)
_States: TypeAlias = dict[tuple[str, str], tuple[str, str]]


class Progress(NamedTuple):
    """How far the work on the files has come: their states, and how many parts are answered."""

    files: _States
    parts: int


class End(NamedTuple):
    """What became of the files: their states, their answers, the numbers they were given."""

    files: _States
    answers: list[tuple[str, ...]]
    numbers: list[tuple[Any, ...]]
    undelivered: list[str]


def ready_to_run() -> Platform:
    """Return a platform at a slot's end with two files of an LDC, one answered in two parts."""
    ready = platform()
    set_parameter(ready.hub, "out.max_details", "2")
    for sender, sdp_ids in ((AGENT, ("SP-1", "SP-2", "SP-1")), (LDC, ("SP-2",))):
        file_name = name(sender=sender)
        ready.send(sender, file_name, request(file_name, *sdp_ids))
        ready.settle()
        ready.clock.advance(SECOND)
    ready.clock.move_to(SLOT_END)
    ready.hub.processes.started.clear()
    return ready


def progress(ready: Platform) -> Progress:
    answers = [item for item in ready.hub.state.items() if str(item["pk"]).startswith("ANSWER#")]
    return Progress(essence(ready.hub).files, len(answers))


def end(ready: Platform) -> End:
    ready.worker = ready.hub
    ready.pass_time(SECOND)
    assert ready.failed_runs == []
    found = essence(ready.hub)
    answers = [each for each in found.received if each[1] == "2000"]
    return End(found.files, answers, found.numbers, found.undelivered)


def undisturbed() -> tuple[int, End]:
    """Return how many effects a run has, and its end."""
    ready, seen = ready_to_run(), Seen()
    ready.worker = watched(ready.hub, seen)
    ready.run_slot(SLOT)
    return len(seen.effects), end(ready)


def close(ready: Platform, before: list[Progress]) -> None:
    before.append(progress(ready))
    order(ready.hub, HOLD)


def let_go_on(ready: Platform) -> None:
    """Open the gateway and attend to it to the end."""
    gateway = order(ready.hub, OPEN)
    attend(ready.hub, gateway.order, ready.clock.now() + HOUR)


def test_nothing_more_is_decided_about_them_from_the_closing_on() -> None:
    effects, clean = undisturbed()
    assert [state for state, _ in clean.files.values()] == ["DONE", "DONE"]
    parts = set()
    for number in range(effects):
        ready, before = ready_to_run(), list[Progress]()
        closing = InterruptAt(number=number, act=partial(close, ready, before))
        ready.worker = watched(ready.hub, closing)
        ready.run_slot(SLOT)
        assert before == [progress(ready)], f"{number} {closing.effects[number].name}"
        parts.add(before[0].parts)
        order(ready.hub, OPEN)
        assert end(ready) == clean, f"{number} {closing.effects[number].name}"
    assert parts == {0, 1, 2, 3}


def test_none_is_left_behind_by_a_run_during_which_the_gateway_opens() -> None:
    effects, clean = undisturbed()
    for number in range(effects):
        ready = ready_to_run()
        order(ready.hub, HOLD)
        opening = InterruptAt(number=number, act=partial(let_go_on, ready))
        ready.worker = watched(ready.hub, opening)
        ready.run_slot(SLOT)
        order(ready.hub, OPEN)
        assert end(ready) == clean, number


def test_none_is_set_aside_from_the_closing_on() -> None:
    seen, ends = Seen(), set[str]()
    call = failing()
    call.on(watched(call.platform.hub, seen))
    for number in range(len(seen.effects)):
        call, before = failing(), list[Progress]()
        closing = InterruptAt(number=number, act=partial(close, call.platform, before))
        assert any(done(call, watched(call.platform.hub, closing)) for _ in range(2))
        assert before == [progress(call.platform)], number
        ends.update(state for state, _ in before[0].files.values())
    assert ends == {"PROCESSING", "ACCEPTED", "FAILED"}
