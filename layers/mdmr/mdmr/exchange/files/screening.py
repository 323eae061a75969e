"""Which lines of a file make its bytes invalid (F013), and the file without them.

The scan at intake tells only whether there are such lines; this tells where, for the sender.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from mdmr.exchange.files.frame import MAX_LINE

_UNPRINTABLE = re.compile(rb"[^\x20-\x7e]")
# Stands where a line was that cannot be read, so that the others keep their numbers; no layout has
# a record like it.
UNREADABLE = b"~?~"


class Screened(Struct, frozen=True):
    """A line of a file, without its end; `what` is wrong with its bytes, empty when nothing is.

    Of a line that is too long no more is kept than shows that it is.
    """

    number: int
    line: bytes
    what: str = ""


def screen(pieces: Iterable[bytes]) -> Iterator[Screened]:
    """Yield every line of a file, in memory bounded by one piece and one line."""
    number, rest = 1, b""
    for piece in pieces:
        *whole, last = piece.split(b"\n")
        for line in whole:
            yield _screened(number, (rest + line).removesuffix(b"\r"))
            number, rest = number + 1, b""
        rest = (rest + last)[: MAX_LINE + 2]
    if rest:
        yield _screened(number, rest)


def _screened(number: int, line: bytes) -> Screened:
    if len(line) > MAX_LINE:
        return Screened(
            number, line[: MAX_LINE + 1], f"is too long: must have at most {MAX_LINE} bytes"
        )
    if not line:
        return Screened(number, line, "is empty: must have a record")
    if found := _UNPRINTABLE.search(line):
        at = f"has the byte 0x{found[0][0]:02X} in column {found.start() + 1}"
        return Screened(number, line, f"{at}: must be printable ASCII (0x20 to 0x7E)")
    return Screened(number, line)


def readable(lines: Iterable[Screened]) -> Iterator[bytes]:
    """Yield the lines with their ends, UNREADABLE for each that cannot be read."""
    for each in lines:
        yield (UNREADABLE if each.what else each.line) + b"\n"
