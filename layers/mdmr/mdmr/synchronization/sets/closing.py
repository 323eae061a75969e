"""Closing a set: its end is one commit, together with the turn that it gives back.

What follows from the end is derived from it and may be done again: its files are worked to the
end, its reports are announced, and the sets that wait for their turn look again.
"""

from __future__ import annotations

from msgspec.structs import replace

from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState
from mdmr.exchange.outbound import deliveries
from mdmr.jobs.batching import chunks
from mdmr.organizations import parameters
from mdmr.ports.authority import Mandate
from mdmr.ports.codec import from_item
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, StateBusyError, Write
from mdmr.synchronization.sets import execution, rows, sequence
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.sequence import Sequence
from mdmr.synchronization.sets.states import FINAL, LOADED, Decision, SetState

# Writes of receipts at once, beside the check of the lease.
_BATCH = 90
# The sequence is the write after the lease's check, the gate's and the set's row.
_SEQUENCE_AT = 3


def close(
    hub: Hub,
    before: FileSet,
    after: FileSet,
    *writes: Write,
    directory: str | None = None,
    snapshot: str | None = None,
    mandate: Mandate | None = None,
) -> FileSet:
    """End a set: one commit of its state, its LDC's sequence and other writes; then what follows.

    `before` is the set as it was read, `after` it in its final state. `directory` is the key of
    the LDC's directory map from now on, `snapshot` that of its snapshot, None where they stay.
    `mandate` is the one whose epoch the other writes bear. Returns the set with all done that
    follows. Raises NotActiveError, KeptInsideError,
    StateBusyError; ConditionFailedError when the set or something that the other writes rest on
    was changed since: nothing is written then.
    """

    def attempt() -> FileSet:
        found = sequence.find(hub.state, before.id.ldc)
        left = _left(hub, found, before, after)
        if directory is not None:
            left = replace(left, directory=directory)
        if snapshot is not None:
            left = replace(left, snapshot=snapshot)
        under = mandate or hub.lease.mandate(str(before.id))
        given_back = sequence.move(found, left, epoch=under.epoch)
        return rows.commit(hub, before, after, given_back, *writes, mandate=under)

    closed = retry_on_contention(
        hub.backoff, Contended.SEQUENCE, f"end of {before.id}", attempt, retries=_at_the_sequence
    )
    return finish(hub, closed)


def _at_the_sequence(fault: Exception) -> bool:
    return isinstance(fault, ConditionFailedError) and set(fault.failed) == {_SEQUENCE_AT}


def finish(hub: Hub, closed: FileSet) -> FileSet:
    """Do what follows from the end of a set unless that was done, and return the set.

    Repeated, it does nothing new. Raises NotActiveError, StateBusyError.
    """
    if closed.followed:
        return closed
    end_files(hub, closed)
    for delivery_id in closed.reports:
        hub.publish_queue.send({"delivery": delivery_id})
    wake_waiting(hub, closed.id.ldc)
    mandate = hub.lease.mandate(str(closed.id))
    followed = rows.stamped(replace(closed, followed=True), mandate)
    try:
        hub.state.commit(mandate.check, rows.move(closed, followed, now=hub.clock.now()))
    except ConditionFailedError:
        # Another run of the set did the same; only its end can have followed.
        return rows.find(hub.state, closed.id) or closed
    return replace(followed, revision=closed.revision + 1)


def announce(hub: Hub, each: FileSet) -> None:
    """Hand the reports of a set over to be delivered, unless they are."""
    for delivery_id in each.reports:
        delivery = deliveries.find(hub.state, delivery_id)
        if delivery is not None and delivery.open:
            hub.publish_queue.send({"delivery": delivery_id})


def wake_waiting(hub: Hub, ldc: str) -> None:
    """Let every set of an LDC look again that waits for its turn."""
    for waiting in sequence.find(hub.state, ldc).waiting:
        execution.wake(hub, waiting.id)


def begin_files(hub: Hub, each: FileSet) -> None:
    """Note of the files of a set that they are being worked. Raises NotActiveError."""
    _move_files(hub, each, FileState.ACCEPTED, FileState.PROCESSING, "")


def end_files(hub: Hub, each: FileSet) -> None:
    """Note of the files of a set that they are worked to the end. Raises NotActiveError."""
    begin_files(hub, each)
    _move_files(hub, each, FileState.PROCESSING, FileState.DONE, each.state.value)


def _left(hub: Hub, found: Sequence, before: FileSet, after: FileSet) -> Sequence:
    """Return the sequence as a set leaves it that ends."""
    if after.state not in FINAL:
        message = f"{after.state} is no end of a set"
        raise ValueError(message)
    now = hub.clock.now()
    if found.open != before.id:
        return found.without(before.id)
    used = before.state in LOADED or _failure_uses(hub, before)
    left = found.given_back(now, used=used)
    if after.state is SetState.COMPLETE and after.decision is not Decision.REFUSE:
        return replace(left, extracted=after.extracted)
    return left


def _failure_uses(hub: Hub, each: FileSet) -> bool:
    name, now = "sync.consume_on_stl_error", hub.clock.now()
    return parameters.value(hub.state, name, at=now, owner=each.id.ldc) == "yes"


def _move_files(hub: Hub, each: FileSet, since: FileState, to: FileState, reason: str) -> None:
    keys = [receipts.receipt_key(file.receipt_id) for file in rows.files(hub.state, each.id)]
    found = [from_item(receipts.Receipt, item) for item in hub.state.get_many(keys).values()]
    now = hub.clock.now()
    due = (one.moved(to, now, reason) for one in found if one.state is since)
    for batch in chunks(due, _BATCH):
        _commit_or_seen(hub, each, [receipts.move(one, since=since) for one in batch])


def _commit_or_seen(hub: Hub, each: FileSet, moves: list[Write]) -> None:
    """Commit moves of receipts; where another run of the set made one of them, none is lost."""
    try:
        hub.state.commit(hub.lease.mandate(str(each.id)).check, *moves)
    except ConditionFailedError as fault:
        if 0 in fault.failed:
            raise StateBusyError(str(each.id)) from fault
        left = [move for at, move in enumerate(moves, start=1) if at not in fault.failed]
        if left:
            _commit_or_seen(hub, each, left)
