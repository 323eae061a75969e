"""The files that are validated: requests of one kind, and the records of synchronization."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_REQUEST
from mdmr.exchange.files.layouts.synchronization import RECORDS
from mdmr.exchange.files.layouts.tables import FileLayout

from benchmarks.synchronization.sets import FILES, lines

LINES = 1_000_000
# A faulty line in so many; each is one that the answer must name.
FAULTY_EVERY = 2_000
# In an id, whatever the record.
_WITHIN = 8

# The records of all files of a set, mixed: the field rules of the whole interface.
SYNCHRONIZATION = FileLayout(
    "4000",
    "00",
    "All records of synchronization",
    details=tuple(record for number in FILES for record in RECORDS[number]),
)


def _request(number: int, draw: random.Random) -> str:
    return f"DTL|ORG11111|SDP-{number:0{draw.choice((6, 8, 12))}d}"


def _requests() -> Iterator[str]:
    draw = random.Random(1)  # noqa: S311 - the same file each time
    return (_request(number, draw) for number in count())


def _records() -> Iterator[str]:
    return (line for index in count() for _, line in lines(index, None))


def _spoiled(sound: Iterator[str]) -> Iterator[str]:
    for at, line in enumerate(islice(sound, LINES)):
        # A blank within an id, which no reading of its own takes for another field.
        spoil = at % FAULTY_EVERY == FAULTY_EVERY - 1
        yield f"{line[:_WITHIN]} {line[_WITHIN:]}" if spoil else line


WORK: dict[str, tuple[FileLayout, Callable[[], Iterator[str]]]] = {
    "1000.00": (ASSIGNMENT_REQUEST, _requests),
    "synchronization": (SYNCHRONIZATION, _records),
}
FAULTY = list(range(FAULTY_EVERY, LINES + 1, FAULTY_EVERY))


def write(name: str, path: Path) -> None:
    """Write the file of a work to a path."""
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(f"{line}\n" for line in _spoiled(WORK[name][1]()))
