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
from mdmr.ports.contention import Contended, retry_from
from mdmr.ports.hub import Hub
from mdmr.synchronization.processing import leaving, plans
from mdmr.synchronization.processing.begun import find
from mdmr.synchronization.processing.faults import Sparing, tried
from mdmr.synchronization.processing.reporting import Told, reports_as_can_be
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.sets import closing
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import SetState
from mdmr.synchronization.sets.stopping import resolved, rounds


class _Left(Struct, frozen=True):
    """What a refused set leaves: its reports, none where its stop told all, and the keys of maps.

    `directory` and `snapshot` are as `closing.close` takes them.
    """

    told: Told | None = None
    directory: str | None = None
    snapshot: str | None = None


def refuse(hub: Hub, file_set: FileSet, *, spare: Sparing) -> FileSet:
    """End a stopped set as it is, with a last report where something of it was applied.

    Its number is used, and the next set is worked. What may be left out (`spare`) is, where it
    cannot be told; else whatever is raised on the way is. Raises NotActiveError, KeptInsideError,
    StateBusyError.
    """
    left = None if file_set.over else _left(hub, file_set, spare=spare)

    def attempt(before: FileSet) -> FileSet:
        if before.over or left is None:
            return closing.finish(hub, before)
        now = hub.clock.now()
        after = before.moved(SetState.COMPLETE, now, before.status)
        mandate = hub.lease.mandate(str(before.id))
        writes = [resolved(hub, before)]
        if left.told is not None:
            after = replace(after, sync_end=now)
            owed, _ = reports_as_can_be(hub, after, left.told, spare)
            after = replace(after, reports=tuple(report.delivery_id for report in owed))
            writes += deliveries.intend(hub.state, owed, now=now, epoch=mandate.epoch)[1]
        return closing.close(
            hub,
            before,
            after,
            *writes,
            directory=left.directory,
            snapshot=left.snapshot,
            mandate=mandate,
        )

    latest = partial(find, hub, file_set.id)
    subject = f"refusal of {file_set.id}"
    return retry_from(hub.backoff, Contended.FILE_SET, subject, attempt, file_set, latest)


def _left(hub: Hub, file_set: FileSet, *, spare: Sparing) -> _Left:
    """Return what is left of a set, as far as that can be told."""
    bare = Told((), Tally(), file_set.records_read, rounds(file_set))
    untold = None if file_set.reports else bare
    if file_set.stopped_in is not SetState.PROCESSING:
        return _Left(untold)
    try:
        since = plans.applying_since(hub.data, file_set.id)
        if since is None:
            return _Left(untold)
        keys, entries = leaving.applied(hub, file_set, since, spare=spare)
        counted = (tally for key in keys if (tally := plans.tally(hub.data, key)) is not None)
        told = Told(tuple(keys), Tally.total(counted), file_set.records_read, rounds(file_set))
        # No P-Sync may pass over what this set left half done.
        return _Left(told, _mapped(hub, file_set, entries, spare=spare), "")
    except Exception as fault:  # noqa: BLE001 - it passes, or is raised again
        spare.passes(fault)
        entries = [
            line
            for part in file_set.parts
            for line in leaving.entries_anew(hub, file_set, part, spare)
        ]
        return _Left(bare, _mapped(hub, file_set, entries, spare=spare), "")


def _mapped(hub: Hub, file_set: FileSet, entries: Iterable[bytes], *, spare: Sparing) -> str | None:
    """Write the directory map that a set leaves; None, and the one before stays, if that fails."""
    return tried(partial(leaving.mapped, hub, file_set, list(entries)), spare)[0]
