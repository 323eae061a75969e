"""What is known of a hub while it runs: every commit, judged as it happens, and what it changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from mdmr.continuity import gateway_item
from mdmr.continuity.gateway import GATE_KEY, Gateway
from mdmr.continuity.records import LEASE_SHARDS, LeaseRow, lease_key
from mdmr.exchange.inbound.case import concern_of
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.outbound import plans
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.ports.authority import Concern
from mdmr.ports.codec import from_item
from mdmr.ports.state import Check, Delete, Item, Key, Put, StateStore, Write, key_of

from tests.simulation.worker import Invocation
from tests.support.crashing import Effect

# What the operator keeps about organizations.
REGISTRY = ("REGISTRY", "AUTHORIZATIONS", "PARAMETERS", "HISTORY")

_FILE = "FILE#"


class Violation(NamedTuple):
    """An invariant that does not hold: which, about what, and how."""

    invariant: str
    about: str
    text: str


class Decided(NamedTuple):
    """A change of a file's state: when, by the worker's clock, and what is to become of it."""

    receipt_id: str
    state: FileState
    at: datetime
    told: datetime


class Planned(NamedTuple):
    """A plan that was decided: how many deliveries it has, and when the deciding call began."""

    deliveries: int
    began: datetime


class Written(NamedTuple):
    """One write of a commit: the first word of its partition, its key, what it sets."""

    kind: str
    key: Key
    content: Item
    put: bool


@dataclass(frozen=True)
class Commit:
    """A commit that happened: in which region, by which call begun when, and what it wrote."""

    region: str
    function: str
    began: datetime
    at: datetime
    writes: tuple[Written, ...]

    def of(self, kind: str) -> Iterator[Written]:
        """Yield the writes to items of a kind."""
        return (each for each in self.writes if each.kind == kind)


@dataclass
class Known:
    """The hub as the commits so far have left it, as far as a judgement asks for it.

    `sets` are the states of sets by name, `stops` how often each has stopped, `stopped_before_turn`
    those that stopped before it was their turn and still are, `sequences` the rows of the LDCs'
    sequences by partition, `schedules` the states of schedule files by receipt id. `planned` names
    the plan of each delivery that has one, `written` how many of each plan's are written.
    """

    state: StateStore
    gateway: Gateway
    lease: dict[int, LeaseRow]
    files: dict[str, FileState] = field(default_factory=dict)
    concerns: dict[str, Concern] = field(default_factory=dict)
    deliveries: dict[str, str] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    stops: Counter[str] = field(default_factory=Counter)
    stopped_before_turn: set[str] = field(default_factory=set)
    sequences: dict[str, Item] = field(default_factory=dict)
    schedules: dict[str, str] = field(default_factory=dict)
    decided: list[Decided] = field(default_factory=list)
    planned: dict[str, str] = field(default_factory=dict)
    plans: dict[str, Planned] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)
    registry_changed: datetime | None = None
    commits: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._look_at_lease()

    def holds(self, region: str) -> bool:
        """Return whether a region may decide about anything."""
        return region in self._holding

    def note(self, commit: Commit) -> None:
        """Take in what a commit changed."""
        for each in commit.writes:
            self._note_plan(each, commit)
            if each.kind == "RECEIPT" and "state" in each.content:
                state = FileState(each.content["state"])
                receipt_id = each.key.partition.partition("#")[2]
                self.files[receipt_id] = state
                if each.put:
                    self.concerns[receipt_id] = concern_of(from_item(Receipt, each.content).arrival)
                self.decided.append(Decided(receipt_id, state, commit.at, commit.at))
            elif each.kind == "DELIVERY" and "state" in each.content:
                self._note_delivery(each)
            elif each.kind == "SET" and each.key.sort == "SET" and "state" in each.content:
                self._note_set(each.key.partition.partition("#")[2], str(each.content["state"]))
            elif each.kind == "SCHEDULE" and each.key.sort.startswith(_FILE):
                receipt_id = each.key.sort.removeprefix(_FILE)
                self.schedules[receipt_id] = str(each.content["state"])
            elif each.kind == "SEQUENCE":
                self.sequences[each.key.partition] = each.content
            elif each.key == GATE_KEY:
                self.gateway = from_item(Gateway, each.content)
            elif each.kind in REGISTRY:
                self.registry_changed = commit.at

    def _note_plan(self, written: Written, commit: Commit) -> None:
        if written.kind == plans.KIND and "count" in written.content:
            plan_id = written.key.partition.partition("#")[2]
            self.plans[plan_id] = Planned(int(str(written.content["count"])), commit.began)

    def _note_delivery(self, written: Written) -> None:
        delivery_id = written.key.partition.partition("#")[2]
        self.deliveries[delivery_id] = str(written.content["state"])
        if not written.put:
            return
        delivery = from_item(Delivery, written.content)
        plan_id = plans.plan_of(delivery.report)
        if plan_id and delivery.resend is None:
            self.planned[delivery_id] = plan_id
            self.written[plan_id] += 1

    def _note_set(self, set_name: str, state: str) -> None:
        before = self.sets.get(set_name)
        if state == "STOPPED" != before:
            self.stops[set_name] += 1
            if before in {"COLLECTING", "HELD"}:
                self.stopped_before_turn.add(set_name)
        elif state != "STOPPED":
            self.stopped_before_turn.discard(set_name)
        self.sets[set_name] = state

    def pass_lease(self, row: LeaseRow, shard: int) -> None:
        """Write a row of the lease, as whoever switches regions does."""
        self.state.commit(Put(row.to_item(shard)))
        self.lease[shard] = row
        self._look_at_lease()

    def _look_at_lease(self) -> None:
        epochs = {row.epoch for row in self.lease.values()}
        # Of the lease; None while it is passing from one region to the other.
        self.epoch = epochs.pop() if len(epochs) == 1 else None
        self._holding = {row.active for row in self.lease.values()}


Judge = Callable[[Commit, Known], Iterator[tuple[str, str]]]


@dataclass
class Watcher:
    """Judges each commit by the invariants that it is given, before it is taken in.

    `noted` is told of each state that is written, `found` called when something is wrong.
    """

    known: Known
    judges: Sequence[Judge]
    now: Callable[[], datetime]
    violations: list[Violation] = field(default_factory=list)
    noted: Callable[[Invocation, str], None] = lambda _by, _what: None
    found: Callable[[], None] = lambda: None

    def __call__(self, by: Invocation, effect: Effect, _: Any) -> None:  # noqa: ANN401
        """See an effect that happened."""
        if effect.name != "state.commit":
            return
        writes = tuple(_written(each) for each in effect.arguments if not isinstance(each, Check))
        commit = Commit(by.region, by.function.name, by.began, self.now(), writes)
        for judge in self.judges:
            for about, text in judge(commit, self.known):
                self.violations.append(Violation(judge.__name__, about, f"{by.who}: {text}"))
        if self.violations:
            self.found()
        self.known.note(commit)
        for each in writes:
            if "state" in each.content:
                self.noted(by, f"{each.key.partition} is {each.content['state']}")


def known_of(state: StateStore) -> Known:
    """Return what is known of a hub that was just put into operation."""
    rows = {}
    for shard in range(LEASE_SHARDS):
        item = state.get(lease_key(shard))
        if item is None:
            raise LookupError(shard)
        rows[shard] = from_item(LeaseRow, item)
    return Known(state, gateway_item.read(state), rows)


def _written(write: Write) -> Written:
    key = key_of(write.item) if isinstance(write, Put) else write.key
    content: Item = {}
    if isinstance(write, Put):
        content = write.item
    elif not isinstance(write, Delete | Check):
        content = write.set
    return Written(key.partition.partition("#")[0], key, content, isinstance(write, Put))
