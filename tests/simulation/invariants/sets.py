"""Of synchronization sets: to their end, in sequence, told once, and the directory they make."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from mdmr.directory import directory_map, reading
from mdmr.directory.documents import Document, Entity, Kind, document_of
from mdmr.directory.entries import entry_of, line_of
from mdmr.exchange.files.layouts.records import split
from mdmr.exchange.ledger.receipts import FileState
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.exchange.outbound.recipients import Facts, recipients
from mdmr.organizations import parameters, registry
from mdmr.ports.codec import from_item
from mdmr.stores.memory.state import MemoryState
from mdmr.synchronization.sets.rows import FileSet, files
from mdmr.synchronization.sets.sequence import Sequence

from tests.simulation.ended import Ended
from tests.simulation.folded import begun, folded, refused
from tests.simulation.invariants.wrong import Harm, Invariant, Law, Wrong

_FINAL = ("COMPLETE", "FAILED", "REJECTED")
# Places in the status record of IR06 and IR07: the counts are its last three fields.
_COUNTS = slice(-3, None)


def every_set_comes_to_its_end(world: Ended) -> Wrong:
    """Each set is complete, failed or rejected, with all of its files, and nothing waits."""
    for each in world.sets:
        if each.state.value not in _FINAL or not each.followed:
            yield str(each.id), f"is left {each.state.value}, waiting for {each.waits_for}"
        for file in files(world.shared.state, each.id):
            receipt = world.receipts.get(file.receipt_id)
            if receipt is None or receipt.state is not FileState.DONE:
                yield file.key, f"of {each.id} is {receipt and receipt.state.value}"
    for found in _sequences(world):
        if found.open is not None or found.waiting:
            yield f"SEQUENCE#{found.ldc}", f"has {found.open} under way and {found.waiting} behind"


def numbers_of_an_ldc_are_used_in_order(world: Ended) -> Wrong:
    """The numbers of an LDC's sets that were worked have no hole, and none is used twice."""
    used: defaultdict[str, list[int]] = defaultdict(list)
    for each in world.sets:
        if (each.state.value == "COMPLETE" and _had_its_turn(each)) or (
            each.state.value == "FAILED" and _failure_uses(world, each)
        ):
            used[each.id.ldc].append(each.sequence or 0)
    for found in _sequences(world):
        wanted = list(range(1, found.last + 1))
        if used[found.ldc] != wanted:
            yield f"SEQUENCE#{found.ldc}", f"used {used[found.ldc]} up to {found.last}"


def the_directory_is_what_the_applied_sets_make(world: Ended) -> Wrong:
    """Every document is what the records of the applied sets come to, one set after the other."""
    here, there = _documents(world.shared.directory), _documents(folded(world).directory)
    for entity in sorted(here.keys() | there.keys()):
        found, wanted = here.get(entity), there.get(entity)
        if found is None or wanted is None:
            yield "/".join(entity), f"is {found}, should be {wanted}"
        elif found.timelines != wanted.timelines or _by(found) != _by(wanted):
            what = f"is of {_by(found)}: {found.timelines}"
            yield "/".join(entity), f"{what}, should be of {_by(wanted)}: {wanted.timelines}"


def the_directory_map_tells_what_the_documents_tell(world: Ended) -> Wrong:
    """An LDC's map has every SDP with a document, as its document tells of it since some set."""
    documents = _documents(world.shared.directory)
    meters = [each for entity, each in documents.items() if entity.kind is Kind.METER]
    for found in _sequences(world):
        times = {
            min(each.extracted, each.sync_start)
            for each in world.sets
            if each.id.ldc == found.ldc and each.extracted and each.sync_start
        }
        known = directory_map.read(world.shared.data, found.directory or None)
        lines = {line.partition(b"|")[0].decode(): line for line in known.lines()}
        sdps = {e.id: d for e, d in documents.items() if e.kind is Kind.SDP and e.ldc == found.ldc}
        for usdp in sorted(lines.keys() | sdps.keys()):
            document = sdps.get(usdp)
            if document is None or usdp not in lines:
                yield usdp, f"stands in the map: {usdp in lines}, has a document: {bool(document)}"
                continue
            own = [each for each in meters if each.entity.ldc == found.ldc]
            if lines[usdp] not in {line_of(entry_of(document, own, at)) for at in times}:
                yield usdp, f"stands in the map as {lines[usdp]!r}"


def every_record_of_a_set_is_applied_or_refused(world: Ended) -> Wrong:
    """The reports of an applied set count all its records, and IR07 has each that is refused."""
    for one in folded(world).sets:
        each, plan = one.each, one.plan
        wanted = [one.records, len(plan.updates), len(plan.exceptions)]
        if one.by_half:
            # The rest is neither applied nor refused; what its reports tell of is what is written.
            yield from _told_by_half(world, each, len(plan.updates))
            continue
        if each.records_read != one.records:
            yield str(each.id), f"{each.records_read} records read of {one.records}"
        for file_id, told in (("IR06", wanted[1]), ("IR07", wanted[2])):
            rows: Counter[str] = Counter()
            for delivery in _final_reports(world, each, file_id):
                file = world.delivered.get(delivery.object_key)
                if file is None:
                    rows[delivery.report.recipient] += delivery.report.staged.count
                    continue
                rows[delivery.report.recipient] += len(file.details)
                counts = [int(count) for count in split(delivery.report.status)[_COUNTS]]
                if counts != wanted:
                    yield str(each.id), f"{file_id} tells the counts {counts} for {wanted}"
            for recipient, found in rows.items():
                if found != told:
                    yield str(each.id), f"{file_id} of {recipient} has {found} rows of {told}"


def _told_by_half(world: Ended, each: FileSet, updates: int) -> Wrong:
    """IR06 of a set that was ended amid its applying has a row for each change that is written."""
    rows: Counter[str] = Counter()
    for delivery in _final_reports(world, each, "IR06"):
        rows[delivery.report.recipient] += delivery.report.staged.count
    for recipient, found in rows.items():
        if found != updates:
            yield str(each.id), f"IR06 of {recipient} has {found} rows of the {updates} written"


def _had_its_turn(each: FileSet) -> bool:
    return any(step.state.value == "STAGING" for step in each.history)


def the_end_of_a_set_is_reported_once(world: Ended) -> Wrong:
    """Whoever is to be told has one IR10, IR14, or IR06 and IR07, of each set, stop and end."""
    for each in world.sets:
        found: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
        for delivery in world.reports(str(each.id)):
            _, *middle, number = delivery.report.subject.split("#")
            file_id, recipient = delivery.report.file_id, delivery.report.recipient
            found[file_id, recipient, "#".join(middle)].append(int(number))
        wanted = set(_wanted(world, each))
        if found.keys() != wanted:
            yield str(each.id), f"{each.state.value} with {sorted(found)} for {sorted(wanted)}"
        for what, numbers in found.items():
            if sorted(numbers) != list(range(1, len(numbers) + 1)):
                yield str(each.id), f"{what} has the pieces {sorted(numbers)}"


def _wanted(world: Ended, each: FileSet) -> Iterator[tuple[str, str, str]]:
    """Yield the reports that a set must have: file id, recipient, and of which stop or end."""
    if each.state.value == "REJECTED":
        yield "IR10", each.id.submitter, ""
    if any(step.state.value in {"LOADED", "FAILED"} for step in each.history):
        yield "IR14", each.id.submitter, ""
    rounds = 0
    for step in each.history:
        stopped = step.state.value == "STOPPED"
        told_at_end = not refused(each) or begun(world, each)
        if stopped or (step.state.value == "COMPLETE" and told_at_end):
            rows = tuple(registry.authorizations(world.shared.state, each.id.ldc))
            facts = Facts(each.id.ldc, authorizations=rows)
            for file_id in ("IR06", "IR07"):
                for recipient in recipients(file_id, facts, step.at):
                    yield file_id, recipient, str(rounds)
        rounds += stopped


def _final_reports(world: Ended, each: FileSet, file_id: str) -> Iterator[Delivery]:
    for delivery in world.reports(str(each.id)):
        if delivery.id in each.reports and delivery.report.file_id == file_id:
            yield delivery


def _sequences(world: Ended) -> list[Sequence]:
    return [from_item(Sequence, item) for item in world.items if item["sk"] == "SEQUENCE"]


def _failure_uses(world: Ended, each: FileSet) -> bool:
    name, state = "sync.consume_on_stl_error", world.shared.state
    return parameters.value(state, name, at=each.since, owner=each.id.ldc) == "yes"


def _documents(directory: MemoryState) -> Mapping[Entity, Document]:
    found = {}
    for item in directory.items():
        if item["sk"] == "DOCUMENT":
            kind, _, rest = str(item["pk"]).partition("#")
            entity = Entity(Kind(kind), str(item["ldc"]), rest.rpartition("#")[2])
            found[entity] = reading.whole(directory, document_of(entity, item))
    return found


def _by(document: Document) -> list[str]:
    return [each.by for each in document.log]


SETS: tuple[Law, ...] = (
    Invariant(Harm.LOST, every_set_comes_to_its_end),
    Invariant(Harm.CONTRADICTORY, numbers_of_an_ldc_are_used_in_order),
    Invariant(Harm.CONTRADICTORY, the_directory_is_what_the_applied_sets_make),
    Invariant(Harm.CONTRADICTORY, the_directory_map_tells_what_the_documents_tell),
    Invariant(Harm.LOST, every_record_of_a_set_is_applied_or_refused),
    Invariant(Harm.DUPLICATED, the_end_of_a_set_is_reported_once),
)
