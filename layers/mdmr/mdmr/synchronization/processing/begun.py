"""A set under work: taken up by the first step that comes to it, stopped, and taken up again."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.outbound import deliveries
from mdmr.ports.contention import Contended, retry_from, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import Write
from mdmr.synchronization.codes_processing import ASKED
from mdmr.synchronization.processing import plans
from mdmr.synchronization.processing.faults import NOTHING, Sparing
from mdmr.synchronization.processing.reporting import Told, reports_as_can_be
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing, rows, sequence
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import GATHERING, Decision, SetState
from mdmr.synchronization.sets.stopping import STOPPED_SET, incident, resolved


def take_up(hub: Hub, set_id: SetId) -> FileSet:
    """Begin or resume the work on a set that is loaded or released, and return it as it is.

    Nothing changes about a set in any other state. Raises LookupError for a set that is none,
    NotActiveError, KeptInsideError, StateBusyError.
    """
    once = partial(_take_up, hub, set_id)
    return retry_on_contention(hub.backoff, Contended.FILE_SET, f"work on {set_id}", once)


def _take_up(hub: Hub, set_id: SetId) -> FileSet:
    file_set = find(hub, set_id)
    released = _is_released(file_set)
    if not released and file_set.state is not SetState.LOADED:
        return file_set
    after = replace(
        file_set.moved(SetState.PROCESSING, hub.clock.now()),
        decision=Decision.NONE,
        status="",
        status_text="",
        sync_end=None,
    )
    if file_set.state is SetState.LOADED or _begins_anew(hub, file_set):
        after = replace(after, sync_start=hub.clock.now())
    return rows.commit(hub, file_set, after, *([resolved(hub, file_set)] if released else ()))


def find(hub: Hub, set_id: SetId) -> FileSet:
    """Return a set. Raises LookupError for one that is none."""
    each = rows.find(hub.state, set_id)
    if each is None:
        raise LookupError(str(set_id))
    return each


class Stop(Struct, frozen=True):
    """How a set stops: its status and text, what its reports tell.

    `fault` names what failed inside, empty where nothing did. `spare` is what may be left out where
    it cannot be told.
    """

    status: str
    text: str
    told: Told
    fault: str = ""
    spare: Sparing = NOTHING


def stop(hub: Hub, before: FileSet, how: Stop) -> FileSet:
    """Stop a set wherever it is on its way, with its reports and an incident, and return it.

    One that still gathers its files gives up its place among those that wait: others of its number
    may come. Where another run of the set stopped or ended it, that stays. Raises NotActiveError,
    KeptInsideError, StateBusyError.
    """
    once, latest = partial(_stop, hub, how), partial(find, hub, before.id)
    subject = f"stop of {before.id}"
    stopped = retry_from(hub.backoff, Contended.FILE_SET, subject, once, before, latest)
    closing.announce(hub, stopped)
    return stopped


def _stop(hub: Hub, how: Stop, before: FileSet) -> FileSet:
    if before.over or before.state is SetState.STOPPED:
        return before
    now = hub.clock.now()
    after = replace(
        before.moved(SetState.STOPPED, now, how.status),
        status=how.status,
        status_text=how.text,
        sync_start=before.sync_start or now,
        sync_end=now,
    )
    owed, lost = reports_as_can_be(hub, after, how.told, how.spare)
    after = replace(after, reports=tuple(each.delivery_id for each in owed))
    mandate = hub.lease.mandate(str(before.id))
    _, writes = deliveries.intend(hub.state, owed, now=now, epoch=mandate.epoch)
    what = "; ".join(filter(None, (how.fault, lost)))
    writes.append(incident(before, STOPPED_SET, now, what))
    if before.state in GATHERING:
        writes += _without_place(hub, before, mandate.epoch)
    return rows.commit(hub, before, after, *writes, mandate=mandate)


def _without_place(hub: Hub, each: FileSet, epoch: int) -> list[Write]:
    found = sequence.find(hub.state, each.id.ldc)
    if found.waits(each.id) is None:
        return []
    return [sequence.move(found, found.without(each.id), epoch=epoch)]


def was_released(each: FileSet, status: str) -> bool:
    """Return whether a set was let go on after it had stopped with a status."""
    return any(
        step.state is SetState.STOPPED
        and step.reason == status
        and after.state is SetState.PROCESSING
        for step, after in pairwise(each.history)
    )


def _is_released(each: FileSet) -> bool:
    """Return whether a set has stopped at its work and goes on with it."""
    loaded = each.stopped_in in (SetState.LOADED, SetState.PROCESSING)
    return loaded and each.decision is Decision.RELEASE


def _begins_anew(hub: Hub, each: FileSet) -> bool:
    """Return whether a stopped set is planned anew: it failed before anything was applied.

    Where nothing inside failed, what was planned stays.
    """
    return each.status not in ASKED and plans.applying_since(hub.data, each.id) is None
