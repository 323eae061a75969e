"""How schedule files are stored: read back the same, from state to state as the table says."""

from __future__ import annotations

from mdmr.ports.state import (
    Absent,
    Equal,
    Put,
)
from mdmr.schedules import files
from mdmr.schedules.files import FOLLOWING, LoadState, ScheduleFile
from mdmr.stores.memory.state import MemoryState
from msgspec.structs import replace

from tests.support.market import LDC, NOON

AT = "2025-08-20T17:05:00.000Z"


class TestAScheduleFile:
    FILE = ScheduleFile(
        LDC, "r-1", "a.name", LoadState.LOADED, NOON, 3, 2, "q-1", deliveries=("d-1",)
    )

    def test_is_read_back_as_it_was_written(self) -> None:
        state = MemoryState()
        for before in (LoadState.CHECKED, LoadState.AWAITING_APPROVAL):
            write = files.put_file(self.FILE, before)
            state.commit(Put(write.item))
            assert files.find(state, LDC, "r-1") == self.FILE
        assert files.find(state, LDC, "never") is None

    def test_is_stored_under_these_names(self) -> None:
        write = files.put_file(self.FILE, LoadState.CHECKED)
        assert write.item == {
            "pk": f"SCHEDULE#{LDC}",
            "sk": "FILE#r-1",
            "ldc": LDC,
            "receipt": "r-1",
            "name": "a.name",
            "state": "LOADED",
            "at": AT,
            "errors": 3,
            "warnings": 2,
            "request": "q-1",
            "deliveries": ["d-1"],
            "schema": 1,
        }
        assert write.condition == Absent()
        later = files.put_file(self.FILE, LoadState.AWAITING_APPROVAL)
        assert later.condition == Equal("state", "AWAITING_APPROVAL")

    def test_goes_from_state_to_state_as_the_table_says(self) -> None:
        ends = {LoadState.LOADED, LoadState.REJECTED}
        assert {
            LoadState.CHECKED: ends | {LoadState.AWAITING_APPROVAL},
            LoadState.AWAITING_APPROVAL: ends | {LoadState.REFUSED},
            LoadState.LOADED: frozenset(),
            LoadState.REJECTED: frozenset(),
            LoadState.REFUSED: frozenset(),
        } == FOLLOWING

    def test_awaits_approval_in_that_state_only(self) -> None:
        state = MemoryState()
        for number, each in enumerate(LoadState):
            row = replace(self.FILE, receipt=f"r-{number}", state=each)
            item = {**files.put_file(replace(row, state=LoadState.LOADED), LoadState.CHECKED).item}
            state.commit(Put({**item, "state": each.value}))
        state.commit(Put({"pk": f"SCHEDULE#{LDC}", "sk": "LOADED", "key": "x"}))
        assert [each.state for each in files.awaiting(state, LDC)] == [LoadState.AWAITING_APPROVAL]

    def test_has_no_findings_by_itself(self) -> None:
        file = ScheduleFile(LDC, "r", "n", LoadState.LOADED, NOON)
        assert (file.errors, file.warnings, file.request, file.deliveries) == (0, 0, "", ())
