from __future__ import annotations

from datetime import datetime

import pytest
from mdmr.calendar.instants import EST
from mdmr.exchange.inbound.reading import Line, Place, details
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.stores.memory.objects import MemoryObjects
from mdmr.stores.memory.outside import FixedClock

FILE = b"FNR|name\nFHR|header\nDTL|1\nDTL|2\nXYZ\nEOF|3\n"


def read(content: bytes, start: Place | None = None) -> list[Line]:
    inbound = MemoryObjects(FixedClock(datetime(2025, 8, 20, tzinfo=EST)))
    arrival = Arrival.of(inbound.upload("ORG22222/name", content))
    return list(details(inbound, arrival) if start is None else details(inbound, arrival, start))


class TestDetails:
    def test_are_the_lines_between_header_and_eof_with_their_numbers_in_the_file(self) -> None:
        assert [(line.number, line.text) for line in read(FILE)] == [
            (3, "DTL|1"),
            (4, "DTL|2"),
            (5, "XYZ"),
        ]

    @pytest.mark.parametrize(
        "content",
        [
            FILE.replace(b"\n", b"\r\n"),
            FILE.removesuffix(b"\n"),
            FILE.removesuffix(b"EOF|3\n"),
            FILE.removesuffix(b"\nEOF|3\n"),
            FILE + b"DTL|after\n",
        ],
        ids=["CRLF", "no last LF", "no EOF", "no EOF and no last LF", "lines after EOF"],
    )
    def test_are_the_same_however_lines_and_file_end(self, content: bytes) -> None:
        assert [line.text for line in read(content)] == ["DTL|1", "DTL|2", "XYZ"]

    @pytest.mark.parametrize("content", [FILE, FILE.replace(b"\n", b"\r\n")])
    def test_can_be_taken_up_after_any_of_them(self, content: bytes) -> None:
        lines = read(content)
        for done, line in enumerate(lines, start=1):
            assert read(content, line.after) == lines[done:]

    @pytest.mark.parametrize("content", [b"FNR|name\nFHR|header\n", b"FNR|name\nFHR|header\nEOF|0"])
    def test_may_be_none(self, content: bytes) -> None:
        assert read(content) == []
