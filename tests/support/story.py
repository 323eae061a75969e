"""The platform that runs a hub in memory: its queues, its executions, its hourly sweep.

It does what the template makes AWS do, in one thread and with a clock that only moves when it is
told to: messages come again when their worker failed and go elsewhere after the last attempt, an
execution tries each step again, the sweep comes every hour. What the functions see of the hub is
`worker`, which a test can put something in front of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from mdmr.calendar.instants import EST, from_text
from mdmr.continuity.tending import Tending, tend, with_step
from mdmr.exchange.inbound import uploads
from mdmr.exchange.inbound.intake import refuse_for_good, take_in
from mdmr.exchange.inbound.routing import route
from mdmr.exchange.inbound.runs import close_slot, fail_file, finish_slot
from mdmr.exchange.inbound.sweep import sweep
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.exchange.ledger.slots import Slot
from mdmr.exchange.outbound.publishing import publish
from mdmr.identifiers.answering import answer_requests
from mdmr.identifiers.summarizing import summarize
from mdmr.jobs.steps import decode
from mdmr.ports.hub import Hub
from mdmr.schedules.loading import load_schedules
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock, Waiting

from tests.support.crashing import Crash
from tests.support.market import NOON, register

Message = Mapping[str, Any]
RECEIVES, STEP_ATTEMPTS, SCHEDULE_ATTEMPTS = 5, 6, 3
ROUTED_TOGETHER = 10
_numbers = count()
ERROR = "TaskFailed"
HOUR = timedelta(hours=1)


@dataclass
class Platform:
    """A hub in operation.

    `forgetful`: nothing that failed is tried again, a message is gone and an execution is dead;
    only the sweep can help. `working_time` is how long one call of the answering function goes
    on (negative: for one part). `dead` and `failed_runs` are what a person would have to look at.
    """

    hub: MemoryHub
    clock: FixedClock
    worker: Hub
    forgetful: bool = False
    working_time: timedelta = timedelta(minutes=5)
    dead: list[Message] = field(default_factory=list)
    failed_runs: list[str] = field(default_factory=list)
    _run: set[tuple[str, str]] = field(default_factory=set)
    _again: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def upload(self, key: str, body: bytes) -> Arrival:
        """Put an object into the inbound bucket; no event tells of it."""
        return Arrival.of(self.hub.inbound.upload(key, body))

    def tell(self, arrival: Arrival) -> None:
        """Deliver a storage event."""
        self.hub.arrivals_queue.send(uploads.message_of(arrival))

    def send(self, prefix: str, name: str, body: bytes) -> Arrival:
        """Upload a file as an organization does; the event of it arrives."""
        arrival = self.upload(f"{prefix}/{name}", body)
        self.tell(arrival)
        return arrival

    def settle(self) -> None:
        """Work until nothing is left that could be done now."""
        while self._one_message() or self._one_execution():
            pass

    def pass_time(self, by: timedelta) -> None:
        """Let time pass: executions come due, and a sweep comes at each full hour."""
        self.settle()
        until = self.clock.now() + by
        while (moment := self._next_moment()) <= until:
            self.clock.move_to(moment)
            self.settle()
            if moment.minute == 0:
                self._tried(lambda: sweep(self.worker), SCHEDULE_ATTEMPTS)
                self.settle()
        self.clock.move_to(until)

    def run_slot(self, slot: Slot) -> None:
        """Do what an execution does once its slot has ended."""
        while (over := self._go_round(slot)) is False:
            pass
        if over is None:
            self.failed_runs.append(slot.id)

    def _go_round(self, slot: Slot) -> bool | None:
        """Return whether a slot's run is over, None when it failed."""
        ldcs: list[str] = []
        if not self._step(lambda: ldcs.extend(close_slot(self.worker, slot))):
            return None
        served = [self._serve(slot, ldc) for ldc in ldcs]
        over: list[bool] = []
        if not all(served) or not self._step(lambda: over.append(finish_slot(self.worker, slot))):
            return None
        return over[0]

    def run_gateway(self, execution: tuple[str, str], data: Message) -> None:
        """Do what an execution of the gateway machine does once its wait is over."""
        ahead: list[datetime | None] = []

        def task() -> None:
            until = self.clock.now() + self.working_time
            step: Tending = decode(with_step(data), Tending)
            ahead.append(tend(self.worker, step, until=until).next_look)

        if not self._step(task):
            self.failed_runs.append(execution[1])
        elif ahead[-1] is not None:
            self._run.discard(execution)
            self._again[execution] = ahead[-1]

    def _serve(self, slot: Slot, ldc: str) -> bool:
        """Answer an LDC's files one after the other, each failed one set aside; then sum up."""
        more = True

        def answer() -> None:
            nonlocal more
            until = self.clock.now() + self.working_time
            if slot.process == "schedules":
                more = load_schedules(self.worker, slot, ldc, until=until).more
            else:
                more = answer_requests(self.worker, slot, ldc, until=until)

        failed: list[object] = []
        while more:
            if not self._step(answer):
                if self.forgetful:
                    return False
                failed.clear()
                aside = self._step(lambda: failed.append(fail_file(self.worker, slot, ldc, ERROR)))
                if not aside or failed == [None]:
                    return False
        if slot.process == "schedules":
            return True
        return self._step(lambda: summarize(self.worker, slot, ldc))

    def _one_message(self) -> bool:
        if told := self.hub.arrivals_queue.receive(ROUTED_TOGETHER):
            self._route({f"message-{next(_numbers)}": message for message in told})
            return True
        if (waiting := self.hub.intake_queue.receive()) is not None:
            self._intake(waiting)
            self.hub.intake_queue.delete(waiting.receipt)
            return True
        for message in self.hub.publish_queue.receive(1):
            self._publish(message)
            return True
        return False

    def _route(self, messages: Mapping[str, Message]) -> None:
        """Route messages by their ids until all are in their lines, or given up."""
        left = dict(messages)

        def work() -> None:
            failed = route(self.worker, left)
            for each in left.keys() - failed:
                del left[each]
            if left:
                raise LookupError(failed)

        if not self._tried(work, RECEIVES):
            self.dead.extend(left.values())

    def _intake(self, waiting: Waiting) -> None:
        message, inbound = waiting.message, self.worker.inbound
        if self._tried(
            lambda: take_in(self.worker, uploads.arrival_of(inbound, message)), RECEIVES
        ):
            return
        if self.forgetful or not self._tried(
            lambda: refuse_for_good(self.worker, uploads.arrival_at_last(inbound, message)),
            RECEIVES,
        ):
            self.dead.append(message)

    def _publish(self, message: Message) -> None:
        if not self._tried(partial(publish, self.worker, message["delivery"]), RECEIVES):
            self.dead.append(message)

    def _one_execution(self) -> bool:
        now = self.clock.now()
        for execution, data in self._executions():
            if execution not in self._run and self._due(execution, data) <= now:
                self._run.add(execution)
                if execution[0] == "gateway":
                    self.run_gateway(execution, data)
                else:
                    self.run_slot(Slot.of(data["slot"]))
                return True
        return False

    def _executions(self) -> list[tuple[tuple[str, str], Message]]:
        """Return what was started of slots and of the gateway; sets have tests of their own."""
        started = self.hub.processes.started.items()
        return [each for each in started if each[0][0] != "synchronization"]

    def _due(self, execution: tuple[str, str], data: Message) -> datetime:
        """Return when the wait of an execution ends."""
        return self._again.get(execution) or from_text(data["ends" if "ends" in data else "at"])

    def _next_moment(self) -> datetime:
        now = self.clock.now().astimezone(EST)
        hour = now.replace(minute=0, second=0, microsecond=0) + HOUR
        moments = [self._due(*each) for each in self._executions()]
        if self.hub.publish_queue.next_due is not None:
            moments.append(self.hub.publish_queue.next_due)
        return min([hour, *(each for each in moments if each > now)])

    def _step(self, work: Callable[[], object]) -> bool:
        return self._tried(work, STEP_ATTEMPTS)

    def _tried(self, work: Callable[[], object], attempts: int) -> bool:
        """Return whether the work was done within so many attempts."""
        for _ in range(1 if self.forgetful else attempts):
            # Whatever ends a function, the platform goes on.
            with suppress(Exception, Crash):
                work()
                return True
        return False


def platform(at: datetime = NOON, *, secret: bytes = b"a secret of tests only") -> Platform:
    """Return a hub in operation with the market registered, at an instant."""
    clock = FixedClock(at)
    hub = memory_hub(clock, secret=secret)
    register(hub)
    return Platform(hub, clock, worker=hub)
