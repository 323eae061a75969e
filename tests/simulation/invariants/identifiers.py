"""Of Universal SDP IDs: one for each SDP, given once, and every request record answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.ledger.receipts import FileState, Receipt
from mdmr.exchange.outbound.states import DELIVERED
from mdmr.identifiers.universal_id import FIRST, LAST
from mdmr.schedules import files as schedules

from tests.simulation.ended import Ended
from tests.simulation.invariants.wrong import Harm, Invariant, Law, Wrong
from tests.simulation.uploads import Upload

# Files of synchronization sets: the sets are in order, not their files.
SETS = ("3000", "4000")
ISSUED, ALREADY, INVALID, INCOMPLETE = "00", "01", "02", "03"


@dataclass(frozen=True)
class Answer:
    """A record of a 2000, with the request that it answers: receipt and line."""

    receipt_id: str
    line: int
    ldc: str
    sdp: str
    number: str
    status: str


def every_request_file_is_answered_in_full(world: Ended) -> Wrong:
    """A request file that is done has an answer for each record, in order, as it deserves."""
    for upload in world.uploads:
        receipt = world.receipt(upload)
        if receipt is None or receipt.state is not FileState.DONE or receipt.file_id != "1000":
            continue
        wanted = [_wanted(line, receipt.ldc) for line in _records(upload)]
        parts = world.parts(receipt)
        tallied = sum(part.tally.requested for part in parts)
        if [part.number for part in parts] != list(range(1, len(parts) + 1)) or not parts:
            yield upload.key, f"has the parts {[part.number for part in parts]}"
        if tallied != len(wanted):
            yield upload.key, f"{tallied} records tallied of {len(wanted)}"
        if _undeliverable(world, receipt):
            continue
        found = [(each.ldc, each.sdp, _kind(each.status)) for each in _answers(world, receipt)]
        if found != wanted:
            yield upload.key, f"answered {found} for {wanted}"


def an_answer_is_sent_to_its_asker_once(world: Ended) -> Wrong:
    """Each decided part of a file has one delivery, to its submitter."""
    for receipt in world.receipts.values():
        parts = [part.delivery for part in world.parts(receipt)]
        decided = [e.id for e in world.reports(receipt.id) if e.report.file_id == "2000"]
        if sorted(parts) != sorted(decided):
            yield receipt.arrival.key, f"{len(parts)} parts and {len(decided)} deliveries of 2000"
        for delivery_id in parts:
            delivery = world.deliveries.get(delivery_id)
            if delivery is None or not (
                delivery.state == DELIVERED or world.undeliverable(delivery)
            ):
                yield receipt.arrival.key, f"a part is {delivery and delivery.state}"
            elif delivery.report.recipient != receipt.arrival.organization:
                yield receipt.arrival.key, f"answered to {delivery.report.recipient}"


def no_sdp_has_two_numbers_and_no_number_two_sdps(world: Ended) -> Wrong:
    """All answers together give each SDP one number, each number one SDP, in the range."""
    numbers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    sdps: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for each in _all_answers(world):
        if each.status in (ISSUED, ALREADY):
            numbers[each.ldc, each.sdp].add(each.number)
            sdps[each.number].add((each.ldc, each.sdp))
    for number, item in world.numbers.items():
        sdps[number].add((str(item["ldc"]), str(item["sdp_id"])))
    for sdp, found in numbers.items():
        if len(found) > 1:
            yield str(sdp), f"has the numbers {sorted(found)}"
    for number, pairs in sdps.items():
        if len(pairs) > 1 or not number.isdecimal() or not FIRST <= int(number) <= LAST:
            yield number, f"is the number of {sorted(pairs)}"


def a_number_is_issued_once(world: Ended) -> Wrong:
    """A number is told as issued to the one record that it was issued to, and to no other."""
    for each in _all_answers(world):
        if each.status not in (ISSUED, ALREADY):
            continue
        item = world.numbers.get(each.number)
        issued_to = item and item.get("request")
        is_its = issued_to == f"{each.receipt_id}#{each.line}"
        if is_its is not (each.status == ISSUED):
            yield each.number, f"{each.sdp} told {each.status}, issued to {issued_to}"


def files_of_an_ldc_are_answered_in_order(world: Ended) -> Wrong:
    """Of one LDC's single files of a type that never failed, the earlier arrival is done first."""
    ended: defaultdict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
    for each in world.known.decided:
        receipt = world.receipts.get(each.receipt_id)
        if each.state is not FileState.DONE or receipt is None or _ever_failed(receipt):
            continue
        schedule = schedules.find(world.shared.state, receipt.ldc, receipt.id)
        if schedule is not None and schedule.request:
            # It waited for the operator, and those behind it did not.
            continue
        if receipt.file_id not in SETS:
            arrival = receipt.arrival
            place = (receipt.work_id, arrival.arrived.isoformat(), arrival.name, receipt.id)
            ended[receipt.ldc, receipt.file_id].append(place)
    for (ldc, _), places in ended.items():
        for one, two in pairwise(places):
            if one > two:
                yield two[2], f"of {ldc} was done after {one[2]}, before which it is to be worked"


def every_answered_file_is_summed_up(world: Ended) -> Wrong:
    """Each file that is done stands in an IR01 of its run's day, its tally that of its answers."""
    rows: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    undone: set[tuple[str, str]] = set()
    for delivery in world.deliveries.values():
        if delivery.report.file_id != "IR01":
            continue
        if world.undeliverable(delivery):
            undone.add((delivery.report.org_1, delivery.report.recipient))
            continue
        file = world.delivered.get(delivery.object_key)
        for row in file.details if file else []:
            rows[row[2]].add((delivery.report.recipient, *row[4:]))
    for receipt in world.receipts.values():
        if receipt.state is not FileState.DONE or receipt.file_id != "1000":
            continue
        sender = receipt.arrival.organization
        if (receipt.ldc, sender) in undone:
            continue
        counts = Counter[int]()
        for part in world.parts(receipt):
            counts.update(dict(enumerate(part.tally.counts)))
        tally = [counts[place] for place in range(4)]
        wanted = (sender, *(str(each) for each in (sum(tally), *tally)))
        if rows[receipt.arrival.name] != {wanted}:
            found = sorted(rows[receipt.arrival.name])
            yield receipt.arrival.key, f"summed up as {found} instead of {wanted}"


def _ever_failed(receipt: Receipt) -> bool:
    return any(step.state is FileState.FAILED for step in receipt.history)


def _undeliverable(world: Ended, receipt: Receipt) -> bool:
    return any(map(world.undeliverable, world.reports(receipt.id)))


def _records(upload: Upload) -> list[str]:
    """Return the detail lines of a request file."""
    lines = upload.body.decode("latin-1").splitlines()[2:]
    return [line for line in lines if line != "EOF" and not line.startswith("EOF|")]


def _wanted(line: str, ldc: str) -> tuple[str, str, str]:
    """Return what the answer to a record must repeat, and the status (A: it has a number)."""
    fields = split(line)[1:]
    told, sdp = fields[0], fields[1].strip().upper() if len(fields) > 1 else ""
    if len(fields) != 2 or not sdp:
        return told, sdp, INCOMPLETE
    return told, sdp, "A" if told == ldc else INVALID


def _kind(status: str) -> str:
    return "A" if status in (ISSUED, ALREADY) else status


def _answers(world: Ended, receipt: Receipt) -> Iterator[Answer]:
    """Yield the answers that were delivered to a file's records; lines count from 3."""
    line = 3
    for part in world.parts(receipt):
        delivery = world.deliveries.get(part.delivery)
        file = delivery and world.delivered.get(delivery.object_key)
        for place, row in enumerate(file.details if file else []):
            yield Answer(receipt.id, line + place, row[0], row[1], row[2], row[3])
        line += part.tally.requested


def _all_answers(world: Ended) -> Iterator[Answer]:
    for receipt in world.receipts.values():
        yield from _answers(world, receipt)


IDENTIFIERS: tuple[Law, ...] = (
    Invariant(Harm.LOST, every_request_file_is_answered_in_full),
    Invariant(Harm.DUPLICATED, an_answer_is_sent_to_its_asker_once),
    Invariant(Harm.CONTRADICTORY, no_sdp_has_two_numbers_and_no_number_two_sdps),
    Invariant(Harm.DUPLICATED, a_number_is_issued_once),
    Invariant(Harm.CONTRADICTORY, files_of_an_ldc_are_answered_in_order),
    Invariant(Harm.LOST, every_answered_file_is_summed_up),
)
