"""The platform around the functions: queues, storage events, executions, the sweep's schedule.

It does what the template makes AWS do, in virtual time and in both regions, and it is where
messages, events and executions are lost, doubled and delayed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from mdmr.calendar.instants import EST, to_text
from mdmr.exchange.inbound import uploads
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.stores.memory.hub import MemoryHub

from tests.simulation.chance import Fault
from tests.simulation.deployed import deployed
from tests.simulation.engine import Killed
from tests.simulation.machine import FailedError, Machine, Tokens
from tests.simulation.queues import LATE, Message, SimulatedQueue
from tests.simulation.regions import HOME, STANDBY, Region, region
from tests.simulation.worker import Invocation, Surroundings, seen_by_workers

_SWEEP_EVERY, _SWEEP_AT = timedelta(hours=2), timedelta(minutes=7)
_CALL = timedelta(hours=2)


class Cloud:
    """Two regions of a hub in operation.

    `executions` are those that were started, by region, process, name and input; `dead` the
    messages that people would have to look at; no sweep comes any more once `sweeping` is False.
    """

    def __init__(self, around: Surroundings, common: MemoryHub) -> None:
        self.around, self.engine, self.chance = around, around.engine, around.chance
        self.common = common
        self.queues = {
            (where, name): SimulatedQueue(
                each, around, partial(self._take, where, name), partial(self._dead, where, name)
            )
            for where in (HOME, STANDBY)
            for name, each in deployed().queues.items()
        }
        self._tokens = {name: Tokens(name) for name in (HOME, STANDBY)}
        self.regions: dict[str, Region] = {
            name: region(
                name,
                common,
                self._ports(name),
                partial(self._begin, name),
                self._tokens[name].wake,
            )
            for name in (HOME, STANDBY)
        }
        self._hubs = {name: seen_by_workers(each.hub) for name, each in self.regions.items()}
        self.executions: list[tuple[str, str, str, Any]] = []
        self.dead: list[str] = []
        self.sweeping = True
        self._numbers = count(1)
        self._lost: set[str] = set()

    @property
    def waiting(self) -> int:
        """How many messages are in queues that feed a function."""
        return sum(len(each) for each in self.queues.values() if each.known.failed)

    def tell(self, arrival: Arrival, where: str) -> None:
        """Bring the storage event of an upload to a region's queue, or lose it, or both twice."""
        queue = self.queues[where, deployed().uploaded]
        text = json.dumps(uploads.message_of(arrival))
        if self.chance.wanted(Fault.EVENT_LOST):
            self.around.disturbed([text])
            self._note("event", f"{arrival.key} {arrival.version_id}: {Fault.EVENT_LOST.value}")
            return
        delay = self.chance.dice.randint(50, 1_000)
        if self.chance.wanted(Fault.EVENT_LATE):
            self.around.disturbed([text])
            delay += self.chance.dice.randint(0, LATE)
        times = 2 if self.chance.wanted(Fault.EVENT_TWICE) else 1
        for _ in range(times):
            queue.put(text, delay)
            delay += self.chance.dice.randint(0, LATE)

    def call(
        self, where: str, function: str, event: Mapping[str, Any], subjects: tuple[str, ...] = ()
    ) -> Invocation:
        """Call a function and return the invocation, begun."""
        known = deployed().functions[function]
        called = Invocation(
            next(self._numbers), where, known, event, self.around, self._hubs[where], subjects
        )
        called.start()
        self._note(called.who, f"begins: {event}"[:300])
        return called

    def wait_for(self, called: Invocation, most: timedelta) -> bool:
        """Let the calling fiber wait for an invocation; return whether that ended in time."""
        return self.engine.wait(called.fiber, min(most, called.function.timeout))

    def schedule_sweeps(self) -> None:
        """Let the sweep come in both regions, every two hours, for ever."""
        now = self.engine.now.astimezone(EST)
        first = now.replace(hour=now.hour // 2 * 2, minute=0, second=0, microsecond=0) + _SWEEP_AT
        at = first if first > now else first + _SWEEP_EVERY
        self.engine.at(at, partial(self._sweep, at))

    def run_execution(self, where: str, process: str, name: str, data: Any) -> None:  # noqa: ANN401
        """Run one execution to its end, in a fiber of its own."""
        self.engine.start(partial(self._conduct, where, process, name, data), delay=20)

    def _sweep(self, at: datetime) -> None:
        if not self.sweeping:
            return
        self.engine.at(at + _SWEEP_EVERY, partial(self._sweep, at + _SWEEP_EVERY))
        for where in self.regions:
            if self.chance.wanted(Fault.SWEEP_MISSED):
                self._note("schedule", f"{where}: {Fault.SWEEP_MISSED.value}")
            else:
                self.engine.start(partial(self._sweep_once, where, at), delay=100)

    def _sweep_once(self, where: str, at: datetime) -> None:
        for _ in range(deployed().sweep_attempts):
            called = self.call(where, "SweepFunction", {"scheduled_time": to_text(at)})
            if self.wait_for(called, _CALL) and called.error is None:
                return
            self.engine.sleep(60_000)

    def _ports(self, where: str) -> dict[str, SimulatedQueue]:
        return {port: self.queues[where, name] for port, name in deployed().ports.items()}

    def _take(self, where: str, name: str, batch: list[Message]) -> None:
        """Let the function that a queue feeds work a batch; what it did not fail at is over."""
        function = deployed().fed_by(name)
        if function is not None:
            self.engine.start(partial(self._feed, where, name, function.name, batch))

    def _feed(self, where: str, name: str, function: str, batch: list[Message]) -> None:
        records = [each.record for each in batch]
        subjects = tuple(each.text for each in batch)
        called = self.call(where, function, {"Records": records}, subjects)
        if not self.wait_for(called, _CALL) or called.error is not None:
            return
        failures = {each["itemIdentifier"] for each in called.result["batchItemFailures"]}
        for each in batch:
            if str(each.number) not in failures:
                self.queues[where, name].delete(each)

    def _dead(self, where: str, name: str, message: Message) -> None:
        """Take what a queue gives up: to the queue behind it, or to people."""
        behind = deployed().queues[name].failed
        self._note(name, f"{message.text} goes to {behind}")
        queue = self.queues[where, str(behind)]
        queue.take_over(message)
        if queue.known.failed is None:
            self.dead.append(message.text)

    def _begin(self, where: str, process: str, name: str, data: Any) -> None:  # noqa: ANN401
        self.executions.append((where, process, name, data))
        if self.chance.wanted(Fault.EXECUTION_LOST):
            self._note(name, Fault.EXECUTION_LOST.value)
            # It dies at once, or somewhere on its way.
            if self.chance.dice.random() < 0.5:
                return
            lifetime = self.chance.dice.randint(1_000, 40 * 60_000)
            self.engine.after(lifetime, lambda: self._lost.add(name))
        self.run_execution(where, process, name, data)

    def _conduct(self, where: str, process: str, name: str, data: Any) -> None:  # noqa: ANN401
        machine = Machine(
            self.engine,
            partial(self._task, where),
            partial(self._pace, name),
            self._tokens[where],
        )
        try:
            machine.run(deployed().machines[process], data)
        except FailedError as failure:
            self._note(name, f"failed: {failure.error}")

    def _pace(self, name: str) -> int:
        if name in self._lost:
            raise Killed
        return self.chance.dice.randint(20, 200)

    def _task(self, where: str, function: str, payload: Any, most: timedelta) -> Any:  # noqa: ANN401
        called = self.call(where, function, payload)
        if not self.wait_for(called, most):
            raise FailedError("Sandbox.Timedout")
        if called.error is not None:
            raise FailedError(called.error)
        return called.result

    def _note(self, who: str, what: str) -> None:
        self.around.trace.note(self.engine.milliseconds, who, what)
