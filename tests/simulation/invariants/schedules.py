"""Of Billing Cycle Schedules: each answered once, and what is in force is what was loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import msgspec
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.outbound.states import DELIVERED
from mdmr.schedules import files
from mdmr.schedules.files import LoadState
from mdmr.schedules.loaded import Schedule, schedule

from tests.simulation.ended import Ended
from tests.simulation.invariants.wrong import Harm, Invariant, Law, Wrong


def every_schedule_is_answered_once(world: Ended) -> Wrong:
    """A schedule that is done has one report, to its submitter, that tells what became of it."""
    for receipt in _done(world):
        known = files.find(world.shared.state, receipt.ldc, receipt.id)
        sent = [each for each in world.reports(receipt.id) if each.report.file_id == "IR03"]
        if known is None or {each.id for each in sent} != set(known.deliveries):
            yield receipt.arrival.key, f"has the reports {len(sent)} of {known}"
            continue
        for each in sent:
            if world.undeliverable(each):
                continue
            file = world.delivered.get(each.object_key)
            if each.state != DELIVERED or file is None or file.header[7] != known.state:
                yield receipt.arrival.key, f"is {known.state}, told as {file and file.header}"


def a_schedule_is_loaded_with_the_approval_it_needs(world: Ended) -> Wrong:
    """Where an LDC's schedules need approval, none is loaded or refused without the operator."""
    needing = {e.owner for e in world.market.settings if e.name == "schedule.approval"}
    for receipt in _done(world):
        known = files.find(world.shared.state, receipt.ldc, receipt.id)
        if known is None or receipt.ldc not in needing:
            continue
        asked = bool(known.request)
        # One with errors is rejected at once; one that was approved is checked again.
        if not asked and known.state is not LoadState.REJECTED:
            yield receipt.arrival.key, f"is {known.state} without a request"


def a_schedule_in_force_is_what_was_loaded(world: Ended) -> Wrong:
    """Each schedule was made of the one before by a file that was loaded, and no two overlap."""
    loaded = Counter(
        receipt.id
        for receipt in _done(world)
        if (known := files.find(world.shared.state, receipt.ldc, receipt.id))
        and known.state is LoadState.LOADED
    )
    for ldc in sorted({receipt.ldc for receipt in _done(world)}):
        for version, key, each in _back(world, ldc):
            receipt_id = key.rpartition("/")[2].partition("-")[0]
            if each.version != version or loaded[receipt_id] != 1:
                yield key, f"is version {each.version} of {version}, loaded {loaded[receipt_id]}"
            loaded[receipt_id] -= 1
            for cycle, periods in each.cycles.items():
                if any(one.end > two.start for one, two in pairwise(periods)):
                    yield key, f"has periods of {cycle} that overlap"


def _done(world: Ended) -> list[Receipt]:
    found = world.receipts.values()
    return [e for e in found if e.file_id == "8000" and e.state is FileState.DONE]


def _back(world: Ended, ldc: str) -> Iterator[tuple[int, str, Schedule]]:
    """Yield the schedules of an LDC from the one in force back, with the version each must be."""
    each = schedule(world.shared, ldc)
    key, version = each.key, each.version
    while key:
        yield version, key, each
        key, version = each.before, version - 1
        if key:
            each = msgspec.json.decode(world.shared.data.read(key), type=Schedule)


SCHEDULES: tuple[Law, ...] = (
    Invariant(Harm.UNDUE, a_schedule_is_loaded_with_the_approval_it_needs),
    Invariant(Harm.LOST, every_schedule_is_answered_once),
    Invariant(Harm.CONTRADICTORY, a_schedule_in_force_is_what_was_loaded),
)
