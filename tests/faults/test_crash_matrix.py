"""A worker dies before, amid and after each effect of each use case: the same end as without it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from mdmr.ports.hub import Hub

from tests.support.call import Call
from tests.support.calls import CALLS
from tests.support.crashing import At, BusyAt, Crash, CrashAt, Seen, crash_points, moments, watched
from tests.support.market import AGENT, LDC, framed, name, request, set_parameter
from tests.support.pictures import Essence, Picture, essence, picture
from tests.support.set_calls import SET_CALLS
from tests.support.snapshots import again, undisturbed
from tests.support.story import HOUR, Platform, platform

TRIES = 5
ALL_CALLS = {**CALLS, **SET_CALLS}


@pytest.mark.parametrize("prepared", ALL_CALLS.values(), ids=ALL_CALLS.keys())
class TestTheEndIsTheSame:
    """The platform calls again what failed: the message comes again, the step is tried again."""

    def test_when_the_worker_dies_at_any_effect(self, prepared: Callable[[], Call]) -> None:
        effects, clean = undisturbed(prepared)
        for number, moment in crash_points(effects):
            at = CrashAt(number=number, moment=moment)
            where = f"{moment.value} {number} {effects[number].name}"
            assert disturbed(again(prepared), at) == clean, where

    def test_when_any_effect_is_turned_away_for_the_moment(
        self, prepared: Callable[[], Call]
    ) -> None:
        effects, clean = undisturbed(prepared)
        for number, effect in enumerate(effects):
            assert disturbed(again(prepared), BusyAt(number=number)) == clean, (
                f"{number} {effect.name}"
            )

    def test_when_all_is_done_twice(self, prepared: Callable[[], Call]) -> None:
        _, clean = undisturbed(prepared)
        call = again(prepared)
        call.on(call.platform.worker)
        call.on(call.platform.worker)
        call.end()
        assert picture(call.platform.hub) == clean


class TestTheSweepMendsWhatNobodyTriesAgain:
    """Messages and executions are lost with the worker: only time and the sweep go on."""

    def test_after_the_worker_died_at_any_effect_of_a_whole_story(self) -> None:
        clean, seen = platform(), Seen()
        wanted = told(clean, seen)
        assert not wanted.undelivered
        assert {state for state, _ in wanted.files.values()} == {"DONE", "REJECTED", "ACCEPTED"}
        for number, effect in enumerate(seen.effects):
            for moment in moments(effect):
                at = CrashAt(number=number, moment=moment)
                assert told(platform(), at) == wanted, f"{moment.value} {number} {effect.name}"


def told(story: Platform, around: Seen) -> Essence:
    """Return what a story comes to in which nothing is tried again, three sweeps later."""
    story.forgetful = True
    set_parameter(story.hub, "out.max_details", "2")
    story.worker = watched(story.hub, around)
    billing, own = name("5000"), name(sender=LDC)
    story.send(AGENT, name(), request(name(), "SP-1", "SP-2", "SP-1"))
    story.send(LDC, own, request(own, "SP-3"))
    story.send(AGENT, billing, framed(billing, []))
    story.send(AGENT, "odd", b"odd")
    story.pass_time(timedelta(minutes=30))
    story.worker = story.hub
    story.pass_time(3 * HOUR)
    return essence(story.hub)


def disturbed(call: Call, at: At) -> Picture:
    """Return the picture in the end of a call that something happens to, and that is repeated."""
    worker = watched(call.platform.worker, at)
    assert any(done(call, worker) for _ in range(TRIES))
    call.end()
    return picture(call.platform.hub)


def done(call: Call, worker: Hub) -> bool:
    with suppress(Exception, Crash):
        call.on(worker)
        return True
    return False
