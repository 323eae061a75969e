"""Plans of deliveries: what a decision owes when that is more than one commit holds.

| What | Partition | Sort key |
|---|---|---|
| plan of deliveries | `DELIVERIES#<plan id>` | `PLAN` |
| progress of a plan | `DELIVERIES#<plan id>` | `PROGRESS` |

The plan is an object in the data bucket, a line for each delivery in the order of their names. It
is written before the decision, whose commit has its key and its hash, and never changes: who may
be sent what is asked when it is written, as of the instant of the decision. The module `batches`
carries a plan out. Before its last delivery is written, none of them is published or listed.
Whoever decides on a plan sees to it that the plan is carried out (for a notice: its own item).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import Enum

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.outbound.delivery import Report
from mdmr.exchange.outbound.recipients import refusal
from mdmr.jobs.lines import joined
from mdmr.jobs.objects import put_if_absent
from mdmr.ports.codec import Attributes, from_item, record_type, some_of, to_item
from mdmr.ports.objects import ObjectStore
from mdmr.ports.state import Absent, Equal, Item, Key, Put, StateStore, Update, Write

KIND = "DELIVERIES"
_PIECE = 1 << 20


class PlanUnknownError(LookupError):
    """There is no plan of this id."""


class PlanDamagedError(Exception):
    """The object of a plan is not what was decided."""


class PlannedDelivery(Struct, frozen=True):
    """A line of a plan: a report, and why it is withheld from its recipient (empty: it is not)."""

    report: Report
    refused: str = ""


@record_type()
class DeliveryPlan(Struct, frozen=True):
    """A decided plan: its object (key, bytes, lower-case hex hash), and how many deliveries it has.

    `epoch` is that of the decision.
    """

    id: str
    object_key: str
    sha256: str
    size: int
    count: int
    decided: datetime
    epoch: int

    @property
    def key(self) -> Key:
        """Where the plan lies."""
        return plan_key(self.id)


class Phase(Enum):
    """How far a plan is carried out: its deliveries are written, then announced."""

    WRITING = "WRITING"
    ANNOUNCING = "ANNOUNCING"
    DONE = "DONE"


@record_type()
class Progress(Struct, frozen=True):
    """How many deliveries the phase is through with, and how many bytes of the plan they take.

    That counts in `epoch` only: a region that takes over looks for each delivery anew, as what
    another one wrote may not have arrived. `revision` counts the writes.
    """

    phase: Phase = Phase.WRITING
    number: int = 0
    offset: int = 0
    epoch: int = 0
    revision: int = 0


def plan_key(plan_id: str) -> Key:
    """Return where a plan lies."""
    return Key(f"{KIND}#{plan_id}", "PLAN")


def progress_key(plan_id: str) -> Key:
    """Return where the progress of a plan lies."""
    return Key(f"{KIND}#{plan_id}", "PROGRESS")


def plan_of(report: Report) -> str:
    """Return the id of the plan that a report belongs to, empty for one that was decided alone."""
    found = (key for key in report.basis.items if key.partition.startswith(f"{KIND}#"))
    return next((key.partition.partition("#")[2] for key in found), "")


def planned(
    state: StateStore, plan_id: str, reports: Iterable[Report], at: datetime
) -> Iterator[PlannedDelivery]:
    """Yield the lines of a plan: reports in their order, with who may not be sent one at `at`.

    Each report rests on its plan, too.
    """
    asked: dict[tuple[str, str, str], str] = {}
    for report in reports:
        about = (report.file_id, report.org_1, report.recipient)
        if about not in asked:
            asked[about] = refusal(state, *about, at)
        basis = replace(report.basis, items=(*report.basis.items, plan_key(plan_id)))
        yield PlannedDelivery(replace(report, basis=basis), asked[about])


def write(
    data: ObjectStore,
    plan_id: str,
    planned: Callable[[], Iterable[PlannedDelivery]],
    at: datetime,
    epoch: int,
) -> DeliveryPlan:
    """Write the object of a plan that is to be decided at an instant, under an epoch; return it.

    The deliveries are taken one by one and not kept. An attempt that comes to other deliveries
    than one before it, which was not decided, writes an object of its own; the other one expires.
    """
    number = 0
    while True:
        name = hashlib.sha256(f"{plan_id}\n{at.isoformat()}\n{epoch}\n{number}".encode())
        key, content = f"staged/plan-{name.hexdigest()}", _Content(planned())
        if put_if_absent(data, key, content):
            sha256, size, count = content.sha256, content.size, content.count
            return DeliveryPlan(plan_id, key, sha256, size, count, at, epoch)
        number += 1


class _Content:
    """The lines of a plan in pieces, which are counted and hashed as they go by."""

    def __init__(self, planned: Iterable[PlannedDelivery]) -> None:
        self._planned = planned
        self._digest = hashlib.sha256()
        self.count = self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in joined(self._lines(), _PIECE):
            self._digest.update(piece)
            self.size += len(piece)
            yield piece

    @property
    def sha256(self) -> str:
        """The hash of what went by, lower-case hex."""
        return self._digest.hexdigest()

    def _lines(self) -> Iterator[bytes]:
        for delivery in self._planned:
            self.count += 1
            yield msgspec.json.encode(delivery)


def decide(plan: DeliveryPlan) -> list[Write]:
    """Return the writes by which a decision takes on a plan; the second decision of it fails."""
    started = Progress(epoch=plan.epoch)
    return [
        Put(to_item(plan, plan.key), condition=Absent()),
        Put(to_item(started, progress_key(plan.id)), condition=Absent()),
    ]


def find(state: StateStore, plan_id: str) -> DeliveryPlan | None:
    """Return a plan, or None."""
    item = state.get(plan_key(plan_id))
    return None if item is None else from_item(DeliveryPlan, item)


def progress(state: StateStore, plan_id: str) -> Progress:
    """Return the progress of a plan. Raises PlanUnknownError."""
    item = state.get(progress_key(plan_id))
    if item is None:
        raise PlanUnknownError(plan_id)
    return progress_of(item)


def progress_of(item: Item) -> Progress:
    """Return the progress that an item has."""
    return from_item(Progress, item)


def move(plan_id: str, before: Progress, after: Progress) -> Update:
    """Return the write of a plan's progress, if it is still as it was read."""
    changed: Attributes = some_of(after, "phase", "number", "offset", "epoch")
    return Update(
        progress_key(plan_id),
        set={**changed, "revision": before.revision + 1},
        condition=Equal("revision", before.revision),
    )


def is_complete(item: Item | None) -> bool:
    """Return whether all deliveries of a plan are written, given the item of its progress."""
    return item is not None and progress_of(item).phase is not Phase.WRITING


def incomplete(state: StateStore, reports: Iterable[Report]) -> frozenset[str]:
    """Return the ids of those plans of some reports whose deliveries are not all written yet."""
    ids = {plan_id for report in reports if (plan_id := plan_of(report))}
    found = state.get_many([progress_key(each) for each in sorted(ids)]) if ids else {}
    return frozenset(each for each in ids if not is_complete(found.get(progress_key(each))))
