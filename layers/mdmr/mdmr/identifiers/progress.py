"""How far the answers to a request file have come, and the day's rows of IR01.

| What | Partition | Sort key |
|---|---|---|
| answered part | `ANSWER#<receipt id>` | `PART#<number>` |
| row of the day | `IR01#<ldc>#<submitter>#<date>` | `<slot id>#<arrived>#<name>` |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from mdmr.calendar.instants import est_date, to_text
from mdmr.exchange.inbound.reading import Place
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.identifiers.requests import Tally
from mdmr.ports.codec import from_item, record_type, to_item
from mdmr.ports.state import Absent, Key, Put, StateStore


@record_type()
class Part(Struct, frozen=True):
    """A part of a request file that is answered by one 2000 (split at `out.max_details`).

    `next` is the place of the first line that is not answered yet.
    """

    number: int
    tally: Tally
    next: Place
    delivery: str


@record_type()
class DayRow(Struct, frozen=True):
    """One request file in the summary of the day."""

    file_name: str
    processed: datetime
    tally: Tally


def parts(state: StateStore, receipt_id: str) -> Iterator[Part]:
    """Yield the answered parts of a file in order."""
    items = state.query(f"ANSWER#{receipt_id}", prefix="PART#")
    return (from_item(Part, item) for item in items)


def part_key(receipt_id: str, number: int) -> Key:
    """Return where an answered part of a file lies."""
    return Key(f"ANSWER#{receipt_id}", f"PART#{number:06d}")


def put_part(receipt_id: str, part: Part) -> Put:
    """Return the write that notes a part as answered, on condition that it is not."""
    return Put(to_item(part, part_key(receipt_id, part.number)), condition=Absent())


def day_row_key(slot: Slot, receipt: Receipt) -> Key:
    """Return where a file's row in the day of its run lies."""
    arrival = receipt.arrival
    sort = f"{slot.id}#{to_text(arrival.arrived)}#{arrival.name}"
    return Key(_day(slot, receipt.ldc, arrival.organization), sort)


def day_rows_of(slot: Slot, ldc: str, submitter: str) -> Key:
    """Return the partition of a day and how the sort keys of the rows of one slot begin."""
    return Key(_day(slot, ldc, submitter), f"{slot.id}#")


def put_day_row(slot: Slot, receipt: Receipt, tally: Tally, processed: datetime) -> Put:
    """Return the write of a file's row in the day of its run."""
    row = DayRow(receipt.arrival.name, processed, tally)
    return Put(to_item(row, day_row_key(slot, receipt)))


def day_rows(state: StateStore, slot: Slot, ldc: str, submitter: str) -> list[DayRow]:
    """Return the rows of the day of a slot that there are by now, oldest run first."""
    return [from_item(DayRow, item) for item in state.query(_day(slot, ldc, submitter))]


def _day(slot: Slot, ldc: str, submitter: str) -> str:
    return f"IR01#{ldc}#{submitter}#{est_date(slot.ends)}"
