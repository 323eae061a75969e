"""How files and incidents are stored: read back the same, and under which names."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from mdmr.exchange.files.names import FileName, SetPart
from mdmr.exchange.ledger import (
    incidents,
    receipts,
    restarts,
    states,
    unfinished,
)
from mdmr.exchange.ledger.receipts import FILES, Arrival, FileState, Receipt, Step
from mdmr.exchange.ledger.restarts import Restart
from mdmr.ports.codec import UnreadableItemError, from_item, some_of
from mdmr.ports.state import (
    AllOf,
    Equal,
    Item,
    Key,
    Put,
    Update,
)
from mdmr.ports.work import InRun, InSet, InWindow, WorkedIn
from mdmr.stores.memory.state import MemoryState
from msgspec import to_builtins
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON
from tests.support.story import platform

AT, LATER = "2025-08-20T17:05:00.000Z", "2025-08-20T17:06:00.000Z"
MINUTE = timedelta(minutes=1)
ARRIVAL = Arrival(f"{AGENT}/a.name", "v-1", 77, NOON)
STEPS = (Step(FileState.ACCEPTED, NOON, "why"), Step(FileState.FAILED, NOON + MINUTE))
FULL = Receipt(
    ARRIVAL,
    FileState.FAILED,
    epoch=4,
    sha256="digest",
    details=5,
    ldc=LDC,
    file_id="1000",
    code="F001",
    worked_in=InRun("identifiers", "identifiers-20250820T121500"),
    deliveries=("d-1", "d-2"),
    followed=False,
    history=STEPS,
)


class TestAReceipt:
    @pytest.mark.parametrize(
        "each",
        [
            FULL,
            replace(FULL, followed=True),
            Receipt(ARRIVAL, FileState.ARRIVED, 1, "", history=STEPS[:1]),
        ],
    )
    def test_is_read_back_as_it_was_written(self, each: Receipt) -> None:
        assert from_item(Receipt, receipts.item_of(each)) == each
        state = MemoryState()
        state.commit(Put(receipts.item_of(each)))
        assert receipts.find(state, each.id) == each
        assert receipts.find(state, "never") is None

    def test_has_these_names(self) -> None:
        digest = hashlib.sha256(f"{AGENT}/a.name\nv-1".encode()).hexdigest()[:32]
        assert receipts.item_of(FULL) == {
            "pk": f"RECEIPT#{digest}",
            "sk": "RECEIPT",
            "organization": AGENT,
            "arrived": AT,
            "schema": 2,
            "arrival": {
                "key": f"{AGENT}/a.name",
                "version_id": "v-1",
                "size": 77,
                "arrived": AT,
            },
            "state": "FAILED",
            "epoch": 4,
            "sha256": "digest",
            "details": 5,
            "ldc": LDC,
            "file_id": "1000",
            "code": "F001",
            "worked_in": {
                "type": "run",
                "process": "identifiers",
                "name": "identifiers-20250820T121500",
            },
            "deliveries": ["d-1", "d-2"],
            "followed": False,
            "history": [
                {"state": "ACCEPTED", "at": AT, "reason": "why"},
                {"state": "FAILED", "at": LATER, "reason": ""},
            ],
            "unfinished": "OPEN#RECEIPT#6",
            "due": "2025-08-20T17:16:00.000Z",
        }

    @pytest.mark.parametrize(
        ("state", "followed", "due"),
        [
            (FileState.ACCEPTED, False, True),
            (FileState.ACCEPTED, True, False),
            (FileState.HELD, False, True),
            (FileState.HELD, True, True),
        ],
    )
    def test_is_found_by_the_sweep_while_something_is_open(
        self, state: FileState, *, followed: bool, due: bool
    ) -> None:
        item = receipts.item_of(replace(FULL, state=state, followed=followed))
        assert ("due" in item) is due
        noted = receipts.note_followed(replace(FULL, state=state))
        assert noted.set == {"followed": True}
        assert noted.condition == Equal("state", state.value)
        assert noted.remove == (() if state is FileState.HELD else ("unfinished", "due"))

    def test_of_the_version_before_is_read_as_one_of_this(self) -> None:
        older = {name: value for name, value in receipts.item_of(FULL).items() if name != "arrival"}
        older |= {"schema": 1, "object_key": f"{AGENT}/a.name", "version_id": "v-1", "size": 77}
        assert from_item(Receipt, older) == FULL
        del older["worked_in"]
        assert from_item(Receipt, older) == replace(FULL, worked_in=None)

    def test_of_a_newer_version_than_this_release_knows_is_refused(self) -> None:
        newer = {**receipts.item_of(FULL), "schema": 3}
        with pytest.raises(UnreadableItemError, match="schema version 3 of Receipt"):
            from_item(Receipt, newer)

    def test_that_moves_is_written_only_from_the_state_before(self) -> None:
        write = receipts.move(FULL, since=FileState.PROCESSING)
        assert write == Update(
            FULL.key,
            set=some_of(FULL, "state", "history"),
            condition=Equal("state", "PROCESSING"),
        )
        told = receipts.move_and_tell(FULL, since=FileState.PROCESSING)
        assert told == replace(
            write,
            set={
                **write.set,
                "followed": False,
                "unfinished": "OPEN#RECEIPT#6",
                "due": "2025-08-20T17:16:00.000Z",
            },
        )

    def test_that_is_accepted_again_leaves_the_slot_in_which_it_failed(self) -> None:
        left, joined = (
            InRun("identifiers", f"identifiers-{end}")
            for end in ("20250820T121500", "20250820T123000")
        )
        again = replace(FULL, state=FileState.ACCEPTED, worked_in=joined)
        write = receipts.accept_again(again, left=left)
        assert write.set["worked_in"] == to_builtins(joined)
        assert write.set["followed"] is False
        failed_there = (Equal("state", "FAILED"), Equal("worked_in", to_builtins(left)))
        assert write.condition == AllOf(failed_there)

    @pytest.mark.parametrize(
        ("worked_in", "shown"),
        [
            (None, ""),
            (InRun("identifiers", "identifiers-20250820T121500"), "identifiers-20250820T121500"),
            (InSet(LDC, AGENT, "4000", "tx-1"), f"{LDC}-{AGENT}-4000-tx-1"),
            (InWindow(3, AGENT, NOON), f"held-3-{AGENT}-20250820T120500"),
        ],
    )
    def test_says_what_it_is_in(self, worked_in: WorkedIn | None, shown: str) -> None:
        receipt = replace(FULL, worked_in=worked_in)
        assert from_item(Receipt, receipts.item_of(receipt)) == receipt
        assert receipt.work_id == shown

    def test_of_what_lies_in_no_prefix_is_nobodys(self) -> None:
        item = receipts.item_of(replace(FULL, arrival=replace(ARRIVAL, key="/odd")))
        assert "organization" not in item
        assert (ARRIVAL.organization, ARRIVAL.sender, ARRIVAL.name) == (AGENT, AGENT, "a.name")
        assert Arrival("odd/a/b", "v", 1, NOON).sender is None
        assert Arrival("odd/a/b", "v", 1, NOON).name == "a/b"

    def test_goes_on_after_the_one_before(self) -> None:
        held_once = Receipt(ARRIVAL, FileState.HELD, 1, "", history=(Step(FileState.HELD, NOON),))
        anew = Receipt(ARRIVAL, FileState.ARRIVED, 1, "").moved(
            FileState.ACCEPTED, NOON + MINUTE, "its turn"
        )
        assert anew.after(held_once).history == (
            Step(FileState.HELD, NOON),
            Step(FileState.ACCEPTED, NOON + MINUTE, "its turn"),
        )
        with pytest.raises(states.IllegalMoveError):
            anew.after(FULL)

    def test_is_listed_for_its_sender_the_newest_first(self) -> None:
        state = MemoryState()
        later = replace(FULL, arrival=replace(ARRIVAL, key=f"{AGENT}/b", arrived=NOON + MINUTE))
        for each in (FULL, later):
            state.commit(Put(receipts.item_of(each)))
        assert list(receipts.of_organization(state, AGENT)) == [later, FULL]
        assert list(receipts.of_organization(state, AGENT, newest_first=False)) == [FULL, later]
        assert list(receipts.of_organization(state, LDC)) == []

    def test_has_claims_under_these_keys(self) -> None:
        name = FileName(LDC, AGENT, "4000", "00", "20250820120000", SetPart("tx", "01", "02"))
        part = SetPart("tx", "01", "02")
        assert receipts.name_key("a.name") == Key("NAME#a.name", "CLAIM")
        assert receipts.content_key(LDC, "1000", "x") == Key(f"CONTENT#{LDC}#1000#x", "CLAIM")
        assert receipts.part_key(name, part) == Key(f"PART#{LDC}#{AGENT}#4000#tx", "01#02")


class TestTheListOfFiles:
    def test_is_in_the_order_of_arrival_by_organization(self) -> None:
        assert (FILES.index, FILES.partition(LDC)) == ("by_organization", LDC)

    def test_has_the_files_that_an_organization_sent(self) -> None:
        receipt = FULL
        sender = receipt.arrival.organization
        assert FILES.belongs_to(receipt, sender)
        assert not FILES.belongs_to(receipt, f"{sender}0")


class TestTheStatesOfAFile:
    def test_follow_each_other_as_the_table_says(self) -> None:
        legal = {
            (FileState[start], FileState[to])
            for start, to in (
                ("ARRIVED", "HELD"),
                ("ARRIVED", "REJECTED"),
                ("ARRIVED", "ACCEPTED"),
                ("HELD", "ARRIVED"),
                ("ACCEPTED", "PROCESSING"),
                ("PROCESSING", "DONE"),
                ("PROCESSING", "FAILED"),
                ("FAILED", "ACCEPTED"),
            )
        }
        assert {(each.start, each.to) for each in states.MOVES} == legal
        for start in FileState:
            for to in FileState:
                if (start, to) in legal:
                    states.check_move(start, to)
                else:
                    with pytest.raises(states.IllegalMoveError):
                        states.check_move(start, to)


class TestAnIncident:
    def test_is_opened_and_closed_under_these_names(self) -> None:
        key = Key("INCIDENT#F099-r-1", "INCIDENT")
        opened = incidents.opened(subject="r-1", organization=AGENT, what="F099", at=NOON)
        assert opened == Update(
            key,
            set={
                "schema": 1,
                "subject": "r-1",
                "concerns": AGENT,
                "what": "F099",
                "severity": 2,
                "state": "NEW",
                "opened": AT,
                "unfinished": "INCIDENT",
                "due": AT,
            },
        )
        closed = incidents.closed(
            subject="r-1", what="F099", request="q-1", why="mended", at=NOON + MINUTE
        )
        assert closed == Update(
            key,
            set={"state": "CLOSED", "closed": LATER, "request": "q-1", "closed_by": "mended"},
            remove=("unfinished", "due"),
        )
        state = MemoryState()
        asked = {"subject": "r-1", "what": "F099"}
        assert not incidents.closed_by_request(state, **asked, request="q-1")
        state.commit(opened)
        assert not incidents.closed_by_request(state, **asked, request="q-1")
        state.commit(closed)
        assert incidents.closed_by_request(state, **asked, request="q-1")
        assert not incidents.closed_by_request(state, **asked, request="q-2")


class TestUnfinishedBusiness:
    def test_is_found_by_the_sweep_from_the_instant_on_at_which_it_is_due(self) -> None:
        state = MemoryState()
        for name, minutes in (("SLOT", 1), ("SET", 0), ("HELD", 2)):
            due = unfinished.until(Key(f"{name}#1", "X"), NOON + minutes * MINUTE)
            item = {"pk": f"{name}#1", "sk": "X", **due}
            state.commit(Put(item))
        state.commit(Put({"pk": "P#1", "sk": "X", **unfinished.for_people(NOON)}))
        found = [unfinished.kind_of(item) for item in unfinished.overdue(state, NOON + MINUTE)]
        assert found == ["SET", "SLOT"]

    def test_is_done_by_an_execution_that_is_started_again_under_another_name(self) -> None:
        hub = platform().hub
        item: Item = restarts.mark(Restart("identifiers", "name", {"slot": "x"}))
        assert restarts.has_mark(item)
        assert not restarts.has_mark({})
        restarts.start_again(hub, item, NOON)
        restarts.start_once(hub, item, "gateway-3")
        assert hub.processes.started == {
            ("identifiers", "name-again-20250820T170500"): {"slot": "x"},
            ("identifiers", "name-gateway-3"): {"slot": "x"},
        }
