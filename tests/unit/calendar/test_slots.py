from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.slots import slot_end

QUARTER_PAST = datetime(2025, 8, 20, 10, 15, tzinfo=EST)


class TestSlotEnd:
    def test_an_instant_in_a_slot_gets_the_slots_end(self) -> None:
        assert slot_end(QUARTER_PAST - timedelta(minutes=14, seconds=59), 15) == QUARTER_PAST
        assert slot_end(QUARTER_PAST - timedelta(microseconds=1), 15) == QUARTER_PAST

    def test_an_instant_on_the_boundary_belongs_to_the_slot_that_begins_there(self) -> None:
        assert slot_end(QUARTER_PAST, 15) == QUARTER_PAST + timedelta(minutes=15)

    def test_runs_are_at_minutes_00_15_30_and_45(self) -> None:
        hour = datetime(2025, 8, 20, 10, tzinfo=EST)
        ends = {slot_end(hour + timedelta(minutes=each), 15).minute for each in range(60)}
        assert ends == {0, 15, 30, 45}

    def test_the_last_slot_of_a_day_ends_at_midnight_est(self) -> None:
        late = datetime(2025, 8, 20, 23, 50, tzinfo=EST)
        assert slot_end(late, 15) == datetime(2025, 8, 21, tzinfo=EST)

    @pytest.mark.parametrize("minutes", [1, 7, 15, 60, 1440])
    def test_lies_after_the_instant_and_not_further_than_a_slot(self, minutes: int) -> None:
        for second in range(0, 86_400, 997):
            instant = datetime(2025, 8, 20, tzinfo=EST) + timedelta(seconds=second)
            ahead = slot_end(instant, minutes) - instant
            assert timedelta() < ahead <= timedelta(minutes=minutes)
