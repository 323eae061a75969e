"""Virtual time: fibers that sleep and wait for each other, always in the same order.

A fiber is an own stack (greenlet) on the one thread, so that real code can be stopped in the
middle of any call. Nothing here knows what a hub is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from typing import Protocol

from greenlet import getcurrent, greenlet


class Killed(BaseException):
    """Raised where a fiber stands that is killed."""


class Awaited(Protocol):
    """Something that a fiber can wait for."""

    ended: bool

    def then(self, call: Callable[[], None]) -> None:
        """Call this when it has ended."""
        ...


class Signal:
    """Something that happens once, when it is told to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[Callable[[], None]] = []
        self.ended = False

    def then(self, call: Callable[[], None]) -> None:
        """Call this when it happens."""
        self._waiting.append(call)

    def happen(self) -> None:
        """Let those go on that wait for it; it happens once only."""
        if not self.ended:
            self.ended = True
            for call in self._waiting:
                self._engine.after(0, call)


class Fiber:
    """Work with a stack of its own; `ended` once it is over."""

    def __init__(self, engine: Engine, work: Callable[[], object]) -> None:
        self._engine, self._work = engine, work
        self._stack = greenlet(self._live, parent=engine.home)
        self._waiting: list[Callable[[], None]] = []
        self.ended = False

    def go_on(self) -> None:
        """Let it run until it waits again; once it has ended this does nothing."""
        if not self.ended:
            self._stack.switch()

    def kill(self) -> None:
        """End it where it stands; only what comes from the calendar may do so, no other fiber."""
        if not self.ended:
            if self._stack:
                self._stack.throw(Killed)
            # One that had not begun yet never comes to its own end.
            self.ended = True
            self._engine.over(self)

    def then(self, call: Callable[[], None]) -> None:
        """Call this when it has ended."""
        self._waiting.append(call)

    def _live(self) -> None:
        try:
            self._work()
        except Killed:
            return
        finally:
            self.ended = True
            self._engine.over(self)
            for call in self._waiting:
                self._engine.after(0, call)


class Engine:
    """The calendar of what is to come, in milliseconds since the start.

    What is due at one instant comes in the order in which it was put down.
    """

    def __init__(self, start: datetime) -> None:
        self.home = getcurrent()
        self.milliseconds = 0
        self._start = start.astimezone(UTC)
        self._calendar: list[tuple[int, int, Callable[[], None]]] = []
        self._noted = 0
        # Until which millisecond is being run; before anything is, nothing may go on by itself.
        self._until = -1
        self._fibers: dict[Fiber, None] = {}

    @property
    def now(self) -> datetime:
        """The virtual instant, in UTC."""
        return self._start + timedelta(milliseconds=self.milliseconds)

    @property
    def alive(self) -> int:
        """How many fibers have not ended."""
        return len(self._fibers)

    @property
    def next_due(self) -> datetime | None:
        """When the next thing happens, None when nothing is to come."""
        if not self._calendar:
            return None
        return self._start + timedelta(milliseconds=self._calendar[0][0])

    def after(self, milliseconds: int, call: Callable[[], None]) -> None:
        """Put down a call that comes so much later."""
        self._noted += 1
        heappush(self._calendar, (self.milliseconds + milliseconds, self._noted, call))

    def at(self, instant: datetime, call: Callable[[], None]) -> None:
        """Put down a call for an instant; one that is past comes at once."""
        self.after(max(to_milliseconds(instant - self.now), 0), call)

    def start(self, work: Callable[[], object], delay: int = 0) -> Fiber:
        """Start a fiber after a delay."""
        fiber = Fiber(self, work)
        self._fibers[fiber] = None
        self.after(delay, fiber.go_on)
        return fiber

    def over(self, fiber: Fiber) -> None:
        """Forget a fiber that has ended."""
        self._fibers.pop(fiber, None)

    def sleep(self, milliseconds: int) -> None:
        """Let the fiber that calls this wait."""
        due = self.milliseconds + milliseconds
        if due <= self._until and (not self._calendar or due < self._calendar[0][0]):
            # Nothing comes before it: it would be the next to go on.
            self.milliseconds = due
            return
        self.after(milliseconds, partial(self._wake, getcurrent()))
        self.home.switch()

    def sleep_until(self, instant: datetime) -> None:
        """Let the fiber that calls this wait until an instant."""
        self.sleep(max(to_milliseconds(instant - self.now), 0))

    def wait(self, awaited: Awaited, most: timedelta) -> bool:
        """Let the fiber that calls this wait for something; return whether it ended in time."""
        if awaited.ended:
            return True
        stack = getcurrent()
        told: list[bool] = []

        def tell(ended: bool) -> None:  # noqa: FBT001 - whether it ended, or time did
            if not told:
                told.append(ended)
                self._wake(stack)

        awaited.then(lambda: tell(True))  # noqa: FBT003
        self.after(to_milliseconds(most), lambda: tell(False))  # noqa: FBT003
        self.home.switch()
        return told[0]

    def run(self, until: datetime) -> None:
        """Do what is due until an instant, which is now afterwards."""
        self._until = end = to_milliseconds(until - self._start)
        calendar = self._calendar
        while calendar and calendar[0][0] <= self._until:
            self.milliseconds, _, call = heappop(calendar)
            call()
        self.milliseconds, self._until = max(end, self.milliseconds), -1

    def halt(self) -> None:
        """Let nothing more come in the present run: whoever is at work does what it is at."""
        self._until = -1

    def close(self) -> None:
        """End every fiber where it stands; nothing is to come any more."""
        self._calendar.clear()
        for fiber in list(self._fibers):
            fiber.kill()
        self._calendar.clear()

    @staticmethod
    def _wake(stack: greenlet) -> None:
        if not stack.dead:
            stack.switch()


def to_milliseconds(length: timedelta) -> int:
    """Return a length in whole milliseconds."""
    return length // timedelta(milliseconds=1)
