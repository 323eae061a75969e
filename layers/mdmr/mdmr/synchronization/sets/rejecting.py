"""Rejecting a set: IR10 with a detail for each file listed or received."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.synchronization import MANIFEST
from mdmr.exchange.files.layouts.synchronization_reports import INCOMPLETE_SET
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import Basis, Report, stage
from mdmr.exchange.outbound.recipients import Facts as Around
from mdmr.exchange.outbound.recipients import recipient
from mdmr.organizations import parameters
from mdmr.ports.hub import Hub
from mdmr.synchronization.codes_incomplete import INCOMPLETE_CODES
from mdmr.synchronization.sets import sequence
from mdmr.synchronization.sets.closing import close
from mdmr.synchronization.sets.finding import expected
from mdmr.synchronization.sets.judging import Facts, Reject
from mdmr.synchronization.sets.manifest import FIRST_SEGMENT
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.states import SetState

_ROW = INCOMPLETE_SET.detail("DTL")
RECEIVED, MISSING, NOT_LISTED = "R", "M", "X"
_OWN = {MISSING: "I002", NOT_LISTED: "I004"}


class Detail(Struct, frozen=True, order=True):
    """A file of a rejected set: where it belongs, its name, whether it was here, and why."""

    number: str
    segment: str
    name: str
    state: str
    code: str


def reject(hub: Hub, facts: Facts, verdict: Reject) -> FileSet:
    """Reject a set, with its report; return it closed.

    Raises ConditionFailedError when something happened to it since, NotActiveError,
    KeptInsideError, StateBusyError.
    """
    before, now = facts.each, facts.now
    told = details(facts, verdict)
    reason = verdict.code or next(each.code for each in told if each.code)
    read = facts.manifest
    after = replace(
        before.moved(SetState.REJECTED, now, reason),
        sequence=None if read is None else read.sequence,
        extracted=None if read is None else read.extracted,
        faults=tuple(map(str, facts.faults)),
    )
    mandate = hub.lease.mandate(str(before.id))
    owed, writes = deliveries.intend(
        hub.state,
        list(_reports(hub, after, told, expected(hub, facts.sequence))),
        now=now,
        epoch=mandate.epoch,
    )
    after = replace(after, reports=tuple(each.id for each in owed))
    return close(hub, before, after, *writes, mandate=mandate)


def details(facts: Facts, verdict: Reject) -> list[Detail]:
    """Return what is told of each file of a rejected set, by number, segment and name."""
    here = {(file.number, file.segment, file.name) for file in facts.files}
    listed = set()
    if facts.manifest is not None:
        listed = {(*place, each.name) for place, each in facts.manifest.listed.items()}
        listed |= {each for each in here if each[:2] == (MANIFEST, FIRST_SEGMENT)}
    found = []
    for place in sorted(here | listed):
        state = RECEIVED if place in here else MISSING
        if facts.manifest is not None and place not in listed:
            state = NOT_LISTED
        own = _OWN.get(state, "") if verdict.late else ""
        found.append(Detail(*place, state, own or verdict.code))
    return found


def _reports(
    hub: Hub, closed: FileSet, told: Sequence[Detail], next_number: int
) -> Iterator[Report]:
    """Yield the report on a set, split at `out.max_details`; all parts are decided at once."""
    now, whose = closed.since, closed.id
    most = parameters.count(hub.state, "out.max_details", at=now, owner=whose.submitter)
    size = max(most, ceil(len(told) / deliveries.MOST_AT_ONCE))
    for number, start in enumerate(range(0, len(told), size), start=1):
        lines = [_line(closed, each, next_number) for each in told[start : start + size]]
        subject = f"{whose}#{number}"
        yield Report(
            file_id=INCOMPLETE_SET.file_id,
            org_1=whose.ldc,
            recipient=recipient(
                INCOMPLETE_SET.file_id, Around(ldc=whose.ldc, submitter=whose.submitter), now
            ),
            subject=subject,
            staged=stage(hub.data, subject, records.body(lines), len(lines)),
            basis=Basis((closed.key, sequence.sequence_key(whose.ldc))),
        )


def _line(closed: FileSet, each: Detail, next_number: int) -> str:
    text = INCOMPLETE_CODES[each.code].text if each.code else None
    return records.write(
        _ROW,
        (
            *closed.id,
            closed.sequence,
            next_number,
            closed.first,
            closed.since,
            each.code or None,
            text,
            each.number,
            each.segment,
            each.name,
            each.state,
        ),
    )
