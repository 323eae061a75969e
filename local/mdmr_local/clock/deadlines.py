"""The two clocks of the emulator: the machine's own time and virtual time.

Both know the instants at which something is due: single deadlines (waits, time-outs, retries) and
recurring sources (schedules, messages that become visible again). The real clock lets a thread
sleep until the next one. The virtual clock stands still; told to advance it jumps from deadline to
deadline, and only when nothing is in flight.
"""

import heapq
import itertools
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from mdmr_local.clock.ledger import Ledger, Parking


class Kind(IntEnum):
    """What is due; at one instant the kinds come due in this order, each settling first."""

    EXPIRY = 0
    VISIBILITY = 1
    SCHEDULE = 2


class Source(Protocol):
    """Something that comes due again and again."""

    kind: Kind

    def next_instant(self) -> float | None:
        """Return the next instant (seconds since 1970) at which something is due, if any."""

    def come_due(self, instant: float, /) -> None:
        """Start what is due at ``instant`` and return without waiting for it."""


@dataclass(order=True)
class Deadline:
    """One instant at which ``action`` is to be called, once."""

    instant: float
    sequence: int
    action: Callable[[], object] = field(compare=False)
    description: str = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Clock(ABC):
    """Deadlines and sources, in order; the subclasses tell how time passes."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._lock = threading.Condition()
        self._sequence = itertools.count()
        self._heap: list[Deadline] = []
        self._sources: list[Source] = []

    @property
    @abstractmethod
    def is_virtual(self) -> bool:
        """Whether time stands still while work runs."""

    def now(self) -> float:
        """Return the emulator's time in seconds since 1970."""
        return time.time()

    def at(self, instant: float, action: Callable[[], object], description: str) -> Deadline:
        """Have ``action`` called at ``instant``; it must not block."""
        deadline = Deadline(instant, next(self._sequence), action, description)
        with self._lock:
            heapq.heappush(self._heap, deadline)
            if self._heap[0] is deadline:
                self._lock.notify_all()
        return deadline

    def add_source(self, source: Source) -> None:
        """Take part of a recurring source in the order of deadlines."""
        with self._lock:
            self._sources.append(source)
            self._lock.notify_all()

    def sleep(self, seconds: float) -> None:
        """Park the calling thread for ``seconds`` of this clock."""
        self.sleep_until(self.now() + seconds)

    def sleep_until(self, instant: float) -> None:
        """Park the calling thread until ``instant`` of this clock."""
        if instant > self.now():
            parking = Parking(self.ledger, f"until {instant:.3f}")
            self.at(instant, lambda: parking.wake("due"), "a wait")
            parking.park()

    def next_due(self) -> tuple[float, Kind] | None:
        """Return the earliest instant at which something is due, and its kind."""
        with self._lock:
            while self._heap and self._heap[0].cancelled:
                heapq.heappop(self._heap)
            due = [(self._heap[0].instant, Kind.EXPIRY)] if self._heap else []
            sources = list(self._sources)
        for source in sources:
            instant = source.next_instant()
            if instant is not None:
                due.append((instant, source.kind))
        return min(due, default=None)

    def _bring_due(self, instant: float, kind: Kind) -> None:
        """Start all of one kind that is due at or before ``instant``."""
        if kind is Kind.EXPIRY:
            for deadline in self._pop_due(instant):
                deadline.action()
            return
        for source in list(self._sources):
            due = source.next_instant() if source.kind is kind else None
            if due is not None and due <= instant:
                source.come_due(due)

    def _pop_due(self, instant: float) -> list[Deadline]:
        due = []
        with self._lock:
            while self._heap and self._heap[0].instant <= instant:
                deadline = heapq.heappop(self._heap)
                if not deadline.cancelled:
                    due.append(deadline)
        return due


class RealClock(Clock):
    """Time as the machine tells it; one thread brings the deadlines due."""

    # How long a schedule or message that appeared meanwhile may go unnoticed.
    _LOOK_AGAIN = 1.0

    @property
    def is_virtual(self) -> bool:
        """No: it passes by itself."""
        return False

    def start(self) -> None:
        """Start the thread that brings deadlines due."""
        threading.Thread(target=self._run, daemon=True, name="mdmr-clock").start()

    def _run(self) -> None:
        while True:
            due = self.next_due()
            left = self._LOOK_AGAIN if due is None else due[0] - self.now()
            if due is not None and left <= 0:
                self._bring_due(*due)
                continue
            with self._lock:
                if self._heap:  # one may have been added since
                    left = min(left, self._heap[0].instant - self.now())
                if left > 0:
                    self._lock.wait(min(left, self._LOOK_AGAIN))


class VirtualClock(Clock):
    """Time that stands still while work runs and jumps to the next deadline when told to.

    Args:
        ledger: what is in flight.
        travel: sets the time that this process sees, seconds since 1970.
    """

    def __init__(self, ledger: Ledger, travel: Callable[[float], None]) -> None:
        super().__init__(ledger)
        self._travel = travel
        self._advancing = threading.Lock()

    @property
    def is_virtual(self) -> bool:
        """Yes: it moves only when told to."""
        return True

    def advance_to(self, instant: float, patience: float) -> None:
        """Bring due, in order, all that is due up to and including ``instant``.

        Returns when nothing is in flight at ``instant``.

        Args:
            instant: seconds since 1970, not before the present.
            patience: real seconds without progress after which to give up.

        Raises:
            ValueError: ``instant`` is in the past.
            NothingFinishesError: something in flight does not end.
        """
        with self._advancing:
            if instant < self.now():
                raise ValueError(f"{instant} is before the present {self.now()}")
            while True:
                self.ledger.wait_until_quiet(patience)
                due = self.next_due()
                if due is None or due[0] > instant:
                    break
                if due[0] > self.now():
                    self._travel(due[0])
                self._bring_due(*due)
            if instant > self.now():
                self._travel(instant)
