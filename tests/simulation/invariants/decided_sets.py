"""Of what is decided about a set: what stops it, and what a set before it means to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from mdmr.directory import directory_map
from mdmr.organizations import parameters
from mdmr.ports.objects import ObjectMissingError
from mdmr.synchronization.codes_processing import THRESHOLD
from mdmr.synchronization.processing import thresholds
from mdmr.synchronization.processing.thresholds import Check, Limit
from mdmr.synchronization.sets.rows import FileSet

from tests.simulation.ended import Ended
from tests.simulation.folded import Applied, applied, folded, refused
from tests.simulation.invariants.wrong import Harm, Invariant, Law, Wrong

_EXTRACTED_BEFORE = "S106"


def a_set_above_a_threshold_is_released_before_it_is_applied(world: Ended) -> Wrong:
    """A set that exceeds a threshold is applied only if it stopped there and was let go on."""
    before: defaultdict[str, str] = defaultdict(str)
    for one in folded(world).sets:
        each = one.each
        found = _exceeded(world, one, before[each.id.ldc])
        if found and not _was_released(each):
            yield str(each.id), f"exceeds {found}, and went through {_history(each)}"
        key = f"directory/{each.id.ldc}/{each.id}"
        if _lies(world, key):
            before[each.id.ldc] = key


def the_extraction_of_an_applied_set_counts_and_of_no_other(world: Ended) -> Wrong:
    """IR14 tells S106 of a set exactly where a set before it was applied and is as new or newer."""
    newest: dict[str, datetime] = {}
    in_turn = sorted(_worked(world), key=lambda each: (each.id.ldc, each.sequence or 0))
    # One that was refused does not count, whatever was applied of it.
    was_applied = {str(each.id) for each in applied(world) if not refused(each)}
    for each in in_turn:
        ldc, extracted = each.id.ldc, each.extracted
        if extracted is None:
            continue
        told, older = _told_older(world, each), ldc in newest and extracted <= newest[ldc]
        if told is not None and told is not older:
            last = newest.get(ldc)
            yield str(each.id), f"told as older: {told}; extracted {extracted}, before it {last}"
        if str(each.id) in was_applied:
            newest[ldc] = extracted


def _worked(world: Ended) -> Iterator[FileSet]:
    return (each for each in world.sets if each.state.value in ("COMPLETE", "FAILED"))


def _told_older(world: Ended, each: FileSet) -> bool | None:
    """Return whether a set was told to be older than the last one, None where nothing is told."""
    found = [
        file
        for delivery in world.reports(str(each.id))
        if delivery.report.file_id == "IR14"
        and (file := world.delivered.get(delivery.object_key)) is not None
    ]
    if not found:
        return None
    return any(_EXTRACTED_BEFORE in row for file in found for row in file.details)


def _exceeded(world: Ended, one: Applied, map_before: str) -> str:
    """Return the threshold that a set exceeds, empty for none."""
    state, each, at = world.shared.state, one.each, one.each.sync_start
    if at is None:
        raise LookupError(str(each.id))
    active = directory_map.read(world.shared.data, map_before or None).active(at)
    owner = each.id.ldc

    def limit(check: Check) -> Limit:
        percent = parameters.value(state, check.percent, at=at, owner=owner)
        return Limit(Decimal(percent), parameters.count(state, check.least, at=at, owner=owner))

    floor = parameters.count(state, "sync.thr_floor_sdps", at=at, owner=owner)
    periodic = each.id.periodic
    return thresholds.exceeded(one.plan.tally, active, floor=floor, periodic=periodic, limit=limit)


def _was_released(each: FileSet) -> bool:
    return any(
        (one.state.value, one.reason, two.state.value) == ("STOPPED", THRESHOLD, "PROCESSING")
        for one, two in pairwise(each.history)
    )


def _history(each: FileSet) -> list[str]:
    return [f"{step.state.value} {step.reason}".strip() for step in each.history]


def _lies(world: Ended, key: str) -> bool:
    try:
        world.shared.data.describe(key)
    except ObjectMissingError:
        return False
    return True


DECIDED_SETS: tuple[Law, ...] = (
    Invariant(Harm.UNDUE, a_set_above_a_threshold_is_released_before_it_is_applied),
    Invariant(Harm.CONTRADICTORY, the_extraction_of_an_applied_set_counts_and_of_no_other),
)
