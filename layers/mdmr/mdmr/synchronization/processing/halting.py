"""Stopping a set at which a step failed for good, wherever the set is on its way.

Nothing here asks for what may have failed before: what cannot be told is left out.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from msgspec.structs import replace

from mdmr.ports.contention import Contended, retry_from
from mdmr.ports.hub import Hub
from mdmr.synchronization.codes_processing import DEACTIVATION, FAILED, STATUSES
from mdmr.synchronization.processing import begun, deciding
from mdmr.synchronization.processing.begun import Stop
from mdmr.synchronization.processing.faults import Sparing
from mdmr.synchronization.processing.plan import DeactivationError
from mdmr.synchronization.processing.reporting import Told
from mdmr.synchronization.processing.settling import passed
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing, rows
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import Decision, SetState
from mdmr.synchronization.sets.stopping import STOPPED_SET, incident, rounds

UNFINISHED_SET = "UNFINISHED_SET"


def halt(hub: Hub, set_id: SetId, error: str, *, waits: bool, spare: Sparing) -> bool:
    """Stop a set at which a step failed for good; return whether it waits for the operator now.

    `error` names the fault. A decision of the operator that could not be carried out is taken back,
    so that another can be made. False is returned for a set that is stopped and cannot even wait
    (`waits` is False), and for one that is over, of which an incident is opened: what follows from
    its end could not be done. `spare` is as in `begun.Stop`. Raises LookupError for a set that is
    none, NotActiveError, KeptInsideError, StateBusyError.
    """
    each = begun.find(hub, set_id)
    if each.over:
        _tell_unfinished(hub, each, error)
        return False
    if each.state is SetState.STOPPED:
        return _stay_stopped(hub, each, error) or waits
    status = DEACTIVATION if error == DeactivationError.__name__ else FAILED
    told = _told(hub, each, spare=spare)
    begun.stop(hub, each, Stop(status, STATUSES[status].text, told, error, spare))
    return True


def _told(hub: Hub, file_set: FileSet, *, spare: Sparing) -> Told:
    """Return what is told of a set that stops: what was applied by then, if that can be told."""
    with_counts = Told((), Tally(), file_set.records_read, rounds(file_set))
    if file_set.state is not SetState.PROCESSING:
        return with_counts
    try:
        counted = deciding.tallies(hub, file_set)
        records = file_set.records_read
        if counted is not None:
            records = Tally.total(counted).records + passed(hub, file_set)
        return deciding.told(hub, file_set, records)
    except Exception as fault:  # noqa: BLE001 - it passes, or is raised again
        spare.passes(fault)
        return with_counts


def _stay_stopped(hub: Hub, file_set: FileSet, error: str) -> bool:
    """Take back the decision about a stopped set; return whether there was one."""

    def attempt(before: FileSet) -> bool:
        if before.state is not SetState.STOPPED or before.decision is Decision.NONE:
            closing.announce(hub, before)
            return False
        after = replace(before, decision=Decision.NONE, waits_for="", until=None, looks=None)
        rows.commit(hub, before, after, incident(before, STOPPED_SET, hub.clock.now(), error))
        return True

    latest = partial(begun.find, hub, file_set.id)
    subject = f"decision about {file_set.id}"
    return retry_from(hub.backoff, Contended.FILE_SET, subject, attempt, file_set, latest)


def _tell_unfinished(hub: Hub, file_set: FileSet, error: str) -> None:
    opened = incident(file_set, UNFINISHED_SET, hub.clock.now(), error)
    hub.state.commit(hub.lease.mandate(str(file_set.id)).check, opened)
    with suppress(Exception):
        # Its reports go out by themselves, later: what is owed is found by the sweep.
        closing.announce(hub, file_set)
