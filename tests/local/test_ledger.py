"""The ledger of work in flight: exact at every instant."""

import threading
import time

import pytest
from mdmr_local.clock import current, install
from mdmr_local.clock.deadlines import Kind, RealClock, VirtualClock
from mdmr_local.clock.ledger import Ledger, NothingFinishesError, Parking


def _work(ledger: Ledger, what: object) -> tuple[int, threading.Thread]:
    """Start a piece of work in a thread."""
    number = ledger.begin("a piece of work")

    def run() -> None:
        ledger.adopt(number)
        what()  # type: ignore[operator]
        ledger.end(number)

    thread = threading.Thread(target=run)
    thread.start()
    return number, thread


def _until(holds: object) -> None:
    end = time.monotonic() + 5
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.001)


def test_it_is_quiet_when_all_work_has_ended() -> None:
    ledger = Ledger()
    ledger.wait_until_quiet(1)
    number = ledger.begin("a request")
    assert ledger.in_flight() == ["a request"]
    with pytest.raises(NothingFinishesError, match="a request") as raised:
        ledger.wait_until_quiet(0.1)
    assert raised.value.in_flight == ["a request"]
    ledger.end(number)
    ledger.wait_until_quiet(1)


def test_a_parked_thread_is_no_work_and_is_work_before_it_runs_again() -> None:
    ledger = Ledger()
    parking = Parking(ledger, "waits")
    reasons: list[str] = []
    go_on = threading.Event()

    def wait() -> None:
        reasons.append(parking.park())
        go_on.wait()

    _, thread = _work(ledger, wait)
    ledger.wait_until_quiet(1)
    assert ledger.parked() == ["a piece of work: waits"]
    assert parking.wake("now")
    assert ledger.in_flight() == ["a piece of work"]
    assert not parking.wake("again")
    go_on.set()
    thread.join()
    assert reasons == ["now"]
    assert ledger.in_flight() == ledger.parked() == []


def test_a_wake_up_before_the_parking_is_not_lost() -> None:
    parking = Parking(Ledger(), "waits")
    parking.wake("early")
    assert parking.park() == "early"


def test_a_parent_is_work_again_before_its_last_part_has_ended() -> None:
    ledger = Ledger()
    seen_quiet: list[bool] = []
    release = [threading.Event(), threading.Event()]
    parts = [_work(ledger, event.wait) for event in release]
    after = threading.Event()

    def parent() -> None:
        ledger.park_until_ended([number for number, _ in parts])
        after.wait()

    _, thread = _work(ledger, parent)
    _until(lambda: ledger.parked() == ["a piece of work: waits for its parts"])

    def watch() -> None:
        ledger.wait_until_quiet(5)
        seen_quiet.append(True)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    for event in release:
        event.set()
    for _, part in parts:
        part.join()
    assert ledger.in_flight() == ["a piece of work"]
    assert seen_quiet == []
    after.set()
    thread.join()
    watcher.join()


def test_a_parent_whose_parts_have_ended_does_not_wait() -> None:
    ledger = Ledger()
    number, thread = _work(ledger, lambda: None)
    thread.join()
    ledger.park_until_ended([number])


def test_the_virtual_clock_brings_everything_due_in_order() -> None:
    ledger = Ledger()
    now = [time.time()]
    clock = VirtualClock(ledger, lambda instant: now.__setitem__(0, instant))
    clock.now = lambda: now[0]  # type: ignore[method-assign]
    begin = now[0]
    happened: list[tuple[str, float]] = []

    class EveryTen:
        kind = Kind.SCHEDULE
        fired = begin

        def next_instant(self) -> float:
            return self.fired + 10

        def come_due(self, instant: float) -> None:
            self.fired = instant
            happened.append(("schedule", instant - begin))

    clock.add_source(EveryTen())
    clock.at(begin + 20, lambda: happened.append(("wait", now[0] - begin)), "a wait")
    clock.at(begin + 5, lambda: happened.append(("cancelled", 0)), "no wait").cancelled = True
    clock.advance_to(begin + 25, patience=1)
    assert happened == [("schedule", 10), ("wait", 20), ("schedule", 20)]
    assert now[0] == begin + 25
    assert clock.next_due() == (begin + 30, Kind.SCHEDULE)


def test_the_real_clock_lets_time_pass() -> None:
    clock = RealClock(Ledger())
    clock.start()
    began = time.monotonic()
    clock.sleep(0.1)
    assert 0.09 < time.monotonic() - began < 1
    clock.sleep_until(0)


def test_a_process_has_one_clock() -> None:
    clock = RealClock(Ledger())
    install(clock)
    assert current() is clock
