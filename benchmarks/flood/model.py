"""Queues and pollers of AWS as a model of events in time; what they call is the real thing.

A poller takes a message as soon as one is there, is busy for as long as the work took, and takes
the next. Pollers start as those of Lambda do: five at once and five more each second while
messages wait, up to a bound.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count

FIRST_POLLERS, POLLERS_PER_SECOND = 5, 5.0


@dataclass
class Timeline:
    """Seconds since the start, and what happens when."""

    now: float = 0.0
    _coming: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def at(self, instant: float, act: Callable[[], None]) -> None:
        """Let something happen at an instant, after what was to happen then before."""
        heapq.heappush(self._coming, (instant, next(self._numbers), act))

    def run(self) -> None:
        """Let everything happen in its order."""
        while self._coming:
            self.now, _, act = heapq.heappop(self._coming)
            act()


class SharedQueue:
    """First in, first out, for all."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()

    def put(self, message: str) -> None:
        """Add a message."""
        self._waiting.append(message)

    def take(self, at_most: int) -> list[str]:
        """Take the oldest messages."""
        return [self._waiting.popleft() for _ in range(min(at_most, len(self._waiting)))]

    def done(self, messages: Sequence[str]) -> None:
        """Delete messages that were worked."""


class LinesQueue:
    """First in, first out in each line; a line gives nothing while a message of it is worked."""

    def __init__(self, line_of: Callable[[str], str]) -> None:
        self._line_of = line_of
        self._lines: dict[str, deque[str]] = {}
        # The lines that can give a message, in the order in which they came to be so.
        self._ready: deque[str] = deque()

    def put(self, message: str) -> None:
        """Add a message to its line."""
        line = self._line_of(message)
        if line not in self._lines:
            self._lines[line] = deque()
            self._ready.append(line)
        self._lines[line].append(message)

    def take(self, at_most: int) -> list[str]:
        """Take the first messages of lines that are not worked."""
        return [
            self._lines[self._ready.popleft()].popleft()
            for _ in range(min(at_most, len(self._ready)))
        ]

    def done(self, messages: Sequence[str]) -> None:
        """Delete messages that were worked: their lines may go on."""
        for message in messages:
            line = self._line_of(message)
            if self._lines[line]:
                self._ready.append(line)
            else:
                del self._lines[line]


@dataclass
class Function:
    """A function that a queue feeds: `work` does a batch and returns the seconds it took."""

    timeline: Timeline
    queue: SharedQueue | LinesQueue
    work: Callable[[Sequence[str]], float]
    batch: int
    most_pollers: int
    _busy: int = 0
    _waiting_since: float | None = None
    _looks: bool = False

    def put(self, message: str) -> None:
        """Bring a message."""
        self.queue.put(message)
        self._poll()

    def _poll(self) -> None:
        """Let free pollers take what waits; look again when there will be more of them."""
        while self._busy < self._pollers():
            batch = self.queue.take(self.batch)
            if not batch:
                self._waiting_since = None
                return
            self._busy += 1
            seconds = self.work(batch)
            self.timeline.at(self.timeline.now + seconds, partial(self._end, batch))
        if self._waiting_since is None:
            self._waiting_since = self.timeline.now
        if not self._looks and self._pollers() < self.most_pollers:
            self._looks = True
            self.timeline.at(self.timeline.now + 1 / POLLERS_PER_SECOND, self._look)

    def _look(self) -> None:
        self._looks = False
        self._poll()

    def _end(self, batch: Sequence[str]) -> None:
        self._busy -= 1
        self.queue.done(batch)
        self._poll()

    def _pollers(self) -> int:
        since = self.timeline.now if self._waiting_since is None else self._waiting_since
        grown = int((self.timeline.now - since) * POLLERS_PER_SECOND)
        return min(FIRST_POLLERS + grown, self.most_pollers)
