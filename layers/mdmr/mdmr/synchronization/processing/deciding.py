"""Deciding about a planned set: may it be applied, and what stops it."""

from __future__ import annotations

from decimal import Decimal

from mdmr.directory import directory_map
from mdmr.organizations import parameters, registry
from mdmr.organizations.entities import Right
from mdmr.ports.hub import Hub
from mdmr.synchronization.codes_processing import STATUSES, THRESHOLD, UNAUTHORIZED
from mdmr.synchronization.processing import plans, settling, thresholds
from mdmr.synchronization.processing.begun import Stop, stop, was_released
from mdmr.synchronization.processing.faults import NOTHING, Sparing
from mdmr.synchronization.processing.planning import plan_key
from mdmr.synchronization.processing.reporting import Told
from mdmr.synchronization.processing.tally import Tally
from mdmr.synchronization.processing.thresholds import Check, Limit
from mdmr.synchronization.sets import sequence
from mdmr.synchronization.sets.rows import FileSet
from mdmr.synchronization.sets.stopping import rounds

# One odd record is refused (Y299) and the others go on; more of them are the hub's own fault.
MOST_FAULTS = 10


def tallies(hub: Hub, each: FileSet) -> list[Tally] | None:
    """Return the counts of all parts of a set, None where one is not planned."""
    found = [plans.tally(hub.data, plan_key(each, part)) for part in each.parts]
    counted = [tally for tally in found if tally is not None]
    return counted if len(counted) == len(found) else None


def decide(hub: Hub, each: FileSet, counted: list[Tally], *, spare: Sparing = NOTHING) -> FileSet:
    """Let a planned set be applied, or stop it; return it as it is then.

    What was let go on once is not asked again. `spare` is as in `begun.Stop`. Raises
    NotActiveError, KeptInsideError, StateBusyError.
    """
    if plans.applying_since(hub.data, each.id) is not None:
        return each
    total = Tally.total(counted)
    status, text = hindrance(hub, each, total)
    if status:
        records = total.records + settling.passed(hub, each)
        how = Stop(status, text, told(hub, each, records), total.fault, spare)
        return stop(hub, each, how)
    plans.begin_applying(hub.data, each.id, hub.clock.now())
    return each


def told(hub: Hub, each: FileSet, records: int) -> Told:
    """Return what the reports of a set tell that stops: the rows of what was applied so far."""
    applied = [part for part in each.parts if plans.is_applied(hub.data, each.id, part)]
    keys = tuple(plan_key(each, part) for part in applied)
    counted = [tally for key in keys if (tally := plans.tally(hub.data, key)) is not None]
    return Told(keys, Tally.total(counted), records, rounds(each))


def hindrance(hub: Hub, each: FileSet, total: Tally) -> tuple[str, str]:
    """Return status and text with which a set stops, both empty where nothing hinders it."""
    now = hub.clock.now()
    if not registry.may(
        hub.state,
        ldc=each.id.ldc,
        org_id=each.id.submitter,
        file_id=each.id.file_id,
        right=Right.SUBMIT,
        at=now,
    ):
        return UNAUTHORIZED, STATUSES[UNAUTHORIZED].text
    if sum(total.faults.values()) > MOST_FAULTS:
        first = f"3{min(total.faults)[1]}"
        return first, STATUSES[first].text
    if was_released(each, THRESHOLD):
        return "", ""
    found = _threshold(hub, each, total)
    return (THRESHOLD, f"{STATUSES[THRESHOLD].text}: {found}") if found else ("", "")


def _threshold(hub: Hub, each: FileSet, total: Tally) -> str:
    now, ldc = hub.clock.now(), each.id.ldc
    directory = sequence.find(hub.state, ldc).directory
    active = directory_map.read(hub.data, directory or None).active(now)

    def limit(check: Check) -> Limit:
        percent = parameters.value(hub.state, check.percent, at=now, owner=ldc)
        least = parameters.count(hub.state, check.least, at=now, owner=ldc)
        return Limit(Decimal(percent), least)

    floor = parameters.count(hub.state, "sync.thr_floor_sdps", at=now, owner=ldc)
    return thresholds.exceeded(total, active, floor=floor, periodic=each.id.periodic, limit=limit)
