"""The ledger of work in flight in the emulator.

Virtual time may move only when nothing is at work. To know that exactly, each piece of work is
entered *by whoever starts it*, before it starts, and struck out only when it has ended. A thread
that waits for a time, an answer or its children is *parked*: it is not at work, and whoever wakes
it enters it again before it runs. So there is no instant at which work exists and is not counted.
"""

import itertools
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class NothingFinishesError(RuntimeError):
    """Work in flight made no progress for too long.

    Attributes:
        in_flight: descriptions of the pieces of work that are under way.
    """

    def __init__(self, seconds: float, in_flight: list[str]) -> None:
        super().__init__(
            f"nothing finished within {seconds:g} s of real time; in flight: "
            + ("; ".join(in_flight) or "nothing")
        )
        self.in_flight = in_flight


class Ledger:
    """Counts the pieces of work in flight; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._became_quiet = threading.Condition(self._lock)
        self._numbers = itertools.count(1)
        self._at_work: dict[int, str] = {}
        self._parked: dict[int, str] = {}
        self._joins: dict[int, list[_Join]] = {}
        self._finished = 0
        self._own = threading.local()

    def begin(self, description: str) -> int:
        """Enter a piece of work and return its number; call before the work starts."""
        number = next(self._numbers)
        with self._lock:
            self._at_work[number] = description
        return number

    def end(self, number: int) -> None:
        """Strike out a piece of work that has ended; wakes who waits for it."""
        with self._lock:
            self._at_work.pop(number, None)
            self._parked.pop(number, None)
            self._finished += 1
            for join in self._joins.pop(number, ()):
                join.one_ended()
            self._tell_if_quiet()

    def adopt(self, number: int | None) -> None:
        """Tell which piece of work the calling thread carries out (None: none)."""
        self._own.number = number

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Within this block the calling thread starts threads that are no work of the cloud."""
        self._own.uncounted = True
        try:
            yield
        finally:
            self._own.uncounted = False

    def is_uncounted(self) -> bool:
        """Tell whether the calling thread is within :meth:`uncounted`."""
        return bool(getattr(self._own, "uncounted", False))

    def park_until_ended(self, numbers: Iterable[int]) -> None:
        """Park the calling thread until the given pieces of work have all ended."""
        parking = Parking(self, "waits for its parts")
        join = _Join(parking)
        with self._lock:
            for number in numbers:
                if number in self._at_work or number in self._parked:
                    self._joins.setdefault(number, []).append(join)
                    join.pending += 1
            if join.pending == 0:
                return
        parking.park()

    def wait_until_quiet(self, patience: float) -> None:
        """Return when nothing is at work.

        Args:
            patience: real seconds without any piece of work ending after which it gives up.

        Raises:
            NothingFinishesError: with what is in flight.
        """
        with self._lock:
            finished, since = self._finished, time.monotonic()
            while self._at_work:
                self._became_quiet.wait(0.5)
                if self._finished != finished:
                    finished, since = self._finished, time.monotonic()
                elif time.monotonic() - since > patience:
                    raise NothingFinishesError(patience, sorted(self._at_work.values()))

    def in_flight(self) -> list[str]:
        """Return descriptions of what is at work now."""
        with self._lock:
            return sorted(self._at_work.values())

    def parked(self) -> list[str]:
        """Return descriptions of the threads that are parked now."""
        with self._lock:
            return sorted(self._parked.values())

    def _tell_if_quiet(self) -> None:
        if not self._at_work:
            self._became_quiet.notify_all()


class Parking:
    """A place where one thread waits for one wake-up; use each object once."""

    def __init__(self, ledger: Ledger, description: str) -> None:
        self._ledger = ledger
        self._description = description
        self._event = threading.Event()
        self._woken: str | None = None
        self._reason = ""
        self._number: int | None = None
        self._work = ""

    def park(self) -> str:
        """Wait to be woken and return the reason given to :meth:`wake`."""
        ledger = self._ledger
        with ledger._lock:
            if self._woken is not None:
                return self._woken
            number = getattr(ledger._own, "number", None)
            if number in ledger._at_work:
                self._number = number
                self._work = ledger._at_work.pop(number)
                ledger._parked[number] = f"{self._work}: {self._description}"
                ledger._tell_if_quiet()
        self._event.wait()
        return self._reason

    def wake(self, reason: str) -> bool:
        """Wake the thread, entering it as work before it runs; false if it was woken before."""
        with self._ledger._lock:
            return self._wake(reason)

    def _wake(self, reason: str) -> bool:
        if self._woken is not None:
            return False
        self._woken = self._reason = reason
        if self._number is not None:
            self._ledger._parked.pop(self._number, None)
            self._ledger._at_work[self._number] = self._work
        self._event.set()
        return True


class _Join:
    """Wakes a parked thread when the last of several pieces of work ends."""

    def __init__(self, parking: Parking) -> None:
        self._parking = parking
        self.pending = 0

    def one_ended(self) -> None:
        self.pending -= 1
        if self.pending == 0:
            self._parking._wake("ended")
