"""How the answers to a request file are stored: read back the same, in order, each once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.inbound.reading import Place
from mdmr.exchange.ledger.receipts import Arrival, FileState, Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.identifiers import progress
from mdmr.identifiers.progress import DayRow, Part
from mdmr.identifiers.requests import Tally
from mdmr.ports.state import ConditionFailedError, Key
from mdmr.stores.memory.state import MemoryState
from msgspec.structs import replace

from tests.support.market import AGENT, LDC, NOON

AT = "2025-08-20T17:05:00.000Z"
SLOT = Slot("identifiers", datetime(2025, 8, 20, 12, 15, tzinfo=EST))
COUNTS = Tally()
TALLY = Tally(*range(1, len(COUNTS.counts) + 1))
STORED_TALLY = {
    "issued": 1,
    "already_issued": 2,
    "invalid_org_id": 3,
    "incomplete_data": 4,
}
RECEIPT = Receipt(
    Arrival(f"{AGENT}/a.name", "v-1", 77, NOON), FileState.PROCESSING, 1, "digest", ldc=LDC
)


def test_parts_are_read_back_in_order() -> None:
    state = MemoryState()
    made = [Part(number, TALLY, Place(7, 99), f"d-{number}") for number in (1, 10, 2)]
    for each in made:
        state.commit(progress.put_part("r-1", each))
    assert list(progress.parts(state, "r-1")) == sorted(made, key=lambda each: each.number)
    assert list(progress.parts(state, "r-2")) == []
    with pytest.raises(ConditionFailedError):
        state.commit(progress.put_part("r-1", made[0]))


def test_a_part_is_stored_under_these_names() -> None:
    write = progress.put_part("r-1", Part(12, TALLY, Place(7, 99), "d-1"))
    assert write.item == {
        "pk": "ANSWER#r-1",
        "sk": "PART#000012",
        "schema": 1,
        "number": 12,
        "tally": STORED_TALLY,
        "next": {"line": 7, "offset": 99},
        "delivery": "d-1",
    }
    assert progress.part_key("r-1", 12) == Key("ANSWER#r-1", "PART#000012")


def test_a_row_of_the_day_is_read_back_with_its_neighbours() -> None:
    state = MemoryState()
    write = progress.put_day_row(SLOT, RECEIPT, TALLY, NOON)
    assert write.item == {
        "pk": f"IR01#{LDC}#{AGENT}#20250820",
        "sk": f"{SLOT.id}#{AT}#a.name",
        "schema": 1,
        "file_name": "a.name",
        "processed": AT,
        "tally": STORED_TALLY,
    }
    earlier = replace(SLOT, ends=SLOT.ends - timedelta(minutes=15))
    tomorrow = replace(SLOT, ends=SLOT.ends + timedelta(days=1))
    for slot in (SLOT, earlier, tomorrow):
        state.commit(progress.put_day_row(slot, RECEIPT, TALLY, slot.ends))
    assert progress.day_rows(state, SLOT, LDC, AGENT) == [
        DayRow("a.name", earlier.ends, TALLY),
        DayRow("a.name", SLOT.ends, TALLY),
    ]
    assert progress.day_rows_of(SLOT, LDC, AGENT) == Key(
        f"IR01#{LDC}#{AGENT}#20250820", f"{SLOT.id}#"
    )
    midnight = replace(SLOT, ends=datetime(2025, 8, 21, tzinfo=EST))
    assert progress.day_rows_of(midnight, LDC, AGENT).partition.endswith("#20250821")
