"""A stopped set: the incident that tells the operator of it, and how it goes on when released."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from mdmr.exchange.ledger import incidents
from mdmr.ports.hub import Hub
from mdmr.ports.state import Update, Write
from mdmr.synchronization.sets import rows
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import Decision, SetState

STOPPED_SET = "STOPPED_SET"


def incident(file_set: FileSet, what: str, at: datetime, fault: str) -> Update:
    """Return the write that opens an incident about a set, with the name and place of a fault."""
    opened = incidents.opened(
        subject=str(file_set.id), organization=file_set.id.ldc, what=what, at=at
    )
    return replace(opened, set={**opened.set, "fault": fault}) if fault else opened


def rounds(file_set: FileSet) -> int:
    """Return how often a set has stopped so far: its reports are told apart by that."""
    return sum(step.state is SetState.STOPPED for step in file_set.history)


def resolved(hub: Hub, file_set: FileSet) -> Write:
    """Return the write that closes the incident of a stopped set: the operator decided about it."""
    return incidents.closed(
        subject=str(file_set.id),
        what=STOPPED_SET,
        request=f"{file_set.id}#{rounds(file_set)}",
        why=file_set.decision.value,
        at=hub.clock.now(),
    )


def resume(hub: Hub, file_set: FileSet) -> FileSet:
    """Return a released set to the state in which it stopped before it was loaded.

    What its steps had come to lies there and stays; the step that failed is taken again. Raises
    ConditionFailedError when the set was changed meanwhile, ValueError for one that is not stopped,
    NotActiveError, KeptInsideError, StateBusyError.
    """
    if file_set.stopped_in is None:
        message = f"{file_set.id} is not stopped"
        raise ValueError(message)
    after = replace(
        file_set.moved(file_set.stopped_in, hub.clock.now(), file_set.decision.value),
        decision=Decision.NONE,
        status="",
        status_text="",
        sync_start=None,
        sync_end=None,
    )
    return rows.commit(hub, file_set, after, resolved(hub, file_set))
