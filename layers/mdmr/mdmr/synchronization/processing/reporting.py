"""IR06 and IR07: the reports of a set, to the LDC and to whom it lets receive them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from math import ceil

from msgspec import Struct

from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.synchronization_reports import EXCEPTIONS, UPDATES
from mdmr.exchange.files.layouts.tables import FileLayout
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import Basis, Report, stage
from mdmr.exchange.outbound.recipients import Facts, recipients
from mdmr.organizations import parameters, registry
from mdmr.ports.hub import Hub
from mdmr.synchronization.processing import plans
from mdmr.synchronization.processing.faults import Sparing, tried
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.sets.rows import FileSet

_SECTIONS = ((UPDATES, plans.UPDATES), (EXCEPTIONS, plans.EXCEPTIONS))


class Told(Struct, frozen=True):
    """What the reports of a set tell: the plans whose rows they hold, and the counts of the set.

    `records` are those processed. `round` tells the reports of a set apart: those of each stop,
    and of its end.
    """

    plan_keys: tuple[str, ...]
    tally: Tally
    records: int
    round: int


def reports(hub: Hub, after: FileSet, told: Told) -> list[Report]:
    """Return the reports of a set as it is then, their rows laid down.

    Each recipient gets both; one longer than its `out.max_details` is split. All are decided at
    once: where they would be more than can be, each is longer instead.
    """
    return [
        report
        for layout, section in _SECTIONS
        for recipient in _recipients(hub, after, layout)
        for report in _for_recipient(hub, after, told, layout, section, recipient)
    ]


def reports_as_can_be(
    hub: Hub, after: FileSet, told: Told, spare: Sparing
) -> tuple[list[Report], str]:
    """Return the reports of a set, and the fault for which they tell less than they should.

    Each report is made by itself, so that one that cannot be made takes no other with it: without
    its rows where those cannot be made, and not at all where not even that can be, as far as that
    may be left out. The fault is empty where all is told. Raises whatever is raised where no more
    may be left out.
    """
    made, lost = list[Report](), ""
    for layout, section in _SECTIONS:
        found, fault = tried(partial(_recipients, hub, after, layout), spare.last)
        lost = lost or fault
        for recipient in found or ():
            own: list[Report] | None = None
            for each in (told, Told((), Tally(), told.records, told.round)):
                if own is None:
                    allowed = spare if each is told else spare.last
                    own, fault = tried(
                        partial(_all_for_recipient, hub, after, each, layout, section, recipient),
                        allowed,
                    )
                    lost = lost or fault
            made += own or ()
    return made, f"reports without rows: {lost}" if lost else ""


def _recipients(hub: Hub, after: FileSet, layout: FileLayout) -> tuple[str, ...]:
    rows = tuple(registry.authorizations(hub.state, after.id.ldc))
    facts = Facts(after.id.ldc, after.id.submitter, authorizations=rows)
    # As of one instant, that of the step: a right that ends meanwhile ends for both or for none.
    return recipients(layout.file_id, facts, after.since)


def _all_for_recipient(
    hub: Hub, after: FileSet, told: Told, layout: FileLayout, section: str, recipient: str
) -> list[Report]:
    return list(_for_recipient(hub, after, told, layout, section, recipient))


def _for_recipient(
    hub: Hub, after: FileSet, told: Told, layout: FileLayout, section: str, recipient: str
) -> Iterator[Report]:
    now = hub.clock.now()
    count = told.tally.updates if layout is UPDATES else told.tally.exceptions
    most = parameters.count(hub.state, "out.max_details", at=now, owner=recipient)
    pieces = _most_pieces(len(_recipients(hub, after, layout)))
    size = max(most, ceil(count / pieces))
    keys = told.plan_keys
    rows = plans.reported(hub.data, keys, section, after.id) if keys else iter(())
    status = _status(layout, after, told)
    for number, _ in enumerate(range(0, max(count, 1), size), start=1):
        lines = list(islice(rows, size))
        subject = f"{after.id}#{told.round}#{number}"
        yield Report(
            file_id=layout.file_id,
            org_1=after.id.ldc,
            recipient=recipient,
            subject=subject,
            staged=stage(
                hub.data,
                f"{layout.file_id}#{subject}#{recipient}",
                records.body(lines),
                len(lines),
            ),
            status=status,
            basis=Basis((after.key,)),
        )


def _most_pieces(recipients_: int) -> int:
    """Return in how many pieces a report can be cut, so that all are decided at once."""
    # Each recipient also has a name row for each of both reports.
    return max(1, (deliveries.MOST_AT_ONCE - len(_SECTIONS) * recipients_) // (2 * recipients_))


def _status(layout: FileLayout, after: FileSet, told: Told) -> str:
    """Return the status record of a report."""
    if layout.status is None:
        message = f"{layout.name} has no status"
        raise ValueError(message)
    each = after.id
    return records.write(
        layout.status,
        (
            each.ldc,
            each.submitter,
            each.file_id,
            each.tx_id,
            after.sequence,
            after.extracted,
            after.sync_start,
            after.sync_end,
            after.status,
            after.status_text,
            told.records,
            told.tally.updates,
            told.tally.exceptions,
        ),
    )
