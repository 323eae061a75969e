"""Telling everyone of a notice: the event, and NT01 in each recipient's prefix.

The files are decided in units, each one commit that also notes how far it has come: a crash
leaves whole units behind, and none is done twice. Events go first, as they tell what is decided;
repeated, they are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import est_seconds
from mdmr.exchange.announcing import notices
from mdmr.exchange.announcing.notices import Notice
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.notice import NOTICE
from mdmr.exchange.ledger import held
from mdmr.exchange.ledger.events import est_iso
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import Basis, Report, Staged, stage
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.organizations import parameters
from mdmr.ports.codec import from_item
from mdmr.ports.contention import Contended, retry_from
from mdmr.ports.hub import Hub
from mdmr.ports.state import StateStore, Value

# Files that are decided in one commit, well within what a commit may hold.
_UNIT = 10
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
    """Tell everyone of a notice who is not told yet, and announce what is not delivered yet.

    Repeated, it changes nothing. Raises NoticeUnknownError, NotActiveError, StateBusyError.
    """
    notice = _find(hub.state, notice_id)
    text = _text(hub.state, notice)
    files = list(_files(hub.state, notice, len(text)))
    _announce(hub, notice, files[: notice.told])
    while not notice.done:
        notice = _next_unit(hub, notice, files, text)


def _next_unit(hub: Hub, notice: Notice, files: Sequence[_File], text: Sequence[str]) -> Notice:
    unit = files[notice.told : notice.told + _UNIT]
    reports: Sequence[Report] = [_report(hub, notice, each, text) for each in unit]
    for each in unit:
        if each.part == 1:
            hub.notifications.send(notice.draft.kind.value, _event(notice, each.recipient, text))
    told = notice.told + len(unit)

    def attempt(left: Sequence[Report]) -> Notice:
        found = notice if left is reports else _find(hub.state, notice.id)
        if found.told != notice.told or found.done:
            return found
        mandate = hub.lease.mandate(notice.id)
        at, epoch = notice.decided, mandate.epoch
        _, writes = deliveries.intend(hub.state, left, now=at, epoch=epoch)
        noted = notices.note_told(notice, told, done=told >= len(files))
        hub.state.commit(mandate.check, noted, *writes)
        for report in left:
            hub.publish_queue.send({"delivery": report.delivery_id})
        return replace(notice, told=told, done=told >= len(files))

    def left() -> Sequence[Report]:
        return _undecided(hub.state, reports)

    subject = f"notice {notice.id}"
    return retry_from(hub.backoff, Contended.NOTICE, subject, attempt, reports, left)


def _undecided(state: StateStore, reports: Sequence[Report]) -> list[Report]:
    """Return the reports that have no delivery yet.

    Should a recipient's files have been others when its first ones were decided, their number has
    changed; those that are decided stay as they are, and the notice comes to its end all the same.
    """
    found = state.get_many(deliveries.delivery_key(each.delivery_id) for each in reports)
    return [each for each in reports if deliveries.delivery_key(each.delivery_id) not in found]


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


def _report(hub: Hub, notice: Notice, file: _File, text: Sequence[str]) -> Report:
    """Lay the lines of a file down and return what is to be delivered."""
    lines = [
        records.write(_LINE, (number, line))
        for number, line in enumerate(text[file.first : file.last], start=1)
    ]
    subject = f"{notice.id}#{file.first}-{file.last}"
    return _bare_report(notice, file, stage(hub.data, subject, records.body(lines), len(lines)))


def _bare_report(notice: Notice, file: _File, staged: Staged) -> Report:
    draft = notice.draft
    return Report(
        file_id=NOTICE.file_id,
        org_1=draft.ldc or file.recipient,
        recipient=file.recipient,
        subject=f"{notice.id}#{file.part}",
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


def _announce(hub: Hub, notice: Notice, files: Sequence[_File]) -> None:
    """Announce those of the decided files that are not delivered, in case a message was lost."""
    none = Staged("", 0)
    ids = (_bare_report(notice, each, none).delivery_id for each in files)
    while batch := list(islice(ids, 100)):
        found = hub.state.get_many(deliveries.delivery_key(each) for each in batch)
        for delivery in (from_item(Delivery, item) for item in found.values()):
            if delivery.open:
                hub.publish_queue.send({"delivery": delivery.id})


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
