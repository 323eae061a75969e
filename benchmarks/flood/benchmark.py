"""A flood of 10,000 files from one organization.

Ten other organizations send a file every few seconds, without the flood and in the midst of it.
How long each waits from its arrival to its receipt is told for the lines of intake and for the
peer: one queue for all, first in, first out, as a standard queue is at best.

Measured: the processor time of routing and intake, which are the real use cases on the stores in
memory; each file is really decided, in the order and at the time that the model comes to. Modelled:
SQS and Lambda (`model.py`), and what a call of AWS takes, from the table below: typical figures of
one region, the same for all. The time from the upload to the first queue is left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from statistics import quantiles
from typing import Any

from mdmr.calendar.instants import EST
from mdmr.exchange.inbound import uploads
from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.routing import line_of, route
from mdmr.exchange.ledger.receipts import FileState
from mdmr.operation.commands import answer
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectVersion
from mdmr.stores.memory.hub import REGION, MemoryHub, memory_hub
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.outside import FixedClock

from benchmarks.flood.model import Function, LinesQueue, SharedQueue, Timeline
from benchmarks.shape import Benchmark, Figure

FLOOD, FLOOD_PER_SECOND = 10_000, 3_500
OTHERS, EVERY, SECONDS = 10, 5.0, 300.0
# As in the template.
ROUTED_TOGETHER, MOST_WORKERS = 10, 100
START = datetime(2026, 1, 5, 10, 5, tzinfo=EST)
FLOODER = "ORG20000"
SENDERS = [f"ORG3{number:04}" for number in range(OTHERS)]
DOCUMENT = {
    "organizations": [
        {"org_id": each, "name": "Example Hydro", "roles": ["LDC"]} for each in (FLOODER, *SENDERS)
    ]
}
# Milliseconds of one call; `invoke` is the way of a batch from its queue to the function.
INVOKE = 10
CALLS = {
    "state": {"get": 4, "get_many": 6, "query": 6, "commit": 12},
    "inbound": {"describe": 20, "stream": 30, "versions": 30},
    "publish_queue": {"send": 10},
    "intake_queue": {"send_all": 20},
    "processes": {"start": 40},
    "notifications": {"send": 15},
    "lease": {"mandate": 4},
    "gate": {"reading": 4},
}


class Bucket(MemoryObjects):
    """An inbound bucket that lists one key without a look at all others, as S3 does."""

    def versions(self, prefix: str) -> Iterator[ObjectVersion]:
        """Yield the versions of a key."""
        yield from (version for version, _ in reversed(self._versions.get(prefix, [])))


@dataclass
class Counted:
    """A port whose calls are counted in milliseconds of AWS."""

    target: object
    costs: dict[str, int]
    spent: list[int]

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401 - stands for any attribute
        found = getattr(self.target, method)
        if method not in self.costs:
            return found

        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - stands for any method
            self.spent.append(self.costs[method])
            return found(*arguments, **named)

        return call


@dataclass
class World:
    """A hub, the files that were told of, and how long each waited for its receipt."""

    timeline: Timeline = field(default_factory=Timeline)
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))
    spent: list[int] = field(default_factory=list)
    arrived: dict[str, float] = field(default_factory=dict)
    waited: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.memory: MemoryHub = memory_hub(self.clock)
        answer(self.memory, {"action": "apply", "by": "benchmark", "document": DOCUMENT}, REGION)
        self.bucket = Bucket(self.clock, "inbound")
        ports = {name: getattr(self.memory, name) for name in Hub.__struct_fields__}
        ports["inbound"] = self.bucket
        counted = {name: Counted(ports[name], costs, self.spent) for name, costs in CALLS.items()}
        self.hub = Hub(**{**ports, **counted})

    def timed(self, work: Callable[[], object]) -> float:
        """Do some work now and return its seconds: those measured here and those of AWS."""
        self.clock.move_to(START + timedelta(seconds=self.timeline.now))
        self.spent.clear()
        began = time.process_time()
        work()
        return time.process_time() - began + (INVOKE + sum(self.spent)) / 1000

    def upload(self, sender: str, number: int) -> str:
        """Put a small valid file into the bucket and return the key."""
        at = START - timedelta(seconds=number)
        name = f"{sender}.{sender}.1000.00.{at:%Y%m%d%H%M%S}.DAT"
        body = f"FNR|{name}\nFHR|1000|00|{sender}|{sender}|20260105100500|1\n"
        self.clock.move_to(START + timedelta(seconds=self.timeline.now))
        self.bucket.upload(f"{sender}/{name}", f"{body}DTL|{sender}|SP-{number}\nEOF|1\n".encode())
        self.arrived[f"{sender}/{name}"] = self.timeline.now
        return f"{sender}/{name}"

    def message(self, key: str) -> dict[str, Any]:
        """Return the message that tells of a file."""
        told: dict[str, Any] = {"key": key, "version-id": self._version(key), "size": 99}
        return {"time": "2026-01-05T15:05:00Z", "detail": {"object": told}}

    def intake(self, keys: Sequence[str]) -> float:
        """Decide about the files of a batch and return the seconds it took."""
        taken = self.timed(partial(self._take_in, keys))
        for key in keys:
            self.waited[key] = self.timeline.now + taken - self.arrived[key]
        return taken

    def route(self, keys: Sequence[str]) -> float:
        """Route a batch and return the seconds it took."""
        messages = {f"{number}-{key[-18:]}": self.message(key) for number, key in enumerate(keys)}
        taken = self.timed(lambda: route(self.hub, messages))
        # The queue of the model stands in for this one.
        while (waiting := self.memory.intake_queue.receive()) is not None:
            self.memory.intake_queue.delete(waiting.receipt)
        return taken

    def _take_in(self, keys: Sequence[str]) -> None:
        for key in keys:
            receipt = take_in(self.hub, uploads.arrival_of(self.hub.inbound, self.message(key)))
            assert receipt.state is FileState.ACCEPTED, receipt.code

    def _version(self, key: str) -> str:
        (version,) = self.bucket.versions(key)
        return version.version_id


def shared(world: World) -> Function:
    """Return the peer: one queue, worked message by message by as many as may work at once."""
    return Function(world.timeline, SharedQueue(), world.intake, 1, MOST_WORKERS)


def lines(world: World) -> Function:
    """Return the way of the hub: a queue that is routed to lines, and intake that works them."""
    queue = LinesQueue(line_of)
    intake = Function(world.timeline, queue, world.intake, 1, MOST_WORKERS)

    def routed(keys: Sequence[str]) -> float:
        taken = world.route(keys)
        for key in keys:
            world.timeline.at(world.timeline.now + taken, partial(intake.put, key))
        return taken

    return Function(world.timeline, SharedQueue(), routed, ROUTED_TOGETHER, MOST_WORKERS)


def run(made: Callable[[World], Function], *, flood: bool) -> World:
    """Let the files of a run come and be worked; return the world when all are."""
    world = World()
    first = made(world)

    def come(sender: str, number: int) -> None:
        first.put(world.upload(sender, number))

    for number in range(FLOOD if flood else 0):
        world.timeline.at(number / FLOOD_PER_SECOND, partial(come, FLOODER, number))
    for place, sender in enumerate(SENDERS):
        for number in range(int(SECONDS / EVERY)):
            at = number * EVERY + place * EVERY / OTHERS
            world.timeline.at(at, partial(come, sender, number))
    world.timeline.run()
    assert world.waited.keys() == world.arrived.keys()
    return world


def waits(world: World) -> tuple[float, float]:
    """Return how long the others waited, p50 and p99, in seconds."""
    others = [waited for key, waited in world.waited.items() if not key.startswith(FLOODER)]
    cuts = quantiles(others, n=100)
    return cuts[49], cuts[98]


def worked_after(world: World) -> float:
    """Return the second at which the flood was worked."""
    flood = [key for key in world.waited if key.startswith(FLOODER)]
    return max(world.arrived[key] + world.waited[key] for key in flood)


def measure() -> list[Figure]:
    """Run both, calm and flooded."""
    calm, flooded = run(lines, flood=False), run(lines, flood=True)
    peer_calm, peer_flooded = run(shared, flood=False), run(shared, flood=True)
    (half, most), (calm_half, calm_most) = waits(flooded), waits(calm)
    (peer_half, peer_most), (peer_calm_half, _) = waits(peer_flooded), waits(peer_calm)
    queue = "one queue"
    return [
        Figure("p99 of the others", most, "s"),
        Figure("p99 against a calm hub", most, "s", "calm", calm_most),
        Figure("p99 against one queue", most, "s", queue, peer_most),
        Figure("p50", half, "s", queue, peer_half),
        Figure("p50, calm", calm_half, "s", queue, peer_calm_half),
        Figure(
            "the flood is worked", worked_after(flooded), "s", queue, worked_after(peer_flooded)
        ),
    ]


BENCHMARK = Benchmark(
    name="flood",
    question="How long do the others wait while one organization sends 10,000 files?",
    method=f"{FLOOD:,} files of one request at {FLOOD_PER_SECOND:,}/s, {OTHERS} others each every "
    f"{EVERY:.0f} s for {SECONDS:.0f} s; processor time of the real routing and intake; SQS, "
    f"Lambda (at most {MOST_WORKERS} at once) and {len(CALLS)} ports' latencies are modelled.",
    peer="one queue for all, first in, first out; and the same hub without a flood.",
    emulator="takes no part.",
    packages=("aws-lambda-powertools",),
    measure=measure,
)
