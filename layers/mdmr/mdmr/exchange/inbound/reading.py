"""Detail lines of an accepted framed file, read from any line on in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from mdmr.exchange.ledger.receipts import Arrival
from mdmr.ports.objects import ObjectStore

_HEADER_LINES = 2


class Place(Struct, frozen=True):
    """Where a line begins: its number in the file (first line 1) and its byte offset."""

    line: int = 1
    offset: int = 0


START = Place()


class Line(Struct, frozen=True):
    """A line without its end, its number, and the place after it."""

    number: int
    text: str
    after: Place


def details(inbound: ObjectStore, arrival: Arrival, start: Place = START) -> Iterator[Line]:
    """Yield the detail lines of a framed file from a place on, up to the EOF record."""
    pieces = inbound.stream(arrival.key, arrival.version_id, start.offset)
    for line in _lines(pieces, start):
        if line.number <= _HEADER_LINES:
            continue
        if line.text == "EOF" or line.text.startswith("EOF|"):
            return
        yield line


def _lines(pieces: Iterable[bytes], start: Place) -> Iterator[Line]:
    number, offset, rest = start.line, start.offset, b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for each in whole:
            offset += len(each) + 1
            yield Line(number, _text(each), Place(number + 1, offset))
            number += 1
    if rest:
        yield Line(number, _text(rest), Place(number + 1, offset + len(rest)))


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("ascii")
