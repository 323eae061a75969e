"""The end of a stopped set that the operator refuses: it ends as it is, whatever was applied.

Nothing is judged or planned again, and nothing more is applied, but for the other half of what is
written by half: a record stands on both sides of a relation or is told as Y299. What cannot be read
any more is left out of the reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.outbound import deliveries
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, StateBusyError
from mdmr.synchronization.processing import leaving, plans
from mdmr.synchronization.processing.begun import find
from mdmr.synchronization.processing.faults import Sparing, tried
from mdmr.synchronization.processing.reporting import Told, reports_as_can_be
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.sets import closing
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import SetState
from mdmr.synchronization.sets.stopping import resolved, rounds

_TRIES = 8


class _Left(Struct, frozen=True):
    """What a refused set leaves: its reports, none where its stop told all, and the keys of maps.

    `directory` and `snapshot` are as `closing.close` takes them.
    """

    told: Told | None = None
    directory: str | None = None
    snapshot: str | None = None


def refuse(hub: Hub, each: FileSet, *, spare: Sparing) -> FileSet:
    """End a stopped set as it is, with a last report where something of it was applied.

    Its number is used, and the next set is worked. What may be left out (`spare`) is, where it
    cannot be told; else whatever is raised on the way is. Raises NotActiveError, KeptInsideError,
    StateBusyError.
    """
    left = None if each.over else _left(hub, each, spare=spare)
    for _ in range(_TRIES):
        if each.over or left is None:
            return closing.finish(hub, each)
        now = hub.clock.now()
        after = each.moved(SetState.COMPLETE, now, each.status)
        mandate = hub.lease.mandate(str(each.id))
        writes = [resolved(hub, each)]
        if left.told is not None:
            after = replace(after, sync_end=now)
            owed, _ = reports_as_can_be(hub, after, left.told, spare)
            after = replace(after, reports=tuple(report.delivery_id for report in owed))
            writes += deliveries.intend(hub.state, owed, now=now, epoch=mandate.epoch)[1]
        try:
            return closing.close(
                hub,
                each,
                after,
                *writes,
                directory=left.directory,
                snapshot=left.snapshot,
                mandate=mandate,
            )
        except ConditionFailedError:
            each = find(hub, each.id)
    message = f"refusal of {each.id}: others were faster {_TRIES} times"
    raise StateBusyError(message)


def _left(hub: Hub, each: FileSet, *, spare: Sparing) -> _Left:
    """Return what is left of a set, as far as that can be told."""
    bare = Told((), Tally(), each.records_read, rounds(each))
    untold = None if each.reports else bare
    if each.stopped_in is not SetState.PROCESSING:
        return _Left(untold)
    try:
        since = plans.applying_since(hub.data, each.id)
        if since is None:
            return _Left(untold)
        keys, entries = leaving.applied(hub, each, since, spare=spare)
        counted = (tally for key in keys if (tally := plans.tally(hub.data, key)) is not None)
        told = Told(tuple(keys), Tally.total(counted), each.records_read, rounds(each))
        # No P-Sync may pass over what this set left half done.
        return _Left(told, _mapped(hub, each, entries, spare=spare), "")
    except Exception as fault:  # noqa: BLE001 - it passes, or is raised again
        spare.passes(fault)
        entries = [
            line for part in each.parts for line in leaving.entries_anew(hub, each, part, spare)
        ]
        return _Left(bare, _mapped(hub, each, entries, spare=spare), "")


def _mapped(hub: Hub, each: FileSet, entries: Iterable[bytes], *, spare: Sparing) -> str | None:
    """Write the directory map that a set leaves; None, and the one before stays, if that fails."""
    return tried(partial(leaving.mapped, hub, each, list(entries)), spare)[0]
