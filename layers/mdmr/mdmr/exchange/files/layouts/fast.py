"""Accept fast: expressions made of the layouts that vouch for lines without reading their fields.

A line that matches is valid by its layout. One that does not may still be (an id in lower case,
29 February): it goes to the reference validator, `records.read`, which names field and reason.
So the expressions may refuse too much, never too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.tables import DELIMITER, Field, FileLayout, Need, RecordLayout


class Doubtful(Struct, frozen=True):
    """A line that no expression vouches for: its number (first line 1), its bytes without end."""

    number: int
    line: bytes

    @property
    def text(self) -> str:
        """The line as text; bytes beyond ASCII become a character that no field type accepts."""
        return self.line.decode("ascii", "replace")


class Vouched(Struct, frozen=True):
    """Lines that are valid: the number of the first, and their bytes with all line ends."""

    number: int
    lines: bytes


class Faulty(Struct, frozen=True):
    """A line that breaks its layout.

    `reading` is that of the reference validator, None when its record type is not one of the
    file's details.
    """

    number: int
    text: str
    reading: records.Reading | None


def line_expression(layout: RecordLayout) -> re.Pattern[str]:
    """Return the expression that vouches for one line (without its end), for `fullmatch`.

    Its groups are the texts of the fields from field 2 on, as `records.read` folds them. It is for
    layouts without variants (`RecordLayout.simple`).
    """
    return re.compile(_record(layout, "({})"))


def lines_expression(layouts: Iterable[RecordLayout]) -> re.Pattern[bytes]:
    """Return the expression that matches, from where it is put, all whole lines it vouches for."""
    simple = [each for layout in layouts for each in layout.simple]
    any_record = _any([_parts(layout, "(?:{})") for layout in simple])
    # Possessive: no line is given back, so that a long run of lines needs no memory.
    return re.compile(rf"(?:(?:{any_record})\r?\n)*+".encode("ascii"))


def _record(layout: RecordLayout, group: str) -> str:
    return re.escape(DELIMITER).join(_parts(layout, group))


def _parts(layout: RecordLayout, group: str) -> tuple[str, ...]:
    """Return the expressions of a record's fields, its type first."""
    fields = (group.format(_field(each)) for each in layout.fields)
    return (re.escape(layout.record), *fields)


def _any(records: Sequence[tuple[str, ...]]) -> str:
    """Return the expression of any of some records; what they begin with alike is matched once."""
    branches = []
    for first, alike in groupby(records, key=lambda parts: parts[0]):
        rest = [parts[1:] for parts in alike]
        if len(rest) == 1:
            branches.append(re.escape(DELIMITER).join((first, *rest[0])))
        else:
            branches.append(f"{first}{re.escape(DELIMITER)}(?:{_any(rest)})")
    return "|".join(branches)


def _field(each: Field) -> str:
    # An empty alternative is several times as quick as a question mark.
    return each.type.plain if each.need is Need.MANDATORY else f"{each.type.plain}|"


def doubtful(expression: re.Pattern[bytes], pieces: Iterable[bytes]) -> Iterator[Doubtful]:
    """Yield the lines of a file that an expression of lines does not vouch for.

    Takes the memory of one piece and one line. The line that a missing end cuts short is the
    last one.
    """
    return (each for each in runs(expression, pieces) if isinstance(each, Doubtful))


def runs(
    expression: re.Pattern[bytes], pieces: Iterable[bytes], number: int = 1
) -> Iterator[Vouched | Doubtful]:
    """Yield all lines of a file in order: those that an expression vouches for in whole runs.

    `number` is that of the first line. Takes the memory of two pieces and one line.
    """
    rest = b""
    for piece in pieces:
        cut = piece.rfind(b"\n") + 1
        if not cut:
            rest += piece
            continue
        block = rest + piece[:cut]
        yield from _runs(expression, block, number)
        number += block.count(b"\n")
        rest = piece[cut:]
    if rest:
        yield from _runs(expression, rest + b"\n", number)


def _runs(expression: re.Pattern[bytes], block: bytes, number: int) -> Iterator[Vouched | Doubtful]:
    start = 0
    while match := expression.match(block, start):
        if match.end() > start:
            lines = block[start : match.end()]
            yield Vouched(number, lines)
            number += lines.count(b"\n")
        start = match.end()
        if start == len(block):
            return
        end = block.index(b"\n", start)
        yield Doubtful(number, block[start:end].removesuffix(b"\r"))
        number, start = number + 1, end + 1


def faulty(layout: FileLayout, lines: Iterable[Doubtful]) -> Iterator[Faulty]:
    """Yield those of the doubtful lines that the reference validator refuses."""
    for each in lines:
        record = each.text.partition(DELIMITER)[0]
        own = layout.own.get(record)
        reading = None if own is None else records.read(own, each.text)
        if reading is None or not reading.valid:
            yield Faulty(each.number, each.text, reading)
