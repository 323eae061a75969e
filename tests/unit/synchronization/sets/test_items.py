"""How a set and the sequence of its LDC are stored: read back the same, and under these names."""

from __future__ import annotations

from datetime import timedelta

import pytest
from mdmr.calendar.period import Period
from mdmr.exchange.ledger import unfinished
from mdmr.ports.authority import Concern
from mdmr.ports.codec import from_item
from mdmr.ports.state import Absent, AllOf, AtMost, Equal, Key, Put, Value
from mdmr.stores.memory.state import MemoryState
from mdmr.synchronization.sets import rows, sequence
from mdmr.synchronization.sets.rows import FileSet, SetState, SetStep
from mdmr.synchronization.sets.sequence import Sequence, Waiting
from mdmr.synchronization.sets.states import (
    FINAL,
    GATHERING,
    LOADED,
    MOVES,
    STATES,
    Decision,
    check_move,
)
from msgspec.structs import asdict, replace

from tests.support.market import LDC, NOON
from tests.support.waiting_sets import MINUTE, set_id

A, B = set_id("a"), set_id("b-with-dashes")
HOUR = timedelta(hours=1)
AT = "2025-08-20T17:05:00.000Z"
FULL = FileSet(
    A,
    SetState.STOPPED,
    NOON,
    epoch=3,
    revision=7,
    latest="receipt-9",
    sequence=12,
    extracted=NOON + MINUTE,
    waits_for="OPERATOR",
    until=NOON + 2 * MINUTE,
    looks=NOON + 3 * MINUTE,
    token="token",
    stl_start=NOON + 4 * MINUTE,
    stl_end=NOON + 5 * MINUTE,
    stl_status="00",
    records_read=1234,
    sync_start=NOON + 6 * MINUTE,
    sync_end=NOON + 7 * MINUTE,
    status="20",
    status_text="STOPPED AT THRESHOLD",
    parts=("0000", "0001"),
    reports=("d-1", "d-2"),
    faults=("line 2 is empty",),
    decision=Decision.RELEASE,
    followed=True,
    history=(SetStep(SetState.PROCESSING, NOON), SetStep(SetState.STOPPED, NOON + MINUTE, "20")),
)
BARE = FileSet(A, SetState.COLLECTING, NOON, 1, history=(SetStep(SetState.COLLECTING, NOON),))
WAITING = (Waiting(A, 5, NOON), Waiting(B, 6))
SERIES = Sequence(
    LDC,
    last=4,
    open=B,
    number=5,
    turned=NOON + MINUTE,
    waiting=WAITING,
    pauses=(Period(NOON, NOON + HOUR), Period(NOON + 2 * HOUR, NOON + 3 * HOUR)),
    directory="maps/1",
    snapshot="snapshots/1",
    extracted=NOON + 2 * MINUTE,
    revision=9,
)


def begun(each: FileSet) -> dict[str, Value]:
    """Return the attributes of a row that intake has put there and that are never changed."""
    return {
        "pk": f"SET#{each.id}",
        "sk": "SET",
        "schema": 1,
        "id": list(each.id),
        "first": AT,
        "latest": each.latest,
        "token": each.token,
    }


class TestASet:
    @pytest.mark.parametrize("each", [FULL, BARE])
    def test_is_read_back_as_it_was_written(self, each: FileSet) -> None:
        write = rows.move(replace(each, revision=each.revision - 1), each, now=NOON)
        assert from_item(FileSet, {**begun(each), **write.set}) == each

    def test_is_read_as_it_begins(self) -> None:
        """Intake writes no more than this; what is not there yet is as of a set without it."""
        item: dict[str, Value] = {
            **begun(BARE),
            "state": "COLLECTING",
            "epoch": 1,
            "revision": 1,
            "history": [{"state": "COLLECTING", "at": AT, "reason": ""}],
        }
        del item["token"]
        found = from_item(FileSet, item)
        assert found == BARE
        assert asdict(found)["decision"] is Decision.NONE

    def test_is_stored_under_these_names(self) -> None:
        write = rows.move(replace(FULL, revision=6), FULL, now=NOON)
        told = {name: value for name, value in write.set.items() if name != "again"}
        assert told == {
            "state": "STOPPED",
            "closed": True,
            "epoch": 3,
            "revision": 7,
            "sequence": 12,
            "waits_for": "OPERATOR",
            "stl_status": "00",
            "records_read": 1234,
            "status": "20",
            "status_text": "STOPPED AT THRESHOLD",
            "parts": ["0000", "0001"],
            "reports": ["d-1", "d-2"],
            "faults": ["line 2 is empty"],
            "decision": "RELEASE",
            "followed": True,
            "history": [
                {"state": "PROCESSING", "at": AT, "reason": ""},
                {"state": "STOPPED", "at": "2025-08-20T17:06:00.000Z", "reason": "20"},
            ],
            "extracted": "2025-08-20T17:06:00.000Z",
            "until": "2025-08-20T17:07:00.000Z",
            "looks": "2025-08-20T17:08:00.000Z",
            "stl_start": "2025-08-20T17:09:00.000Z",
            "stl_end": "2025-08-20T17:10:00.000Z",
            "sync_start": "2025-08-20T17:11:00.000Z",
            "sync_end": "2025-08-20T17:12:00.000Z",
            "unfinished": "OPEN#SET#0",
            "due": "2025-08-20T17:18:00.000Z",
        }
        assert write.set["again"] == {
            "process": "synchronization",
            "name": str(A),
            "input": {"set": str(A)},
        }

    def test_takes_files_where_it_stopped_while_it_was_collecting(self) -> None:
        stopped = SetStep(SetState.STOPPED, NOON, "99")
        for before in (SetState.COLLECTING, SetState.HELD):
            each = replace(FULL, history=(SetStep(before, NOON), stopped))
            write = rows.move(each, each, now=NOON)
            assert write.set["closed"] is (before is SetState.HELD)

    def test_is_written_only_as_it_was_read(self) -> None:
        before = replace(FULL, revision=6, latest="receipt-8")
        write = rows.move(before, replace(FULL, epoch=4), now=NOON)
        assert write.key == Key(f"SET#{A}", "SET") == FULL.key
        assert write.condition == AllOf(
            (Equal("revision", 6), Equal("latest", "receipt-8"), AtMost("epoch", 4))
        )

    def test_loses_what_it_has_no_more(self) -> None:
        over = replace(BARE, state=SetState.FAILED, followed=True)
        write = rows.move(FULL, over, now=NOON)
        gone = {"sequence", "extracted", "until", "looks"}
        gone |= {"stl_start", "stl_end", "sync_start", "sync_end"}
        assert {name for name, value in write.set.items() if value is None} == gone
        assert set(write.remove) == {"unfinished", "due"}

    @pytest.mark.parametrize("state", list(SetState))
    def test_takes_files_while_it_is_collecting_only(self, state: SetState) -> None:
        write = rows.move(BARE, replace(BARE, state=state), now=NOON)
        # The stopped one did so while it was collecting.
        assert write.set["closed"] is (state not in {SetState.COLLECTING, SetState.STOPPED})

    @pytest.mark.parametrize("state", list(SetState))
    def test_is_looked_after_by_the_sweep_when_it_is_overdue(self, state: SetState) -> None:
        """Until it is over and all that follows was done; work may take two hours."""
        minutes = 120 if state in {"STAGING", "LOADED", "PROCESSING"} else 10
        write = rows.move(BARE, replace(BARE, state=state), now=NOON)
        assert write.set["due"] == unfinished.until(rows.set_key(A), NOON + minutes * MINUTE)["due"]
        followed = rows.move(BARE, replace(BARE, state=state, followed=True), now=NOON)
        assert ("due" in followed.set) is (state not in FINAL)

    @pytest.mark.parametrize(("looks", "due"), [(-5, 10), (0, 10), (5, 15)])
    def test_that_waits_is_overdue_after_it_should_have_looked(self, looks: int, due: int) -> None:
        held = replace(BARE, state=SetState.HELD, looks=NOON + looks * MINUTE)
        write = rows.move(BARE, held, now=NOON)
        assert write.set["due"] == unfinished.until(rows.set_key(A), NOON + due * MINUTE)["due"]

    def test_moved_notes_the_step_and_waits_for_nothing(self) -> None:
        held = replace(BARE, waits_for="FILES", until=NOON, looks=NOON)
        moved = held.moved(SetState.STAGING, NOON + HOUR, "its turn")
        assert moved.history[-1] == SetStep(SetState.STAGING, NOON + HOUR, "its turn")
        assert moved.history[:-1] == held.history
        assert (moved.waits_for, moved.until, moved.looks) == ("", None, None)
        assert (moved.state, moved.since) == (SetState.STAGING, NOON + HOUR)

    def test_concerns_its_submitter_its_ldc_and_its_type(self) -> None:
        assert rows.concern_of(A) == Concern(A.submitter, A.ldc, "4000")


def test_a_set_that_begins_has_read_no_records() -> None:
    assert FileSet(A, SetState.COLLECTING, NOON, 1).records_read == 0


class TestTheStates:
    def test_follow_each_other_as_the_table_says(self) -> None:
        legal = {(each.start, each.to) for each in MOVES}
        assert legal == {
            (SetState(start), SetState(to))
            for start, to in (
                ("COLLECTING", "HELD"),
                ("COLLECTING", "STAGING"),
                ("COLLECTING", "REJECTED"),
                ("COLLECTING", "STOPPED"),
                ("HELD", "STAGING"),
                ("HELD", "REJECTED"),
                ("HELD", "STOPPED"),
                ("STAGING", "LOADED"),
                ("STAGING", "FAILED"),
                ("STAGING", "STOPPED"),
                ("LOADED", "PROCESSING"),
                ("LOADED", "STOPPED"),
                ("PROCESSING", "STOPPED"),
                ("PROCESSING", "COMPLETE"),
                ("STOPPED", "COLLECTING"),
                ("STOPPED", "HELD"),
                ("STOPPED", "STAGING"),
                ("STOPPED", "PROCESSING"),
                ("STOPPED", "COMPLETE"),
            )
        }
        for start in SetState:
            for to in SetState:
                if (start, to) in legal:
                    check_move(start, to)
                else:
                    with pytest.raises(ValueError, match=f"{start} is never followed by {to}"):
                        check_move(start, to)

    def test_gather_use_the_number_or_are_over(self) -> None:
        assert {"COLLECTING", "HELD"} == GATHERING
        assert {"LOADED", "PROCESSING", "STOPPED", "COMPLETE"} == LOADED
        assert {"COMPLETE", "FAILED", "REJECTED"} == FINAL

    def test_are_each_told_in_the_table(self) -> None:
        assert set(STATES) == set(SetState)
        assert all(rule.state is state for state, rule in STATES.items())

    def test_none_that_is_over_is_ever_left(self) -> None:
        assert not {each.start for each in MOVES} & FINAL


class TestASequence:
    @pytest.mark.parametrize("each", [SERIES, Sequence(LDC, revision=1)])
    def test_is_read_back_as_it_was_written(self, each: Sequence) -> None:
        write = sequence.move(replace(each, revision=each.revision - 1), each, epoch=2)
        assert from_item(Sequence, write.item) == each
        state = MemoryState()
        state.commit(Put(write.item))
        assert sequence.find(state, LDC) == each

    def test_is_stored_under_these_names(self) -> None:
        write = sequence.move(replace(SERIES, revision=8), SERIES, epoch=2)
        assert write.item == {
            "pk": f"SEQUENCE#{LDC}",
            "sk": "SEQUENCE",
            "last": 4,
            "schema": 1,
            "ldc": LDC,
            "open": list(B),
            "number": 5,
            "turned": "2025-08-20T17:06:00.000Z",
            "waiting": [
                {"id": list(A), "number": 5, "complete": AT},
                {"id": list(B), "number": 6, "complete": None},
            ],
            "pauses": [
                {"start": AT, "end": "2025-08-20T18:05:00.000Z"},
                {"start": "2025-08-20T19:05:00.000Z", "end": "2025-08-20T20:05:00.000Z"},
            ],
            "directory": "maps/1",
            "snapshot": "snapshots/1",
            "extracted": "2025-08-20T17:07:00.000Z",
            "revision": 9,
            "epoch": 2,
        }

    def test_takes_files_where_it_stopped_while_it_was_collecting(self) -> None:
        stopped = SetStep(SetState.STOPPED, NOON, "99")
        for before in (SetState.COLLECTING, SetState.HELD):
            each = replace(FULL, history=(SetStep(before, NOON), stopped))
            write = rows.move(each, each, now=NOON)
            assert write.set["closed"] is (before is SetState.HELD)

    def test_is_written_only_as_it_was_read(self) -> None:
        first = sequence.move(Sequence(LDC), Sequence(LDC, last=1), epoch=2)
        assert (first.condition, first.item["revision"]) == (Absent(), 1)
        second = sequence.move(Sequence(LDC, revision=1), Sequence(LDC, last=1), epoch=2)
        assert second.condition == AllOf((Equal("revision", 1), AtMost("epoch", 2)))

    def test_of_an_ldc_without_sets_is_at_its_start(self) -> None:
        start = sequence.find(MemoryState(), LDC)
        assert start == Sequence(LDC)
        assert (start.last, start.next, start.open, start.number) == (0, 1, None, 0)
        assert (start.directory, start.snapshot, start.revision) == ("", "", 0)

    def test_knows_who_waits_by_number_then_name(self) -> None:
        series = Sequence(LDC, waiting=(Waiting(B, 6),))
        added = series.with_waiting(Waiting(set_id("z"), 5)).with_waiting(Waiting(A, 6, NOON))
        assert [(each.number, each.id.tx_id) for each in added.waiting] == [
            (5, "z"),
            (6, "a"),
            (6, "b-with-dashes"),
        ]
        # Noted again, it stands there once, as it is now.
        again = added.with_waiting(Waiting(A, 7))
        assert [(each.number, each.id.tx_id) for each in again.waiting][-1] == (7, "a")
        assert len(again.waiting) == 3
        assert again.waits(A) == Waiting(A, 7)
        assert again.waits(set_id("never")) is None
        assert again.without(A).waits(A) is None
        assert len(again.without(A).waiting) == 2

    def test_forgets_its_pauses_and_the_one_that_waited_when_the_turn_is_given(self) -> None:
        taken = replace(SERIES, open=None).taken(A, 5, NOON + HOUR)
        assert (taken.open, taken.number, taken.turned) == (A, 5, NOON + HOUR)
        assert taken.pauses == ()
        assert taken.waiting == (Waiting(B, 6),)
        assert taken.last == 4

    def test_uses_a_number_or_lets_it_come_again(self) -> None:
        used = SERIES.given_back(NOON + HOUR, used=True)
        assert (used.open, used.last, used.next, used.turned) == (None, 5, 6, SERIES.turned)
        unused = SERIES.given_back(NOON + HOUR, used=False)
        assert (unused.open, unused.last, unused.turned) == (None, 4, NOON + HOUR)
