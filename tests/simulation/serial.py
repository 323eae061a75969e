"""The same files once more, one after the other, with nothing going wrong.

A hub that works side by side must come to what some order, one after the other, comes to: that in
which it took its decisions. So this world's files are taken in again in that order, each at the
time of its arrival, and the runs of their slots one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mdmr.exchange.inbound.intake import take_in
from mdmr.exchange.inbound.runs import close_slot
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.identifiers import progress
from mdmr.identifiers.answering import answer_requests
from mdmr.identifiers.kept import Kept, keep
from mdmr.identifiers.numbers import PairNumber
from mdmr.identifiers.requests import Tally
from mdmr.ports.codec import from_item
from mdmr.ports.state import Put, StateStore
from mdmr.schedules import files
from mdmr.schedules.files import LoadState
from mdmr.schedules.loading import load_schedules
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.stores.memory.state import MemoryState

from tests.simulation.ended import Ended
from tests.simulation.invariants.wrong import Wrong
from tests.simulation.regions import SECRET
from tests.simulation.uploads import Upload
from tests.support.market import NOON

# Refused for what befell the hub, or for when its set ended, not for what the file is: as if never
# sent.
_OF_THE_HUB = ("F000", "F014", "F099")
# Types whose files are worked at the end of a slot.
_IN_SLOTS = ("1000", "8000")
_KEPT = ("REGISTRY", "AUTHORIZATIONS", "PARAMETERS")
_FROM_BEFORE = "from before"
_SECOND = timedelta(seconds=1)


def it_ends_as_if_all_was_done_one_after_the_other(world: Ended) -> Wrong:
    """Every file gets the code, and every record the answer, that it gets undisturbed."""
    clock = FixedClock(NOON)
    hub = memory_hub(clock, secret=SECRET)
    _register(hub, world)
    again = {upload: _taken_in(hub, clock, world, upload) for upload in _in_order(world)}
    for upload, receipt in again.items():
        found = world.receipt(upload)
        if found is not None and found.code != receipt.code:
            yield upload.key, f"came to {found.code or 'accepted'}, is {receipt.code or 'accepted'}"
    if any(_ever_failed(receipt) for receipt in world.receipts.values()):
        # What failed took its turn when it was taken up again.
        return
    for slot in sorted({e.work_id for e in again.values() if e.work_id and e.file_id in _IN_SLOTS}):
        _run(hub, clock, Slot.of(slot))
    for upload, receipt in again.items():
        found = world.receipt(upload)
        if found is None or found.state is not FileState.DONE or not receipt.work_id:
            continue
        if found.file_id == "8000" and receipt.ldc in _approved(world):
            # What the operator said and when is not said again.
            continue
        here, there = _answer(world.shared.state, found), _answer(hub.state, receipt)
        if here != there:
            yield upload.key, f"was answered {here}, is answered {there}"
    if _given(world.shared.directory) != _given(hub.directory):
        yield "the numbers", f"{_given(world.shared.directory)} are {_given(hub.directory)}"


def _register(hub: MemoryHub, world: Ended) -> None:
    """Copy the registry, with changes that were announced long before, and the kept numbers."""
    for item in world.items:
        if str(item["pk"]).partition("#")[0] in _KEPT:
            hub.state.commit(Put(item))
    for item in world.shared.directory.items():
        if str(item["pk"]).startswith("PAIR#"):
            kept = from_item(PairNumber, item)
            number = kept.universal_sdp_id
            issued = world.numbers[number]["request"] == _FROM_BEFORE
            keep(hub, Kept(kept.pair, number, issued=issued), by="test")


def _in_order(world: Ended) -> Iterator[Upload]:
    """Yield the uploads in the order in which they were decided."""
    uploads = {each.known.id: each for each in world.uploads}
    seen: set[str] = set()
    for each in world.known.decided:
        receipt = world.receipts.get(each.receipt_id)
        if each.state is FileState.HELD or receipt is None or each.receipt_id in seen:
            continue
        seen.add(each.receipt_id)
        if receipt.code not in _OF_THE_HUB:
            yield uploads[each.receipt_id]


def _taken_in(hub: MemoryHub, clock: FixedClock, world: Ended, upload: Upload) -> Receipt:
    clock.move_to(upload.at)
    arrival = Arrival.of(hub.inbound.upload(upload.key, upload.body))
    receipt = world.receipts[upload.known.id]
    accepted = next((s for s in receipt.history if s.state is FileState.ACCEPTED), None)
    if accepted is not None and receipt.work_id and receipt.file_id in _IN_SLOTS:
        # In the slot that it joined, whenever that was.
        clock.move_to(Slot.of(accepted.reason).ends - _SECOND)
    return take_in(hub, arrival)


def _run(hub: MemoryHub, clock: FixedClock, slot: Slot) -> None:
    clock.move_to(slot.ends)
    for ldc in close_slot(hub, slot):
        if slot.process == "schedules":
            load_schedules(hub, slot, ldc, until=slot.ends)
            continue
        while answer_requests(hub, slot, ldc, until=slot.ends):
            pass


def _answer(state: StateStore, receipt: Receipt) -> Tally | LoadState | None:
    """Return how many records of a file got which answer, or what became of a schedule."""
    if receipt.file_id == "8000":
        schedule = files.find(state, receipt.ldc, receipt.id)
        return None if schedule is None else schedule.state
    return sum((part.tally for part in progress.parts(state, receipt.id)), Tally())


def _approved(world: Ended) -> set[str]:
    """Return the LDCs whose schedules wait for the operator's word."""
    return {each.owner for each in world.market.settings if each.name == "schedule.approval"}


def _given(directory: MemoryState) -> dict[tuple[str, str], str]:
    """Return the number of each SDP that has one."""
    return {
        (str(item["ldc"]), str(item["sdp_id"])): str(item["pk"])
        for item in directory.items()
        if str(item["pk"]).startswith("USDP#")
    }


def _ever_failed(receipt: Receipt) -> bool:
    return any(step.state is FileState.FAILED for step in receipt.history)
