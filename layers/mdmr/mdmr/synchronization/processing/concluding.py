"""Applying a planned set, and its end: the directory map, the reports, the turn given back."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from mdmr.directory import directory_map, writing
from mdmr.exchange.outbound import deliveries
from mdmr.jobs.batching import chunks
from mdmr.ports.contention import Contended, retry_from
from mdmr.ports.hub import Hub
from mdmr.synchronization.codes_processing import COMPLETE, EXCEPTIONS, STATUSES
from mdmr.synchronization.processing import plans, settling
from mdmr.synchronization.processing.begun import find
from mdmr.synchronization.processing.plan import SYSTEM_ERROR
from mdmr.synchronization.processing.planning import plan_key
from mdmr.synchronization.processing.reporting import Told, reports
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.sets import closing, rows, sequence
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import SetState
from mdmr.synchronization.sets.stopping import incident, rounds

_BATCH = 1_000


class DirectoryChangedError(Exception):
    """A document is not as it was planned on: somebody else has changed it."""


def apply_part(hub: Hub, each: FileSet, part: str) -> None:
    """Write the documents of a part's plan; those that are written already are left alone.

    Raises DirectoryChangedError, ObjectMissingError without a plan, NotActiveError,
    KeptInsideError, StateBusyError.
    """
    since = plans.applying_since(hub.data, each.id)
    if since is None:
        message = f"{each.id} is not to be applied"
        raise ValueError(message)
    if plans.is_applied(hub.data, each.id, part):
        return
    rows.let_through(hub, each.id)
    made = plans.documents(hub.data, plan_key(each, part), each.id.ldc, since)
    for batch in chunks(made, _BATCH):
        if find(hub, each.id).state is not SetState.PROCESSING:
            # It was stopped meanwhile, and may be ended as it is.
            return
        # The mandate is asked for again with each batch: a region that lost it writes no more.
        epoch = hub.lease.mandate(str(each.id)).epoch
        found = writing.write(hub.directory, batch, epoch)
        changed = [str(one.entity) for one in found if one is not None]
        if changed:
            message = f"{each.id}: {len(changed)} documents, the first is {changed[0]}"
            raise DirectoryChangedError(message)
    plans.set_applied(hub.data, each.id, part)


def is_applied(hub: Hub, each: FileSet) -> bool:
    """Return whether all parts of a set are applied."""
    return plans.applying_since(hub.data, each.id) is not None and all(
        plans.is_applied(hub.data, each.id, part) for part in each.parts
    )


def conclude(hub: Hub, each: FileSet, counted: list[Tally]) -> FileSet:
    """End a set that is applied, in one commit with its reports and the map that it leaves.

    Where another run ended it, that stays, and what follows is done. Raises NotActiveError,
    KeptInsideError, StateBusyError.
    """
    total = Tally.total(counted)
    status = EXCEPTIONS if total.exceptions else COMPLETE
    keys = tuple(plan_key(each, part) for part in each.parts)
    told = Told(keys, total, total.records + settling.passed(hub, each), rounds(each))
    directory = _mapped(hub, each, keys)
    left = None if each.over else settling.snapshot_left(hub, each, keys)

    def attempt(before: FileSet) -> FileSet:
        if before.over:
            return closing.finish(hub, before)
        now = hub.clock.now()
        after = replace(
            before.moved(SetState.COMPLETE, now, status),
            status=status,
            status_text=STATUSES[status].text,
            sync_end=now,
        )
        owed = reports(hub, after, told)
        after = replace(after, reports=tuple(report.delivery_id for report in owed))
        mandate = hub.lease.mandate(str(before.id))
        _, writes = deliveries.intend(hub.state, owed, now=now, epoch=mandate.epoch)
        if total.fault:
            writes.append(incident(before, SYSTEM_ERROR, now, total.fault))
        return closing.close(
            hub, before, after, *writes, directory=directory, snapshot=left, mandate=mandate
        )

    latest = partial(find, hub, each.id)
    subject = f"end of {each.id}"
    return retry_from(hub.backoff, Contended.FILE_SET, subject, attempt, each, latest)


def _mapped(hub: Hub, each: FileSet, keys: tuple[str, ...]) -> str | None:
    """Write the directory map that a set leaves and return its key, None where it stays."""
    if each.over:
        return None
    changed = [line for key in keys for line in plans.lines(hub.data, key, plans.ENTRIES)]
    if not changed:
        return None
    before = sequence.find(hub.state, each.id.ldc).directory or None
    return directory_map.write_lines(hub.data, each.id.ldc, str(each.id), before, changed)
