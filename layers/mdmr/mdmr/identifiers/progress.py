"""How far the answers to a request file have come, and the day's rows of IR01.

| What | Partition | Sort key |
|---|---|---|
| answered part | `ANSWER#<receipt id>` | `PART#<number>` |
| row of the day | `IR01#<ldc>#<submitter>#<date>` | `<slot id>#<arrived>#<name>` |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from msgspec import Struct

from mdmr.calendar.instants import est_date, from_text, to_text
from mdmr.exchange.inbound.reading import Place
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.exchange.ledger.slots import Slot
from mdmr.identifiers.requests import Tally
from mdmr.ports.state import Absent, Item, Key, Put, StateStore


class Part(Struct, frozen=True):
    """A part of a request file that is answered by one 2000 (split at `out.max_details`).

    `next` is the place of the first line that is not answered yet.
    """

    number: int
    tally: Tally
    next: Place
    delivery: str


class DayRow(Struct, frozen=True):
    """One request file in the summary of the day."""

    file_name: str
    processed: datetime
    tally: Tally


def parts(state: StateStore, receipt_id: str) -> Iterator[Part]:
    """Yield the answered parts of a file in order."""
    return map(_part_of, state.query(f"ANSWER#{receipt_id}", prefix="PART#"))


def part_key(receipt_id: str, number: int) -> Key:
    """Return where an answered part of a file lies."""
    return Key(f"ANSWER#{receipt_id}", f"PART#{number:06d}")


def put_part(receipt_id: str, part: Part) -> Put:
    """Return the write that notes a part as answered, on condition that it is not."""
    key = part_key(receipt_id, part.number)
    item: Item = {
        "pk": key.partition,
        "sk": key.sort,
        "tally": list(part.tally.counts),
        "next_line": part.next.line,
        "next_offset": part.next.offset,
        "delivery": part.delivery,
    }
    return Put(item, condition=Absent())


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
    key = day_row_key(slot, receipt)
    item: Item = {
        "pk": key.partition,
        "sk": key.sort,
        "file_name": receipt.arrival.name,
        "processed": to_text(processed),
        "tally": list(tally.counts),
    }
    return Put(item)


def day_rows(state: StateStore, slot: Slot, ldc: str, submitter: str) -> list[DayRow]:
    """Return the rows of the day of a slot that there are by now, oldest run first."""
    return [_row_of(item) for item in state.query(_day(slot, ldc, submitter))]


def _day(slot: Slot, ldc: str, submitter: str) -> str:
    return f"IR01#{ldc}#{submitter}#{est_date(slot.ends)}"


def _part_of(item: Item) -> Part:
    place = Place(int(str(item["next_line"])), int(str(item["next_offset"])))
    number = int(str(item["sk"]).removeprefix("PART#"))
    return Part(number, _tally(item), place, str(item["delivery"]))


def _row_of(item: Item) -> DayRow:
    return DayRow(str(item["file_name"]), from_text(str(item["processed"])), _tally(item))


def _tally(item: Item) -> Tally:
    return Tally(*(int(count) for count in cast("Sequence[int]", item["tally"])))
