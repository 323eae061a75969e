"""Carrying out a plan of deliveries: they are written in batches, then announced.

Each batch is one commit, together with how far the plan is carried out: a crash leaves whole
batches behind, and none is written twice. Names are given in the order of the plan. Only when all
deliveries are written is any of them announced, and published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.outbound import deliveries, plans
from mdmr.exchange.outbound.delivery import Report, delivery_key
from mdmr.exchange.outbound.plans import (
    DeliveryPlan,
    Phase,
    PlanDamagedError,
    PlannedDelivery,
    PlanUnknownError,
    Progress,
)
from mdmr.jobs.lines import lines
from mdmr.ports.contention import Contended, retry_from
from mdmr.ports.hub import Hub
from mdmr.ports.objects import ObjectStore
from mdmr.ports.state import Write

# A commit holds 100 writes: these, the check of the lease and the progress. Each delivery is one
# write, and each row that a batch takes names from.
MAX_WRITES = 98
_ANNOUNCED_AT_ONCE = 100


def run(
    hub: Hub,
    plan_id: str,
    before_announcing: Callable[[Report], object] = lambda _report: None,
    max_writes: int | None = None,
) -> None:
    """Carry out a plan to its end, in batches of at most `max_writes` writes (None: `MAX_WRITES`).

    `before_announcing` is called with each report before its delivery is announced, perhaps again
    after a crash. Repeated, and by several runners at once, it writes nothing twice. Raises
    PlanUnknownError, PlanDamagedError, NotActiveError, StateBusyError.
    """
    plan = plans.find(hub.state, plan_id)
    if plan is None:
        raise PlanUnknownError(plan_id)
    runner = _Runner(hub, plan, before_announcing, max_writes or MAX_WRITES)
    progress = plans.progress(hub.state, plan_id)
    while progress.phase is not Phase.DONE:
        progress = runner.next_batch(progress)


class _Line(Struct, frozen=True):
    """A delivery of a plan, and where its line ends."""

    planned: PlannedDelivery
    end: int


class _Reader:
    """The lines of a plan's object from an offset on; `next` is the one that comes, None for none.

    Who reads from the begin holds what was read against the hash of the decision.
    """

    def __init__(self, data: ObjectStore, plan: DeliveryPlan, offset: int) -> None:
        self._plan = plan
        self._digest = None if offset else hashlib.sha256()
        self._lines = self._read(data, offset)
        self.offset = offset
        self.next = next(self._lines, None)

    def take(self) -> _Line:
        """Take the line that comes. Raises PlanDamagedError."""
        taken = self.next
        if taken is None:
            raise PlanDamagedError(self._plan.id)
        self.offset, self.next = taken.end, next(self._lines, None)
        return taken

    def _read(self, data: ObjectStore, offset: int) -> Iterator[_Line]:
        end = offset
        for line in lines(self._pieces(data, offset)):
            end += len(line) + 1
            yield _Line(msgspec.json.decode(line, type=PlannedDelivery), end)
        whole = end == self._plan.size
        if not whole or (self._digest and self._digest.hexdigest() != self._plan.sha256):
            raise PlanDamagedError(self._plan.id)

    def _pieces(self, data: ObjectStore, offset: int) -> Iterator[bytes]:
        for piece in data.stream(self._plan.object_key, start=offset):
            if self._digest:
                self._digest.update(piece)
            yield piece


class _Runner:
    """One run of a plan, which reads on in its object from batch to batch."""

    def __init__(
        self,
        hub: Hub,
        plan: DeliveryPlan,
        before_announcing: Callable[[Report], object],
        max_writes: int,
    ) -> None:
        self._hub, self._plan, self._before_announcing = hub, plan, before_announcing
        self._max_writes = max_writes
        self._reader: _Reader | None = None

    def next_batch(self, progress: Progress) -> Progress:
        """Do the next batch and return the progress after it."""
        plan_id = self._plan.id
        return retry_from(
            self._hub.backoff,
            Contended.DELIVERY,
            f"deliveries of {plan_id}",
            self._attempt,
            progress,
            lambda: plans.progress(self._hub.state, plan_id),
        )

    def _attempt(self, progress: Progress) -> Progress:
        mandate = self._hub.lease.mandate(self._plan.id)
        if progress.phase is Phase.DONE:
            return progress
        if progress.epoch != mandate.epoch:
            return self._commit(progress, Progress(epoch=mandate.epoch), mandate.check)
        reader = self._reader_at(progress.offset)
        if progress.phase is Phase.WRITING:
            batch = _batch(reader, self._max_writes)
            after = self._after(progress, reader, len(batch), Phase.ANNOUNCING)
            return self._commit(
                progress, after, mandate.check, *self._intents(batch, mandate.epoch)
            )
        batch = _at_most(reader, _ANNOUNCED_AT_ONCE)
        for each in batch:
            self._before_announcing(each.report)
            self._hub.publish_queue.send({"delivery": each.report.delivery_id})
        after = self._after(progress, reader, len(batch), Phase.DONE)
        return self._commit(progress, after, mandate.check)

    def _reader_at(self, offset: int) -> _Reader:
        """Return the plan's reader where it stands there, else a new one."""
        if self._reader is None or self._reader.offset != offset:
            self._reader = _Reader(self._hub.data, self._plan, offset)
        return self._reader

    def _after(self, before: Progress, reader: _Reader, done: int, then: Phase) -> Progress:
        """Return the progress after some more deliveries; `then` is the phase that follows."""
        number = before.number + done
        if reader.next is not None:
            return replace(before, number=number, offset=reader.offset)
        if number != self._plan.count:
            raise PlanDamagedError(self._plan.id)
        return replace(before, phase=then, number=0, offset=0)

    def _intents(self, batch: Sequence[PlannedDelivery], epoch: int) -> list[Write]:
        """Return the writes of those deliveries of a batch that are not written yet."""
        if epoch != self._plan.epoch:
            keys = {delivery_key(each.report.delivery_id): each for each in batch}
            found = self._hub.state.get_many(keys)
            batch = [each for key, each in keys.items() if key not in found]
        at = self._plan.decided
        return deliveries.intend_planned(self._hub.state, batch, now=at, epoch=epoch)[1]

    def _commit(self, before: Progress, after: Progress, *writes: Write) -> Progress:
        self._hub.state.commit(*writes, plans.move(self._plan.id, before, after))
        return replace(after, revision=before.revision + 1)


def _batch(reader: _Reader, max_writes: int) -> list[PlannedDelivery]:
    """Take as many deliveries as one commit holds, with the rows that they take names from."""
    taken: list[PlannedDelivery] = []
    names = set()
    while reader.next is not None:
        names.add(deliveries.name_key(reader.next.planned.report))
        if len(taken) + 1 + len(names) > max_writes:
            break
        taken.append(reader.take().planned)
    return taken


def _at_most(reader: _Reader, count: int) -> list[PlannedDelivery]:
    taken: list[PlannedDelivery] = []
    while reader.next is not None and len(taken) < count:
        taken.append(reader.take().planned)
    return taken
