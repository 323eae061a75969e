"""Fibers: who sleeps wakes in time, who waits is told, who is killed is gone."""

from __future__ import annotations

from datetime import timedelta

from tests.simulation.engine import Engine
from tests.support.market import NOON

SECOND = timedelta(seconds=1)


class TestFibers:
    def test_go_on_in_the_order_of_time_then_of_asking(self) -> None:
        engine, seen = Engine(NOON), list[str]()

        def work(name: str, pause: int) -> None:
            for _ in range(2):
                engine.sleep(pause)
                seen.append(f"{name} {engine.milliseconds}")

        for name, pause in (("a", 20), ("b", 10), ("c", 10)):
            engine.start(lambda name=name, pause=pause: work(name, pause))  # type: ignore[misc]
        engine.run(NOON + SECOND)
        assert seen == ["b 10", "c 10", "a 20", "b 20", "c 20", "a 40"]
        assert engine.now == NOON + SECOND

    def test_wait_for_each_other_but_not_for_ever(self) -> None:
        engine, seen = Engine(NOON), list[tuple[bool, int]]()
        slow = engine.start(lambda: engine.sleep(500))

        def wait(milliseconds: int) -> None:
            ended = engine.wait(slow, timedelta(milliseconds=milliseconds))
            seen.append((ended, engine.milliseconds))

        for most in (100, 900):
            engine.start(lambda most=most: wait(most))  # type: ignore[misc]
        engine.run(NOON + SECOND)
        engine.start(lambda: wait(1))
        engine.run(NOON + 2 * SECOND)
        assert seen == [(False, 100), (True, 500), (True, 1_000)]

    def test_that_are_killed_do_nothing_more(self) -> None:
        engine, seen = Engine(NOON), list[str]()

        def work() -> None:
            engine.sleep(10)
            seen.append("alive")

        for delay in (0, 100):
            engine.start(work, delay)
        engine.run(NOON + timedelta(milliseconds=5))
        assert engine.alive == 2
        engine.close()
        engine.run(NOON + SECOND)
        assert (seen, engine.alive) == ([], 0)
