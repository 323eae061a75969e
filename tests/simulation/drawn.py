"""What a world had of what is rare: counted, so that a generator that never draws it is seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise

from mdmr.calendar.instants import to_text
from mdmr.continuity.gateway import EVERYTHING
from mdmr.exchange.ledger.receipts import FileState
from mdmr.exchange.ledger.slots import Slot
from mdmr.schedules import files
from mdmr.schedules.files import LoadState
from mdmr.synchronization.codes_processing import STATUSES, THRESHOLD, UNAUTHORIZED
from mdmr.synchronization.processing import plans
from mdmr.synchronization.processing.planning import plan_key

from tests.simulation.ended import Ended
from tests.simulation.folded import applied, refused
from tests.support.market import LDC

# A part of a set is written in batches of so many documents: a world's sets are small.
BATCH = 2
_MANY = 11


def _twins(world: Ended) -> int:
    found = Counter((each.key, each.known.arrived) for each in world.uploads)
    return sum(count - 1 for count in found.values())


def _twins_held(world: Ended) -> int:
    held = Counter(
        (each.key, each.known.arrived)
        for each in world.uploads
        if (receipt := world.receipt(each)) is not None
        and any(step.state is FileState.HELD for step in receipt.history)
    )
    return sum(count - 1 for count in held.values())


def _refused(world: Ended) -> int:
    return sum(map(refused, world.sets))


def _extracted_before_a_refused_one(world: Ended) -> int:
    """Count the applied sets that were extracted before one of their LDC that was refused."""
    gone = [each for each in world.sets if refused(each) and each.extracted]
    return sum(
        each.id.ldc == other.id.ldc
        and (other.sequence or 0) < (each.sequence or 0)
        and other.extracted >= each.extracted
        for each in applied(world)
        for other in gone
        if each.extracted and other.extracted
    )


def _released(status: str) -> Callable[[Ended], int]:
    def count(world: Ended) -> int:
        return sum(
            step.state.value == "STOPPED"
            and step.reason == status
            and after.state.value == "PROCESSING"
            for each in world.sets
            for step, after in pairwise(each.history)
        )

    return count


def _other_stops(world: Ended) -> int:
    others = STATUSES.keys() - {UNAUTHORIZED, THRESHOLD}
    return sum(_released(status)(world) for status in others)


def _answered(*states: LoadState) -> Callable[[Ended], int]:
    def count(world: Ended) -> int:
        known = [files.find(world.shared.state, LDC, each) for each in world.receipts]
        return sum(e is not None and bool(e.request) and e.state in states for e in known)

    return count


def _one_ldc_closed(world: Ended) -> int:
    """Count the files for others whose run came while the gateway was closed for the LDC alone.

    They are of a sender who has files for that LDC too.
    """
    closed: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for item in world.items:
        kind, _, scope = str(item["pk"]).partition("#")
        if kind == "CLOSED":
            closed[scope].append((str(item["sk"]), str(item["end"])))

    def is_closed(scope: str, at: str) -> bool:
        return any(start <= at < end for start, end in closed[scope])

    senders = {each.prefix for each in world.uploads if LDC in each.name}
    runs = [
        to_text(Slot.of(each.work_id).ends)
        for each in world.receipts.values()
        if each.file_id == "1000" and each.work_id and each.ldc != LDC
        if each.arrival.organization in senders
    ]
    return sum(is_closed(LDC, at) and not is_closed(EVERYTHING, at) for at in runs)


def _batches(world: Ended) -> int:
    """Count the parts of applied sets with more documents than one batch."""
    data = world.shared.data
    return sum(
        sum(1 for _ in plans.lines(data, plan_key(each, part), plans.DOCUMENTS)) > BATCH
        for each in applied(world)
        for part in each.parts
    )


def _many_recipients(world: Ended) -> int:
    heard: defaultdict[str, set[str]] = defaultdict(set)
    for each in world.deliveries.values():
        if each.report.file_id == "IR06":
            heard[each.report.subject.partition("#")[0]].add(each.report.recipient)
    return sum(len(those) >= _MANY for those in heard.values())


# What is counted in each world, in the words of the published figures.
RARE: Mapping[str, Callable[[Ended], int]] = {
    "two versions of one name within a second": _twins,
    "two versions of one name within a second, both held": _twins_held,
    "schedules that waited and were approved": _answered(LoadState.LOADED, LoadState.REJECTED),
    "schedules that waited and were refused": _answered(LoadState.REFUSED),
    "files for others worked while one LDC of their sender was closed": _one_ldc_closed,
    "sets that the operator refused": _refused,
    "sets applied that were extracted before a refused one": _extracted_before_a_refused_one,
    "sets released after a stop at authorization": _released(UNAUTHORIZED),
    "sets released after a stop at a threshold": _released(THRESHOLD),
    "sets released after any other stop": _other_stops,
    "parts of a set written in several batches": _batches,
    "sets reported to more than ten organizations": _many_recipients,
}


def drawn(world: Ended) -> Counter[str]:
    """Return how often a world had each of these."""
    return Counter({what: count(world) for what, count in RARE.items()})
