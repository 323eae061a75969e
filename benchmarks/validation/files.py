"""The files that are validated: requests of one kind, and records of 15 fields."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_REQUEST
from mdmr.exchange.files.layouts.tables import Field, FileLayout, Need, RecordLayout
from mdmr.exchange.files.layouts.types import (
    DATE_TIME,
    SDP_ID,
    UNIVERSAL_SDP_ID,
    char,
    fixed_number,
    number,
    varchar,
)

LINES = 1_000_000
# A faulty line in so many; each is one that the answer must name.
FAULTY_EVERY = 2_000

SYNTHETIC = FileLayout(
    "9000",
    "00",
    "A record like those of synchronization",
    details=(
        RecordLayout(
            "SDP",
            (
                Field("Universal SDP ID", UNIVERSAL_SDP_ID),
                Field("LDC SDP ID", SDP_ID),
                Field("SDP Type", char(1, "[PV]")),
                Field("Time Zone", char(1, "[EC]")),
                Field("Service Status", char(2, "AC|BT|CP|IN")),
                Field("Start", DATE_TIME),
                Field("End", DATE_TIME, Need.OPTIONAL),
                Field("Meter ID", varchar(30, "[A-Z0-9._/-]", folded=True)),
                Field("Manufacturer", varchar(10), Need.OPTIONAL),
                Field("Meter Type", char(1, "[ST]")),
                Field("Interval Length", char(8, "000000(?:05|15|30)|00000100")),
                Field("Multiplier", number(10, 3)),
                Field("Channel", fixed_number(2)),
                Field("City", varchar(40), Need.OPTIONAL),
            ),
        ),
    ),
)


def _request(number: int, draw: random.Random) -> str:
    return f"DTL|ORG11111|SDP-{number:0{draw.choice((6, 8, 12))}d}"


def _record(number: int, draw: random.Random) -> str:
    end = _time(draw) if draw.random() < 0.2 else ""  # noqa: PLR2004 - some have ended
    return (
        f"SDP|{10_000_000 + number}|SP-{number:07d}|P|E|{draw.choice(('AC', 'AC', 'IN'))}"
        f"|{_time(draw)}|{end}|M{number:08d}|LANDIS|S|00000100"
        f"|{draw.randrange(10**8) / 1_000:.3f}|{draw.randint(1, 16):02d}|HAMILTON"
    )


def _time(draw: random.Random) -> str:
    year, month, day = draw.randint(2015, 2025), draw.randint(1, 12), draw.randint(1, 30)
    last = 28 if month == 2 else 30  # noqa: PLR2004 - February
    return f"{year}{month:02d}{min(day, last):02d}{draw.randint(0, 23):02d}0000"


def _lines(make: Callable[[int, random.Random], str]) -> Iterator[str]:
    draw = random.Random(1)  # noqa: S311 - the same file each time
    for at in range(LINES):
        line = make(at, draw)
        # A blank within an id, which no reading of its own takes for another field.
        yield line.replace("|S", "|S ", 1) if at % FAULTY_EVERY == FAULTY_EVERY - 1 else line


WORK: dict[str, tuple[FileLayout, Callable[[int, random.Random], str]]] = {
    "1000.00": (ASSIGNMENT_REQUEST, _request),
    "15 fields": (SYNTHETIC, _record),
}
FAULTY = list(range(FAULTY_EVERY, LINES + 1, FAULTY_EVERY))


def write(name: str, path: Path) -> None:
    """Write the file of a work to a path."""
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(f"{line}\n" for line in _lines(WORK[name][1]))
