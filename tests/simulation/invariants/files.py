"""Of every file that was uploaded: one receipt, one final state, told once."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise

from mdmr.exchange.files.frame import UNREAD
from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.exchange.ledger.receipts import FileState, Receipt

from tests.simulation.ended import Ended
from tests.simulation.invariants.wrong import Harm, Invariant, Law, Wrong
from tests.simulation.market import POISON_SDP
from tests.simulation.uploads import LARGE, Upload

REJECTED, ACCEPTED, DONE, FAILED, HELD = (
    FileState.REJECTED,
    FileState.ACCEPTED,
    FileState.DONE,
    FileState.FAILED,
    FileState.HELD,
)
# A file that nothing happens to is decided by then, whatever happens to others, once the work on
# those before it in its line is over.
SOON = timedelta(minutes=5)


def every_upload_has_one_receipt(world: Ended) -> Wrong:
    """Each uploaded version has exactly one receipt, and no receipt is of anything else."""
    uploaded = Counter(each.known.id for each in world.uploads)
    for upload in world.uploads:
        if world.receipt(upload) is None:
            yield upload.key, f"{upload.known.version_id} has no receipt"
    for receipt_id, receipt in world.receipts.items():
        if uploaded[receipt_id] != 1:
            yield receipt.arrival.key, f"receipt {receipt_id} is of no upload"


def a_receipt_tells_of_its_object(world: Ended) -> Wrong:
    """A receipt has the object's key, version, size, time of arrival and, if it was read, hash."""
    for upload in world.uploads:
        receipt = world.receipt(upload)
        if receipt is None:
            continue
        if receipt.arrival != upload.known:
            yield upload.key, f"told as {receipt.arrival}, is {upload.known}"
        # What is too large is not read, nor perhaps what intake failed at.
        unread = receipt.sha256 == UNREAD and (receipt.code == "F099" or len(upload.body) > LARGE)
        if not unread and receipt.sha256 != hashlib.sha256(upload.body).hexdigest():
            yield upload.key, "the hash is of other bytes"


def every_file_is_final(world: Ended) -> Wrong:
    """Each file is refused, worked to the end, set aside, or accepted for a process to come."""
    for receipt in world.receipts.values():
        final = receipt.state in (REJECTED, DONE, FAILED)
        if not final and not (receipt.state is ACCEPTED and not receipt.work_id):
            yield receipt.arrival.key, f"is left {receipt.state.value}"
        if not receipt.followed:
            yield receipt.arrival.key, "what follows from its decision was not begun"


def a_refused_file_is_told_once(world: Ended) -> Wrong:
    """A refused file has one FR01 to its sender, with its facts, and one event; no other has."""
    for receipt in world.receipts.values():
        refusals = [each for each in world.reports(receipt.id) if each.report.file_id == "FR01"]
        wanted = 1 if receipt.state is REJECTED and _registered(world, receipt) else 0
        if len(refusals) != wanted:
            yield receipt.arrival.key, f"{receipt.state.value} with {len(refusals)} FR01"
        for refusal in refusals:
            file = world.delivered.get(refusal.object_key)
            if file is None:
                yield receipt.arrival.key, f"its FR01 is {refusal.state}"
                continue
            told = file.details[0][2:3] + file.details[0][5:8]
            facts = (receipt.arrival.organization, str(receipt.arrival.size))
            if told != [*facts, receipt.sha256, receipt.code]:
                yield receipt.arrival.key, f"its FR01 tells {told}"
        yield from _told(world, receipt, "FILE_REJECTED", receipt.state is REJECTED)


def a_file_that_waits_or_failed_is_told_so(world: Ended) -> Wrong:
    """The sender of a file that failed or that no process works yet has one event of it."""
    for receipt in world.receipts.values():
        waits = receipt.state is ACCEPTED and not receipt.work_id
        yield from _told(world, receipt, "FILE_WAITS", waits)
        if receipt.state is FAILED:
            yield from _told(world, receipt, "FILE_FAILED", wanted=True)


def nobody_is_told_two_things(world: Ended) -> Wrong:
    """No file has both a refusal and answers, and a refused one has no effect."""
    for receipt in world.receipts.values():
        kinds = {each.report.file_id for each in world.reports(receipt.id)}
        if len(kinds) > 1:
            yield receipt.arrival.key, f"answered with {sorted(kinds)}"
        if receipt.state is REJECTED and world.parts(receipt):
            yield receipt.arrival.key, "refused, and answered"


def accepted_files_have_names_of_their_own(world: Ended) -> Wrong:
    """No two accepted files have one name, one part of a set, or within the time one content."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for upload in world.uploads:
        receipt = world.receipt(upload)
        if receipt is None or receipt.state in (REJECTED, HELD):
            continue
        names[f"name {upload.name}"].append(upload.key)
        if receipt.file_id in ("1000", "7000", "7100") and receipt.details:
            whole = receipt.file_id == "7100"
            content = upload.body if whole else upload.body.partition(b"\n")[2]
            digest = hashlib.sha256(content).hexdigest()
            names[f"content {receipt.ldc} {receipt.file_id} {digest}"].append(upload.key)
        if receipt.file_id == "4000":
            part = upload.name.split(".", 5)[5]
            names[f"part {receipt.ldc} {part}"].append(upload.key)
    for what, keys in names.items():
        if len(keys) > 1:
            yield keys[0], f"{len(keys)} accepted with one {what}"


def nothing_fails_without_a_cause(world: Ended) -> Wrong:
    """A file is refused as an internal failure, or fails, only where something was done to it."""
    for upload in world.uploads:
        receipt = world.receipt(upload)
        if receipt is None:
            continue
        poisoned = POISON_SDP.encode() in upload.body
        if receipt.code == "F099" and not (upload.poisoned or upload.disturbed):
            yield upload.key, "refused with F099, and nothing had happened to it"
        if receipt.state is FAILED and poisoned and world.mended:
            yield upload.key, "still failed, though the cause is mended"


def what_failed_inside_has_an_incident(world: Ended) -> Wrong:
    """Each refusal for an internal failure and each failed file has an incident open about it."""
    opened = {
        str(item["subject"])
        for item in world.items
        if item["sk"] == "INCIDENT" and item["state"] == "NEW"
    }
    for receipt in world.receipts.values():
        failed = receipt.code == "F099" or receipt.state is FAILED
        if failed and receipt.id not in opened:
            yield receipt.arrival.key, "has no incident"


def an_undisturbed_file_is_decided_soon(world: Ended) -> Wrong:
    """While faults befall others, a file that nothing is done to has its receipt in minutes.

    The work on those before it in its line comes first, however much that is; while nobody works
    in its line it does not wait.
    """
    first: dict[str, datetime] = {}
    for each in world.known.decided:
        first.setdefault(each.receipt_id, each.at)
    for upload in world.uploads:
        arrived, decided = upload.at, first.get(upload.known.id)
        if upload.disturbed or upload.poisoned or decided is None:
            continue
        if any(arrived - SOON <= at <= arrived + SOON for at in _away(world)):
            continue
        before = _work_before(world, upload, arrived, decided)
        if decided - arrived - before > SOON:
            took = decided - arrived
            yield upload.key, f"was decided after {took}, {before} of it work before it"


def _work_before(world: Ended, upload: Upload, start: datetime, end: datetime) -> timedelta:
    """Return for how long between two instants intake worked on others of an upload's line."""
    others = sorted(
        (max(began, start), min(ended, end))
        for each in world.uploads
        if each is not upload and each.line == upload.line
        for began, ended in each.worked
        if began < end and ended > start
    )
    took, until = timedelta(), start
    for began, ended in others:
        took += max(ended - max(began, until), timedelta())
        until = max(until, ended)
    return took


def _away(world: Ended) -> list[datetime]:
    """Return instants near which no region, or another one, decides."""
    return list(world.switched)


def versions_of_a_name_are_in_order(world: Ended) -> Wrong:
    """Of versions of one name that nothing was done to, the earlier is decided no later."""
    first: dict[str, int] = {}
    for number, each in enumerate(world.known.decided):
        first.setdefault(each.receipt_id, number)
    by_key = defaultdict(list)
    for upload in world.uploads:
        if not upload.disturbed and not upload.poisoned and upload.known.id in first:
            by_key[upload.key].append(first[upload.known.id])
    for key, places in by_key.items():
        if any(one > two for one, two in pairwise(places)):
            yield key, f"its versions were decided in the order {places}"


def _registered(world: Ended, receipt: Receipt) -> bool:
    sender = receipt.arrival.organization
    known = {each.org_id for each in world.market.organizations}
    return ORG_ID.accepts(sender) and sender in known


def _told(world: Ended, receipt: Receipt, kind: str, wanted: bool) -> Wrong:  # noqa: FBT001
    told = world.told.get(f"{receipt.id}-{kind}", [])
    if bool(told) is not wanted:
        yield receipt.arrival.key, f"{receipt.state.value}, and told {len(told)} times {kind}"
    if any(each != told[0] for each in told):
        yield receipt.arrival.key, f"{kind} was told in two ways"


FILES: tuple[Law, ...] = (
    Invariant(Harm.LOST, every_upload_has_one_receipt),
    Invariant(Harm.CONTRADICTORY, a_receipt_tells_of_its_object),
    Invariant(Harm.LOST, every_file_is_final),
    Invariant(Harm.DUPLICATED, a_refused_file_is_told_once),
    Invariant(Harm.LOST, a_file_that_waits_or_failed_is_told_so),
    Invariant(Harm.CONTRADICTORY, nobody_is_told_two_things),
    Invariant(Harm.DUPLICATED, accepted_files_have_names_of_their_own),
    Invariant(Harm.LOST, nothing_fails_without_a_cause),
    Invariant(Harm.LOST, what_failed_inside_has_an_incident),
    Invariant(Harm.LOST, an_undisturbed_file_is_decided_soon),
    Invariant(Harm.CONTRADICTORY, versions_of_a_name_are_in_order),
)
