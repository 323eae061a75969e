"""How slots and windows of held files are stored: who joins them, and what follows what."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.ledger import (
    held,
    slots,
)
from mdmr.exchange.ledger.held import Held, Window
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt, Step
from mdmr.exchange.ledger.restarts import Restart
from mdmr.exchange.ledger.slots import Member, Slot, SlotRow
from mdmr.ports.codec import from_item
from mdmr.ports.state import (
    AllOf,
    Check,
    ConditionFailedError,
    Equal,
    Key,
    Put,
    Update,
)
from mdmr.ports.work import InRun
from mdmr.stores.memory.state import MemoryState
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON

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
SLOT = Slot("identifiers", datetime(2025, 8, 20, 12, 15, tzinfo=EST))
WINDOW = Window(3, AGENT, datetime(2025, 8, 20, 12, 15, tzinfo=EST))


class TestASlot:
    def test_is_stored_under_these_names_when_its_first_file_joins(self) -> None:
        state = MemoryState()
        state.commit(*slots.join(SLOT, FULL))
        assert state.get(SLOT.key) == {
            "pk": "SLOT#identifiers-20250820T121500",
            "sk": "SLOT",
            "schema": 1,
            "state": "OPEN",
            "process": "identifiers",
            "ends": "2025-08-20T17:15:00.000Z",
            "kept_under": None,
            "unfinished": "OPEN#SLOT#0",
            "due": "2025-08-20T17:45:00.000Z",
            "again": {
                "process": "identifiers",
                "name": SLOT.id,
                "input": {"slot": SLOT.id, "ends": "2025-08-20T17:15:00.000Z"},
            },
        }
        key = Key(SLOT.key.partition, f"FILE#{LDC}#{AT}#a.name#{FULL.id}")
        assert state.get(key) == {
            "pk": key.partition,
            "sk": key.sort,
            "schema": 1,
            "ldc": LDC,
            "receipt": FULL.id,
            "done": False,
        }
        assert slots.member_key(SLOT, FULL) == key
        family = Key(f"FAMILY#identifiers#{LDC}", "SLOTS")
        assert state.get(family) == {
            "pk": family.partition,
            "sk": "SLOTS",
            "schema": 1,
            SLOT.id: "2025-08-20T17:15:00.000Z",
        }
        row = slots.find(state, SLOT)
        assert row is not None
        assert row.slot == SLOT
        assert slots.run_since(state.get(SLOT.key) or {}) == SLOT.ends
        (member,) = slots.members(state, SLOT)
        assert member == Member(key, LDC, FULL.id, done=False)
        assert member.slot == SLOT

    def test_takes_a_file_once_and_only_while_it_is_open(self) -> None:
        state = MemoryState()
        state.commit(*slots.join(SLOT, FULL))
        with pytest.raises(ConditionFailedError):
            state.commit(*slots.join(SLOT, FULL))
        for closed in (slots.CLOSED, slots.KEPT, slots.WORKED):
            state.commit(Update(SLOT.key, set={"state": closed}))
            other = replace(FULL, arrival=replace(ARRIVAL, version_id=closed))
            with pytest.raises(ConditionFailedError):
                state.commit(*slots.join(SLOT, other))

    @pytest.mark.parametrize(
        ("state", "closes", "ends", "is_kept", "waits"),
        [
            (slots.OPEN, True, False, False, True),
            (slots.CLOSED, False, True, True, True),
            (slots.KEPT, False, True, True, False),
            (slots.WORKED, False, True, False, False),
        ],
    )
    def test_goes_from_state_to_state(
        self, state: str, *, closes: bool, ends: bool, is_kept: bool, waits: bool
    ) -> None:
        table = MemoryState()
        table.commit(*slots.join(SLOT, FULL))
        table.commit(Update(SLOT.key, set={"state": state, "kept_under": 3}))
        item = table.get(SLOT.key) or {}
        assert from_item(SlotRow, item).waits is waits
        other = Check(SLOT.key, Equal("state", state))

        def may(*writes: Update) -> bool:
            copy = MemoryState()
            copy.commit(Put(item))
            try:
                copy.commit(*writes)
            except ConditionFailedError:
                return False
            return True

        close = [each for each in slots.close(SLOT, other) if isinstance(each, Update)]
        assert may(*close) is closes
        assert may(slots.finish(SLOT)) is ends
        assert may(slots.keep(SLOT, 7, NOON)) is is_kept

    def test_that_ends_is_looked_after_no_more(self) -> None:
        finish = slots.finish(SLOT)
        assert (finish.set, set(finish.remove)) == (
            {"state": "WORKED"},
            {"unfinished", "due", "kept_under"},
        )
        assert slots.leave(SLOT, LDC) == Update(slots.family_key(SLOT, LDC), remove=(SLOT.id,))

    def test_that_is_kept_is_looked_after_once_a_day_and_goes_on_as_it_was_read(self) -> None:
        kept = slots.keep(SLOT, 7, NOON)
        assert kept.set == {
            "state": "KEPT",
            "kept_under": 7,
            "unfinished": "OPEN#SLOT#0",
            "due": "2025-08-21T17:05:00.000Z",
        }
        row = SlotRow("KEPT", SLOT.process, SLOT.ends, kept_under=7)
        assert not row.kept_before(7)
        assert row.kept_before(8)
        assert not replace(row, state="CLOSED").kept_before(8)
        on = slots.go_on(row, NOON)
        assert on.key == SLOT.key
        assert on.set == {
            "state": "CLOSED",
            "unfinished": "OPEN#SLOT#0",
            "due": "2025-08-20T17:35:00.000Z",
        }
        assert on.condition == AllOf((Equal("state", "KEPT"), Equal("kept_under", 7)))

    def test_is_the_first_after_now_that_is_not_closed(self) -> None:
        state = MemoryState()
        assert slots.current(state, "identifiers", 15, NOON) == SLOT
        state.commit(*slots.join(SLOT, FULL))
        assert slots.current(state, "identifiers", 15, NOON) == SLOT
        for closed in (slots.CLOSED, slots.KEPT, slots.WORKED):
            state.commit(Update(SLOT.key, set={"state": closed}))
            following = slots.current(state, "identifiers", 15, NOON)
            assert following == replace(SLOT, ends=SLOT.ends + 15 * MINUTE)

    def test_is_worked_after_those_before_it_that_have_work_for_the_ldc(self) -> None:
        state = MemoryState()
        before = replace(SLOT, ends=SLOT.ends - 15 * MINUTE)
        after = replace(SLOT, ends=SLOT.ends + 15 * MINUTE)
        other = replace(SLOT, process="schedules", ends=SLOT.ends - 30 * MINUTE)
        files_of = {}
        for number, slot in enumerate((after, SLOT, before, other)):
            each = replace(FULL, arrival=replace(ARRIVAL, version_id=str(number)))
            state.commit(*slots.join(slot, each))
            files_of[slot] = each.id
        found = [each.receipt_id for each in slots.in_order(state, SLOT, LDC)]
        assert found == [files_of[before], files_of[SLOT]]
        state.commit(slots.leave(before, LDC))
        assert [each.receipt_id for each in slots.in_order(state, SLOT, LDC)] == [files_of[SLOT]]
        assert list(slots.in_order(state, SLOT, AGENT)) == []

    def test_has_members_whose_work_ends_once(self) -> None:
        key = slots.member_key(SLOT, FULL)
        assert slots.set_done(key) == Update(
            key, set={"done": True}, condition=Equal("done", value=False)
        )


class TestAWindow:
    def test_is_read_back_as_it_was_written(self) -> None:
        assert Window.of(WINDOW.data) == WINDOW
        assert WINDOW.data == {"closure": 3, "sender": AGENT, "ends": "2025-08-20T17:15:00.000Z"}
        assert Window.of_work(WINDOW.worked_in, AGENT) == WINDOW
        assert SLOT.worked_in == FULL.worked_in

    def test_lies_under_these_names(self) -> None:
        assert WINDOW.id == f"held-3-{AGENT}-20250820T121500"
        assert WINDOW.key == Key("HELD#3", f"2025-08-20T17:15:00.000Z#{AGENT}")
        assert WINDOW.files == f"HELD#3#{AGENT}#2025-08-20T17:15:00.000Z"
        assert WINDOW.execution == Restart(
            "gateway",
            WINDOW.id,
            {"held": WINDOW.data, "at": "2025-08-20T17:15:00.000Z"},
        )
        odd = replace(WINDOW, sender="odd-one")
        tag = hashlib.sha256(b"odd-one").hexdigest()[:16]
        assert odd.id == f"held-3-{tag}-20250820T121500"

    def test_takes_files_with_their_lines_while_it_is_open(self) -> None:
        state = MemoryState()
        state.commit(*held.join(WINDOW, FULL, LDC))
        row = state.get(WINDOW.key) or {}
        assert row["state"] == "OPEN"
        assert row["due"] == "2025-08-20T17:25:00.000Z"
        assert row["again"] == {
            "process": "gateway",
            "name": WINDOW.id,
            "input": dict(WINDOW.execution.data),
        }
        (file,) = held.files(state, WINDOW.files)
        assert file == held.Held(FULL.id, NOON, "a.name", LDC, "a.name 77 digest")
        assert file.order == f"{AT}#a.name#{FULL.id}"
        (item,) = state.query(WINDOW.files)
        assert set(item) == {"pk", "sk", "schema", *Held.__struct_fields__}
        with pytest.raises(ConditionFailedError):
            state.commit(*held.join(WINDOW, FULL, LDC))
        for closed in (held.CLOSED, held.TOLD):
            state.commit(Update(WINDOW.key, set={"state": closed}))
            other = replace(FULL, arrival=replace(ARRIVAL, version_id=closed))
            with pytest.raises(ConditionFailedError):
                state.commit(*held.join(WINDOW, other, LDC))

    def test_cuts_a_long_name_so_that_size_and_hash_fit_into_the_line(self) -> None:
        digest = "d" * 64
        long = replace(FULL, sha256=digest, arrival=replace(ARRIVAL, key=f"{AGENT}/{'n' * 300}"))
        _, member = held.join(WINDOW, long, LDC)
        assert isinstance(member, Put)
        line = str(member.item["line"])
        assert (len(line), line[-68:]) == (200, f" 77 {digest}")
        assert str(member.item["sk"]) == f"{AT}#{'n' * 255}#{long.id}"
        nameless = replace(FULL, arrival=replace(ARRIVAL, key=f"{AGENT}/"))
        _, member = held.join(WINDOW, nameless, LDC)
        assert isinstance(member, Put)
        assert member.item["line"] == "? 77 digest"

    def test_is_closed_and_then_told(self) -> None:
        assert held.close(WINDOW) == Update(
            WINDOW.key, set={"state": "CLOSED"}, condition=Equal("state", "OPEN")
        )
        assert held.set_told(WINDOW, "NT-1") == Update(
            WINDOW.key,
            set={"state": "TOLD", "notice": "NT-1"},
            remove=("unfinished", "due"),
            condition=Equal("state", "CLOSED"),
        )

    def test_is_the_first_after_now_that_is_not_closed(self) -> None:
        state = MemoryState()
        assert held.current(state, 3, AGENT, 15, NOON) == WINDOW
        state.commit(*held.join(WINDOW, FULL, LDC))
        assert held.current(state, 3, AGENT, 15, NOON) == WINDOW
        for closed in (held.CLOSED, held.TOLD):
            state.commit(Update(WINDOW.key, set={"state": closed}))
            following = held.current(state, 3, AGENT, 15, NOON)
            assert following == replace(WINDOW, ends=WINDOW.ends + 15 * MINUTE)
