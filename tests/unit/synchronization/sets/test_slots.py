"""When the slot of large P-Syncs is open, and how a set is named."""

from __future__ import annotations

from datetime import datetime

import pytest
from mdmr.calendar.instants import EST
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets.psync_slot import opening


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 8, day, hour, minute, tzinfo=EST)


@pytest.mark.parametrize(
    ("now", "span", "opens"),
    [
        (at(20, 18, 59), "19:00-05:00", at(20, 19)),
        (at(20, 19), "19:00-05:00", at(20, 19)),
        (at(21, 0), "19:00-05:00", at(21, 0)),
        (at(21, 4, 59), "19:00-05:00", at(21, 4, 59)),
        (at(21, 5), "19:00-05:00", at(21, 19)),
        (at(20, 8), "09:00-17:00", at(20, 9)),
        (at(20, 17), "09:00-17:00", at(21, 9)),
        (at(20, 3), "00:00-00:00", at(20, 3)),
    ],
)
def test_a_slot_opens_once_a_day(now: datetime, span: str, opens: datetime) -> None:
    assert opening(now, span) == opens


def test_the_name_of_a_set_is_read_back_whatever_its_tx_id() -> None:
    name = SetId("ORG11111", "ORG22222", "4000", "a-b_c-1")
    assert SetId.of(str(name)) == name
    assert len(name.tag) == 32
    with pytest.raises(ValueError, match="names no file set"):
        SetId.of("ORG11111-ORG22222")
