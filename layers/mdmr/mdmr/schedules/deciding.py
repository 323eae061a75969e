"""The end of a schedule file: its IR03, and with LOADED the schedule that is in force then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from mdmr.calendar.instants import in_est, moved
from mdmr.directory import directory_map
from mdmr.exchange.files.filetypes import layout_of
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.schedule import SCHEDULE_EXCEPTIONS
from mdmr.exchange.inbound.reading import details
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.deliveries import Basis, Cause, Report, stage
from mdmr.exchange.outbound.recipients import Facts, recipient
from mdmr.organizations import parameters
from mdmr.ports.hub import Hub
from mdmr.ports.state import Write
from mdmr.schedules import files, loaded
from mdmr.schedules.checking import Checked, Finding, Row, Terms, check, read_row
from mdmr.schedules.codes import MEANINGS
from mdmr.schedules.files import LoadState, ScheduleFile
from mdmr.schedules.loaded import Schedule

_ROW = SCHEDULE_EXCEPTIONS.detail("DTL")
_ECHOED = (10, 8, 8, 1)


class Examined(Struct, frozen=True):
    """A file as checked against the schedule in force, and against the terms of its time."""

    before: Schedule
    checked: Checked

    @property
    def state(self) -> LoadState:
        """What is to become of the file by what was found in it."""
        return LoadState.REJECTED if self.checked.errors else LoadState.LOADED


class Concluded(Struct, frozen=True):
    """The next state of a file, and what to commit for it."""

    file: ScheduleFile
    writes: tuple[Write, ...]


def rows_of(hub: Hub, receipt: Receipt) -> list[Row]:
    """Return the records of a schedule file."""
    layout, lines = layout_of(receipt.arrival.name), details(hub.inbound, receipt.arrival)
    return [read_row(line.number, line.text, layout) for line in lines]


def examine(hub: Hub, receipt: Receipt, rows: Sequence[Row]) -> Examined:
    """Return what is found in a file as of now."""
    now, ldc = hub.clock.now(), receipt.ldc
    lead = parameters.count(hub.state, "schedule.lead_days", at=now, owner=ldc)
    terms = Terms(
        moved(in_est(now), timedelta(days=lead)).date(),
        parameters.count(hub.state, "schedule.max_rows", at=now, owner=ldc),
        _cycles_with_sdp(hub, ldc) if rows else frozenset(),
    )
    before = loaded.schedule(hub, ldc)
    return Examined(before, check(rows, before.cycles, terms))


def refused(found: Examined) -> Examined:
    """Return a file as its report tells it that the operator refused: with warnings only."""
    warnings = tuple(each for each in found.checked.findings if each.code.severity != "E")
    return Examined(found.before, Checked(warnings, found.before.cycles))


def noted(receipt: Receipt, found: Examined, state: LoadState, at: datetime) -> ScheduleFile:
    """Return the row of a file in a state."""
    checked = found.checked
    name = receipt.arrival.name
    return ScheduleFile(receipt.ldc, receipt.id, name, state, at, checked.errors, checked.warnings)


def conclude(
    hub: Hub,
    receipt: Receipt,
    found: Examined,
    after: ScheduleFile,
    *,
    since: LoadState,
    epoch: int,
) -> Concluded:
    """Return what ends a file under work with a final state."""
    now = hub.clock.now()
    reports = list(_reports(hub, receipt, found, after.state))
    _, writes = deliveries.intend(hub.state, reports, now=now, epoch=epoch)
    after = replace(after, deliveries=tuple(each.delivery_id for each in reports))
    done = receipt.moved(FileState.DONE, now, after.state.lower())
    writes += [files.put_file(after, since), receipts.move(done, since=FileState.PROCESSING)]
    if after.state is LoadState.LOADED and found.checked.cycles != found.before.cycles:
        version = found.before.version + 1
        following = Schedule(version, found.checked.cycles, found.before.key)
        key = loaded.lay_down(hub.data, receipt.ldc, receipt.id, following)
        writes.append(loaded.load(receipt.ldc, found.before, following, key, epoch))
    return Concluded(after, tuple(writes))


def announce(hub: Hub, file: ScheduleFile) -> None:
    """Have those reports of a file published that are not yet; its end is committed."""
    for each in file.deliveries:
        delivery = deliveries.find(hub.state, each)
        if delivery is not None and delivery.open:
            hub.publish_queue.send({"delivery": each})


def _cycles_with_sdp(hub: Hub, ldc: str) -> frozenset[str]:
    key = directory_map.newest(hub.state, ldc)
    return directory_map.read(hub.data, key).cycles()


def _reports(hub: Hub, receipt: Receipt, found: Examined, state: LoadState) -> Iterator[Report]:
    """Yield the IR03 of a file, split at `out.max_details`, its lines laid down.

    All parts are decided at once: where they would be more than can be, each is longer instead.
    """
    now, submitter = hub.clock.now(), receipt.arrival.organization
    lines = [_line(each) for each in found.checked.findings]
    most = parameters.count(hub.state, "out.max_details", at=now, owner=submitter)
    size = max(most, ceil(len(lines) / deliveries.MOST_AT_ONCE))
    loaded_count = receipt.details if state is LoadState.LOADED else 0
    counts = (receipt.details, loaded_count, found.checked.errors, found.checked.warnings)
    for number, start in enumerate(range(0, max(len(lines), 1), size), start=1):
        part = lines[start : start + size]
        subject = f"{receipt.id}#{number}"
        yield Report(
            file_id=SCHEDULE_EXCEPTIONS.file_id,
            org_1=receipt.ldc,
            recipient=recipient(
                SCHEDULE_EXCEPTIONS.file_id, Facts(ldc=receipt.ldc, submitter=submitter), now
            ),
            subject=subject,
            staged=stage(hub.data, subject, records.body(part), len(part)),
            own=(receipt.arrival.name, state.value, *counts),
            cause=Cause(receipt.id, receipt.arrival.arrived),
            basis=Basis((receipt.key, files.key_of_file(receipt.ldc, receipt.id))),
        )


def _line(each: Finding) -> str:
    echoed = (text[:size] for text, size in zip(each.row.raw, _ECHOED, strict=True))
    code = each.code
    return records.write(
        _ROW, (each.row.line, *echoed, code.severity, code.value, MEANINGS[code].text)
    )
