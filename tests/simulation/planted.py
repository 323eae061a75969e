"""Planted faults: wrong variants of the code, each of which the invariants must catch.

Each is a sentence and a context in which the code is wrong. A harness that lives through all of
its seeds with one of them planted sees nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from mdmr.exchange.inbound import following, inside, routing, uploads
from mdmr.exchange.inbound.case import concern_of
from mdmr.exchange.inbound.sweep import Swept
from mdmr.exchange.ledger import slots
from mdmr.exchange.ledger.receipts import Arrival, Receipt
from mdmr.exchange.ledger.slots import Member, Slot
from mdmr.exchange.outbound import deliveries, plans, publishing
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.exchange.outbound.states import INTENDED, WITHHELD
from mdmr.ports.hub import Hub
from mdmr.ports.objects import Content, ObjectStore, pieces_of
from mdmr.ports.state import (
    AllOf,
    Check,
    Equal,
    Item,
    Put,
    StateStore,
    Update,
    Value,
    Write,
    key_of,
)
from mdmr.schedules import loading
from mdmr.schedules.deciding import Concluded, Examined, conclude, noted
from mdmr.schedules.files import LoadState
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.state import MemoryState
from msgspec.structs import replace

from tests.simulation import planted_in_plans as in_plans
from tests.simulation import planted_in_sets as in_sets
from tests.simulation import planted_in_walls as in_walls
from tests.simulation.cloud import Cloud
from tests.simulation.deployed import deployed
from tests.simulation.queues import Message
from tests.simulation.worker import at_work
from tests.support.crashing import Crash

_CLAIMS = ("NAME", "CONTENT", "PART")
_COMMIT = MemoryState.commit


@dataclass(frozen=True)
class Planted:
    """A planted fault: its name, what is wrong, and the context in which it is.

    `of_sets`: only synchronization sets can show it.
    """

    name: str
    what: str
    plant: Callable[[], AbstractContextManager[object]]
    of_sets: bool = False


def _kind(write: Write) -> str:
    key = key_of(write.item) if isinstance(write, Put) else write.key
    return key.partition.partition("#")[0]


def _commits(change: Callable[[Write], Write | None]) -> AbstractContextManager[object]:
    """Let each write of a commit be changed, or left out."""

    def commit(state: MemoryState, *writes: Write) -> None:
        changed = [each for each in map(change, writes) if each is not None]
        if changed:
            _COMMIT(state, *changed)

    return patch.object(MemoryState, "commit", commit)


def _without(*kinds: str) -> Callable[[], AbstractContextManager[object]]:
    """Leave out what is written or checked of some kinds."""
    return lambda: _commits(lambda write: None if _kind(write) in kinds else write)


def _unchecked(kind: str) -> Callable[[], AbstractContextManager[object]]:
    """Leave out the checks of a kind."""
    return lambda: _commits(
        lambda write: None if isinstance(write, Check) and _kind(write) == kind else write
    )


def _unconditional(*kinds: str) -> Callable[[], AbstractContextManager[object]]:
    """Write what is of some kinds whatever lies there."""

    def change(write: Write) -> Write:
        if _kind(write) in kinds and isinstance(write, Put | Update):
            return replace(write, condition=None)
        return write

    return lambda: _commits(change)


def _of_any_epoch() -> AbstractContextManager[object]:
    def change(write: Write) -> Write:
        if isinstance(write, Check) and isinstance(write.condition, AllOf):
            kept = tuple(
                each
                for each in write.condition.conditions
                if not (isinstance(each, Equal) and each.attribute == "epoch")
            )
            return replace(write, condition=AllOf(kept))
        return write

    return _commits(change)


def _torn() -> AbstractContextManager[object]:
    """Do a commit's writes one after the other; the worker may die in between."""

    def commit(state: MemoryState, *writes: Write) -> None:
        parts = sorted(writes, key=lambda write: not isinstance(write, Check))
        for number, write in enumerate(parts):
            if number and len(parts) > 1 and _dies():
                raise Crash("amid a commit")
            _COMMIT(state, write)

    return patch.object(MemoryState, "commit", commit)


def _dies() -> bool:
    try:
        chance = at_work().around.chance
    except KeyError:
        return False
    return not chance.quiet and chance.dice.random() < 0.02


def _numbers_over_others() -> AbstractContextManager[object]:
    def put(state: MemoryState, items: Sequence[Item]) -> list[Item | None]:
        for item in items:
            _COMMIT(state, Put(item))
        return [None] * len(items)

    return patch.object(MemoryState, "put_all_new", put)


def _written_over() -> AbstractContextManager[object]:
    def put(bucket: MemoryObjects, key: str, content: Content) -> None:
        bucket.upload(key, b"".join(pieces_of(content)))

    return patch.object(MemoryObjects, "put_new", put)


def _resent_otherwise() -> AbstractContextManager[object]:
    def put(bucket: MemoryObjects, key: str, content: Content, mark: str) -> None:
        whole = b"".join(pieces_of(content))
        bucket.upload(key, whole.replace(b"|", b"|" + mark[:1].encode(), 1))

    return patch.object(MemoryObjects, "put_again", put)


def _newest_first() -> AbstractContextManager[object]:
    def in_order(state: StateStore, slot: Slot, ldc: str) -> Iterator[Member]:
        return reversed(list(slots.members(state, slot, ldc)))

    return patch.object(slots, "in_order", in_order)


def _own_slot_only() -> AbstractContextManager[object]:
    return patch.object(slots, "in_order", slots.members)


def _no_sweep() -> AbstractContextManager[object]:
    module = deployed().functions["SweepFunction"].module
    return patch.object(module, "sweep", lambda _hub: Swept())


def _deleted_first() -> AbstractContextManager[object]:
    feed = Cloud._feed

    def deleted(cloud: Cloud, where: str, name: str, function: str, batch: list[Message]) -> None:
        for each in batch:
            cloud.queues[where, name].delete(each)
        feed(cloud, where, name, function, batch)

    return patch.object(Cloud, "_feed", deleted)


@contextmanager
def _for_anyone() -> Iterator[None]:
    with (
        patch.object(deliveries, "refusal", lambda *_args: ""),
        patch.object(plans, "refusal", lambda *_args: ""),
    ):
        yield


def _whatever_is_noted() -> AbstractContextManager[object]:
    def found(state: StateStore, delivery_id: str) -> Delivery | None:
        delivery = deliveries.find(state, delivery_id)
        if delivery is not None and delivery.state == WITHHELD:
            return replace(delivery, state=INTENDED)
        return delivery

    @contextmanager
    def planted() -> Iterator[None]:
        with patch.object(publishing, "deliveries", _Instead(deliveries, find=found)):
            yield

    return planted()


class _Instead:
    """A module in which some names mean something else."""

    def __init__(self, module: object, **names: object) -> None:
        self._module, self._names = module, names

    def __getattr__(self, name: str) -> object:
        return self._names[name] if name in self._names else getattr(self._module, name)


def _nothing_follows() -> AbstractContextManager[object]:
    return patch.object(following, "_begin", lambda *_args: None)


def _arrived_when_told() -> AbstractContextManager[object]:
    module = deployed().functions["IntakeFunction"].module

    def arrival_of(inbound: ObjectStore, message: Mapping[str, Value]) -> Arrival:
        now = at_work().hub.clock.now()
        return replace(uploads.arrival_of(inbound, message), arrived=now)

    return patch.object(module, "arrival_of", arrival_of)


def _finished_anyway() -> AbstractContextManager[object]:
    module = deployed().functions["FinishSlotFunction"].module

    def finish(hub: Hub, slot: Slot) -> bool:
        hub.state.commit(hub.lease.mandate(slot.id).check, slots.finish(slot))
        return True

    return patch.object(module, "finish_slot", finish)


def _worked_while_kept() -> AbstractContextManager[object]:
    def let_through(hub: Hub, receipt: Receipt) -> Check:
        return hub.gate.reading(concern_of(receipt.arrival)).check

    return patch.object(inside, "let_through", let_through)


def _one_line() -> AbstractContextManager[object]:
    return patch.object(routing, "line_of", lambda _key: routing.OTHER)


def _approved_anyway() -> AbstractContextManager[object]:
    def decided(hub: Hub, receipt: Receipt, found: Examined, epoch: int) -> Concluded:
        after = noted(receipt, found, found.state, hub.clock.now())
        return conclude(hub, receipt, found, after, since=LoadState.CHECKED, epoch=epoch)

    return patch.object(loading, "_decided", decided)


PLANTED: tuple[Planted, ...] = (
    Planted("mandate", "commits do not check the lease", _unchecked("LEASE")),
    Planted("epoch", "commits check the region of the lease, not its epoch", _of_any_epoch),
    Planted("gate", "commits do not check the gateway", _unchecked("GATE")),
    Planted("turned", "the gateway is put whatever was ordered since", _unconditional("GATE")),
    Planted("kept", "files inside are worked in HOLD", _worked_while_kept),
    Planted("torn", "the writes of a commit are made one by one", _torn),
    Planted("receipt", "a receipt is put whatever lies there", _unconditional("RECEIPT")),
    Planted("no-claims", "names and contents are not claimed", _without(*_CLAIMS)),
    Planted("arrived", "a file arrives when its message is worked", _arrived_when_told),
    Planted("begun", "what follows from a decision is not begun", _nothing_follows),
    Planted("incident", "no incident is opened", _without("INCIDENT")),
    Planted("deleted", "a message is deleted before its work", _deleted_first),
    Planted("sweep", "the sweep does nothing", _no_sweep),
    Planted("order", "the newest file of a slot is answered first", _newest_first),
    Planted("slots", "a run forgets what earlier slots have left", _own_slot_only),
    Planted("finished", "a slot is finished with files in it", _finished_anyway),
    Planted("numbers", "a number is put whatever lies there", _numbers_over_others),
    Planted(
        "answers",
        "a part is decided whatever was decided since",
        _unconditional("ANSWER", "DELIVERY", "SLOT", "RECEIPT"),
    ),
    Planted(
        "notices",
        "a notice is told whatever was told since",
        _unconditional("NOTICE", "DELIVERIES", "DELIVERY", "OUTBOUND"),
    ),
    Planted(
        "plans", "what belongs to a plan goes out as it is written", in_plans.announced_at_once
    ),
    Planted(
        "edges", "a batch of a plan leaves out its last delivery", in_plans.left_out_at_the_edge
    ),
    Planted("named", "a name is taken whatever was taken since", _unconditional("OUTBOUND")),
    Planted("entitled", "nobody asks who may be sent something", _for_anyone),
    Planted("published", "what is withheld is published", _whatever_is_noted),
    Planted("overwritten", "an outbound object is written whatever lies there", _written_over),
    Planted("resent", "a resend has other bytes", _resent_otherwise),
    Planted("lines", "all senders wait in one line", _one_line),
    Planted("approved", "a schedule is loaded without the approval it needs", _approved_anyway),
    Planted(
        "sequence",
        "a sequence is put whatever lies there",
        _unconditional("SEQUENCE"),
        of_sets=True,
    ),
    Planted("line", "a set is taken while another has the turn", in_sets.line_jumped, of_sets=True),
    Planted("turn", "a set that ends does not give its turn back", in_sets.turn_kept, of_sets=True),
    Planted(
        "stops",
        "reports of a stop and of the end are taken for one",
        in_sets.stops_alike,
        of_sets=True,
    ),
    Planted(
        "refusals", "refused records are told nobody", in_sets.refusals_forgotten, of_sets=True
    ),
    Planted(
        "skipped",
        "the last document of a part is not written",
        in_sets.one_document_skipped,
        of_sets=True,
    ),
    Planted("map", "a set leaves no directory map", in_sets.map_kept, of_sets=True),
    Planted(
        "batches",
        "of a part of a set the first batch is written only",
        in_sets.first_batch_only,
        of_sets=True,
    ),
    Planted(
        "refused",
        "a refused set is the last complete one to those behind it",
        in_sets.refused_counts,
        of_sets=True,
    ),
    Planted(
        "eleventh",
        "the reports of a set go to ten organizations at most",
        in_sets.ten_told,
        of_sets=True,
    ),
    Planted(
        "set-files",
        "the files of a set that ends stay as they are",
        in_sets.files_left,
        of_sets=True,
    ),
    Planted(
        "record-wall",
        "a fault on one record fails all of its part",
        in_walls.a_fault_on_one_record_fails_all,
        of_sets=True,
    ),
    Planted(
        "half", "half a record stays where it failed", in_walls.half_a_record_stays, of_sets=True
    ),
    Planted("catch", "the steps of a set have no Catch", in_walls.nothing_is_caught, of_sets=True),
    Planted(
        "refusal",
        "a refused set is planned anew first",
        in_walls.refused_only_when_planned_anew,
        of_sets=True,
    ),
    Planted(
        "untold",
        "what was applied of a refused set is told nobody",
        in_walls.applied_is_untold_when_refused,
        of_sets=True,
    ),
)


@contextmanager
def wrong(*faults: Planted) -> Iterator[None]:
    """Let the code have some faults at once."""
    with ExitStack() as planted:
        for each in faults:
            planted.enter_context(each.plant())
        yield
