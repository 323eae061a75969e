"""Notifying everyone of a notice: the event, and NT01 in each recipient's prefix.

The files are deliveries of one plan. An event goes out when all of them are decided, before the
first file of its recipient is announced; repeated, it is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

from msgspec import Struct

from mdmr.calendar.instants import est_seconds
from mdmr.exchange.announcing import notices
from mdmr.exchange.announcing.notices import Notice
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.notice import NOTICE
from mdmr.exchange.ledger import held
from mdmr.exchange.ledger.events import est_iso
from mdmr.exchange.outbound import batches, plans
from mdmr.exchange.outbound.deliveries import Basis, Report, stage
from mdmr.exchange.outbound.plans import PlannedDelivery
from mdmr.organizations import parameters
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import StateStore, Value

# Line Number has four digits.
_MOST_LINES = 9_999
# An event holds 256 KB.
MOST_EVENT_LINES = 500
_LINE = NOTICE.detail("DTL")


class _File(Struct, frozen=True):
    """One file of a notice: for whom, which part, and its lines from `first` to before `last`."""

    recipient: str
    part: int
    first: int
    last: int


class NoticeUnknownError(Exception):
    """There is no notice of this id."""


def spread(hub: Hub, notice_id: str) -> None:
    """Notify everyone of a notice, and decide and announce its files.

    Repeated, it changes nothing. Raises NoticeUnknownError, NotActiveError, StateBusyError.
    """
    notice = _find(hub.state, notice_id)
    if notice.done:
        return
    text = _text(hub.state, notice)
    if plans.find(hub.state, notice.id) is None:
        once = partial(_plan, hub, notice, text)
        retry_on_contention(hub.backoff, Contended.NOTICE, f"notice {notice.id}", once)

    def notify(report: Report) -> None:
        if report.subject == _subject(notice, 1):
            hub.notifications.send(notice.draft.kind.value, _event(notice, report.recipient, text))

    batches.run(hub, notice.id, before_announcing=notify)
    hub.state.commit(hub.lease.mandate(notice.id).check, notices.set_done(notice))


def _plan(hub: Hub, notice: Notice, text: Sequence[str]) -> None:
    """Commit the plan of a notice's files unless there is one."""
    if plans.find(hub.state, notice.id) is not None:
        return

    def planned() -> Iterator[PlannedDelivery]:
        files = _files(hub.state, notice, len(text))
        reports = (_report(hub, notice, file, text) for file in files)
        return plans.planned(hub.state, notice.id, reports, notice.decided)

    mandate = hub.lease.mandate(notice.id)
    plan = plans.write(hub.data, notice.id, planned, notice.decided, mandate.epoch)
    hub.state.commit(mandate.check, *plans.decide(plan))


def _find(state: StateStore, notice_id: str) -> Notice:
    notice = notices.find(state, notice_id)
    if notice is None:
        raise NoticeUnknownError(notice_id)
    return notice


def _text(state: StateStore, notice: Notice) -> Sequence[str]:
    """Return the lines of a notice: its own, or those of the held files it tells of."""
    if notice.draft.held:
        return [each.line for each in held.files(state, notice.draft.held)]
    return notice.draft.text


def _files(state: StateStore, notice: Notice, lines: int) -> Iterator[_File]:
    """Yield the files of a notice in their order; each is split at what its recipient takes.

    That is what was in force before the second in which the notice was decided: in that second it
    may be set anew, and the files of a notice must be the same whenever they are asked for.
    """
    before = notice.decided.replace(microsecond=0) - timedelta(seconds=1)
    for recipient in notice.draft.recipients:
        most = parameters.count(state, "out.max_details", at=before, owner=recipient)
        size = min(most, _MOST_LINES)
        for part, first in enumerate(range(0, max(lines, 1), size), start=1):
            yield _File(recipient, part, first, min(first + size, lines))


def _subject(notice: Notice, part: int) -> str:
    return f"{notice.id}#{part}"


def _report(hub: Hub, notice: Notice, file: _File, text: Sequence[str]) -> Report:
    """Lay the lines of a file down and return what is to be delivered."""
    lines = [
        records.write(_LINE, (number, line))
        for number, line in enumerate(text[file.first : file.last], start=1)
    ]
    subject = f"{notice.id}#{file.first}-{file.last}"
    staged = stage(hub.data, subject, records.body(lines), len(lines))
    draft = notice.draft
    return Report(
        file_id=NOTICE.file_id,
        org_1=draft.ldc or file.recipient,
        recipient=file.recipient,
        subject=_subject(notice, file.part),
        staged=staged,
        own=(
            notice.id,
            draft.kind.value,
            notice.environment,
            draft.subject,
            est_seconds(draft.effective_from),
            est_seconds(draft.effective_to) if draft.effective_to else "",
            draft.supersedes,
            draft.action.value,
            draft.gateway_mode,
            draft.reference,
        ),
        basis=Basis((notice.key,)),
    )


def _event(notice: Notice, recipient: str, text: Sequence[str]) -> dict[str, Value]:
    draft = notice.draft
    told = list(text[:MOST_EVENT_LINES])
    if len(text) > len(told):
        told.append(f"... and {len(text) - len(told)} more lines: see the file")
    return {
        "id": f"{notice.id}-{recipient}",
        "time": est_iso(notice.decided),
        "organization": recipient,
        "fileId": NOTICE.file_id,
        "ldc": draft.ldc,
        "noticeId": notice.id,
        "kind": draft.kind.value,
        "action": draft.action.value,
        "environment": notice.environment,
        "subject": draft.subject,
        "text": told,
        "effectiveFrom": est_iso(draft.effective_from),
        "effectiveTo": est_iso(draft.effective_to) if draft.effective_to else None,
        "supersedes": draft.supersedes or None,
        "gatewayMode": draft.gateway_mode or None,
        "reference": draft.reference or None,
        "orgId": recipient,
    }
