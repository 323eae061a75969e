"""The queues of a simulated hub: at least once, in any order or in groups, with their faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from mdmr.ports.outside import Grouped
from mdmr.ports.state import Value
from mdmr.stores.limits import check_grouped, delay_seconds, hidden_seconds, message_text

from tests.simulation.chance import Fault
from tests.simulation.deployed import Queue, deployed
from tests.simulation.engine import to_milliseconds
from tests.simulation.worker import Surroundings

# What is late comes up to so many milliseconds later.
LATE = 14 * 60_000
# Between a message's sending and its being handed out, at most, when nothing delays it.
_POLL = 1_500
_SAME_ID_LASTS = 5 * 60_000


@dataclass(eq=False)
class Message:
    """A message: its text and group, from when it is handed out, and how often it was."""

    number: int
    text: str
    group: str
    visible: int
    received: int = 0

    @property
    def handle(self) -> str:
        """What its receiver is given to speak of it."""
        return f"{self.number} {self.received}"

    @property
    def record(self) -> dict[str, Any]:
        """The message as its function is given it."""
        return {
            "messageId": str(self.number),
            "receiptHandle": self.handle,
            "body": self.text,
            "attributes": {"ApproximateReceiveCount": str(self.received)},
        }


class SimulatedQueue:
    """One queue of one region, and the port to it: both that of Queue and of OrderedQueue.

    `take` is given each batch that is handed out, `dead` each message that was handed out as
    often as it may be.
    """

    def __init__(
        self,
        known: Queue,
        around: Surroundings,
        take: Callable[[list[Message]], None],
        dead: Callable[[Message], None],
    ) -> None:
        self.known = known
        self._around, self._engine, self._chance = around, around.engine, around.chance
        self._take, self._dead = take, dead
        self._waiting: list[Message] = []
        self._sent: dict[tuple[str, str], int] = {}
        self._numbers = count(1)
        function = deployed().fed_by(known.name)
        self._batch = function.batch if function else 0

    def __len__(self) -> int:
        return len(self._waiting)

    def send(self, message: Mapping[str, Value], delay: timedelta = timedelta()) -> None:
        """Hand over one message. Raises UnfitError where SQS would not take it or its delay."""
        self._send(message_text(message), "", 1_000 * delay_seconds(delay))

    def send_all(self, messages: Sequence[Grouped]) -> frozenset[str]:
        """Hand over messages in their order; all are taken. Raises UnfitError for an unfit one."""
        for each in messages:
            check_grouped(each)
            now = self._engine.milliseconds
            if now - self._sent.get((each.group, each.id), -_SAME_ID_LASTS) >= _SAME_ID_LASTS:
                self._sent[each.group, each.id] = now
                self._send(message_text(each.message), each.group, 0)
        return frozenset()

    def show_again(self, receipt: str, after: timedelta) -> None:
        """Let a received message come again so much later. Raises LookupError."""
        delay = 1_000 * hidden_seconds(after)
        for each in self._waiting:
            if each.handle == receipt:
                each.visible = self._engine.milliseconds + delay
                self._poll_after(delay)
                return
        raise LookupError(receipt)

    def put(self, text: str, delay: int, group: str = "") -> None:
        """Let a message wait here, to be handed out after a delay."""
        visible = self._engine.milliseconds + delay
        self._waiting.append(Message(next(self._numbers), text, group, visible))
        self._poll_after(delay)

    def take_over(self, message: Message) -> None:
        """Take what another queue gave up; an ordered one goes on counting."""
        self.put(message.text, 0, message.group)
        if self.known.ordered:
            self._waiting[-1].received = message.received

    def delete(self, message: Message) -> None:
        """Forget a message whose work is done."""
        if message in self._waiting:
            self._waiting.remove(message)
            self._poll_after(0)

    def _send(self, text: str, group: str, delay: int) -> None:
        if self._chance.wanted(Fault.MESSAGE_LOST):
            self._around.disturbed([text])
            self._note(f"{text}: {Fault.MESSAGE_LOST.value}")
            return
        if self._chance.wanted(Fault.MESSAGE_LATE):
            self._around.disturbed([text])
            delay += self._chance.dice.randint(0, LATE)
        self.put(text, delay, group)
        if self._chance.wanted(Fault.MESSAGE_TWICE):
            # In a line it comes again at once, or it would keep those behind it waiting.
            apart = 0 if self.known.ordered else self._chance.dice.randint(0, LATE)
            self.put(text, delay + apart, group)

    def _poll_after(self, delay: int) -> None:
        if self._batch:
            self._engine.after(delay + self._chance.dice.randint(1, _POLL), self._poll)

    def _poll(self) -> None:
        """Hand out some of the messages that may be, in any order unless they have groups."""
        now = self._engine.milliseconds
        ready = [each for each in self._first() if each.visible <= now]
        if not ready:
            return
        most = self._chance.dice.randint(1, self._batch)
        chosen = self._chance.dice.sample(ready, min(most, len(ready)))
        batch: list[Message] = []
        for each in chosen:
            if each.received >= self.known.receives:
                self.delete(each)
                self._dead(each)
            else:
                each.received += 1
                each.visible = now + to_milliseconds(self.known.hidden)
                batch.append(each)
        self._poll_after(to_milliseconds(self.known.hidden))
        if len(ready) > len(chosen):
            self._poll_after(0)
        if batch:
            self._take(batch)

    def _first(self) -> list[Message]:
        """Return what may be handed out once it is visible: of each group the first message."""
        if not self.known.ordered:
            return self._waiting
        first: dict[str, Message] = {}
        for each in self._waiting:
            first.setdefault(each.group, each)
        return list(first.values())

    def _note(self, what: str) -> None:
        self._around.trace.note(self._engine.milliseconds, self.known.name, what)
