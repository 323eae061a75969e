"""Loading a set, or failing it: one decision with the report that tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from math import ceil

from msgspec.structs import replace

from mdmr.exchange.files.layouts.synchronization_reports import STAGING
from mdmr.exchange.ledger import incidents
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import Report, stage
from mdmr.exchange.outbound.recipients import Facts, recipient
from mdmr.organizations import parameters
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import Write
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import closing, rows
from mdmr.synchronization.sets.rows import FileSet, SetFile, SetState
from mdmr.synchronization.staging import objects
from mdmr.synchronization.staging.findings import Finding, Summary
from mdmr.synchronization.staging.report import Staged, bodies, status_line

FAILED_STAGING = "FAILED_STAGING"


def load(hub: Hub, each: FileSet, files: Sequence[SetFile], parts: Sequence[str]) -> FileSet:
    """Load a set of which everything is judged, or fail it, and return it as it is then.

    IR14 is decided in the same commit. Where another run decided it, that stays. Raises
    ObjectMissingError where something was not judged, NotActiveError, KeptInsideError,
    StateBusyError.
    """
    totals = totals_of(hub, each.id, files, parts)
    staged = staged_as(each, totals, hub.clock.now())
    reports = list(_reports(hub, staged, files, findings_of(hub, totals)))

    def attempt() -> FileSet:
        before = rows.find(hub.state, each.id)
        if before is None or before.state is not SetState.STAGING:
            return before or each
        return _decide(hub, before, staged, reports, parts)

    subject = f"staging of {each.id}"
    return retry_on_contention(hub.backoff, Contended.FILE_SET, subject, attempt)


def totals_of(
    hub: Hub, set_id: SetId, files: Iterable[SetFile], parts: Iterable[str]
) -> dict[str, Summary]:
    """Return what each object with findings about a set comes to, by its key."""
    keys = [objects.set_findings_key(set_id)]
    keys += [objects.segment_key(set_id, file.number, file.segment, "findings") for file in files]
    keys += [objects.part_findings_key(set_id, part) for part in parts]
    return {key: objects.summary_of(hub.data, key) for key in keys}


def staged_as(each: FileSet, totals: Mapping[str, Summary], end: datetime) -> Staged:
    """Return what staging a set came to. Raises ValueError where it never began."""
    if each.sequence is None or each.stl_start is None:
        message = f"{each.id} is not being staged"
        raise ValueError(message)
    details = totals[objects.set_findings_key(each.id)].details
    total = replace(sum(totals.values(), Summary()), details=details)
    return Staged(each.id, each.sequence, each.extracted, each.stl_start, end, total)


def findings_of(hub: Hub, totals: Mapping[str, Summary]) -> Iterator[Finding]:
    """Return all findings of a set in the order of the report."""
    filled = [key for key, total in totals.items() if total.errors or total.warnings]
    return merge(
        *(objects.findings_of(hub.data, key) for key in filled), key=lambda found: found.order
    )


def _reports(
    hub: Hub, staged: Staged, files: Iterable[SetFile], findings: Iterator[Finding]
) -> Iterator[Report]:
    """Yield IR14, split at `out.max_details`, its details laid down.

    All parts are decided at once: where they would be more than can be, each is longer instead.
    """
    set_id, now = staged.set_id, hub.clock.now()
    most = parameters.count(hub.state, "out.max_details", at=now, owner=set_id.submitter)
    found = staged.total.errors + staged.total.warnings
    size = max(most, ceil(found / deliveries.MOST_AT_ONCE))
    names = {(file.number, file.segment): file.name for file in files}
    facts = Facts(ldc=set_id.ldc, submitter=set_id.submitter)
    to_whom = recipient(STAGING.file_id, facts, now)
    details = bodies(findings, names, size)
    for number, (body, count) in enumerate(details, start=1):
        subject = f"{set_id}#{number}"
        yield Report(
            file_id=STAGING.file_id,
            org_1=set_id.ldc,
            recipient=to_whom,
            subject=subject,
            staged=stage(hub.data, f"{STAGING.file_id}#{subject}", body, count),
            status=status_line(staged),
        )


def _decide(
    hub: Hub, before: FileSet, staged: Staged, reports: Sequence[Report], parts: Sequence[str]
) -> FileSet:
    now, failed = hub.clock.now(), bool(staged.total.errors)
    mandate = hub.lease.mandate(str(before.id))
    _, writes = deliveries.intend(hub.state, reports, now=now, epoch=mandate.epoch)
    writes += _end_of_incident(hub, before.id)
    after = replace(
        before.moved(SetState.FAILED if failed else SetState.LOADED, now, staged.status),
        stl_end=staged.end,
        stl_status=staged.status,
        records_read=staged.total.details,
        parts=tuple(parts),
        reports=tuple(each.delivery_id for each in reports),
    )
    if failed:
        return closing.close(hub, before, after, *writes, mandate=mandate)
    return rows.commit(hub, before, after, *writes, mandate=mandate)


def _end_of_incident(hub: Hub, set_id: SetId) -> Iterator[Write]:
    """Yield the write that closes the incident about a set whose staging failed before."""
    subject = str(set_id)
    found = incidents.find(hub.state, subject=subject, what=FAILED_STAGING)
    if found is not None and found.state == incidents.NEW:
        yield incidents.closed(
            subject=subject,
            what=FAILED_STAGING,
            request="",
            why="staged in the end",
            at=hub.clock.now(),
        )
