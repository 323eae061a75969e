"""P-Sync sets of any size: as an LDC sent one, and as it sends the next with a little changed.

Each SDP has 15 records: a residential one with a meter, its parameters and its relationships. Of
every thousand SDPs five changed, each in one of four ways in turn: another VEE service, another
account, another rate class, or a billing cycle that is not in the schedule, which is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mdmr.calendar.instants import EST, est_seconds

LDC, AGENT, OPERATOR = "ORG11111", "ORG22222", "ORG33333"
FILES = ("01", "02", "03", "04", "05")
RECORDS_PER_SDP = 15
# Five in a thousand, spread evenly.
_CHANGED_EVERY = 200
FIRST, CHANGED_FROM = "20250901000000", "20251020000000"
EXTRACTED = datetime(2025, 11, 1, 19, tzinfo=EST)
CYCLES = tuple(f"BC{number:02d}" for number in range(20))
UNKNOWN_CYCLE = "BC99"
WAYS = ("VEES", "SA", "DRTC", "BCID")


def usdp(index: int) -> str:
    """Return the Universal SDP ID of an SDP by its place in the data."""
    return f"{10_000_000 + index}"


def way(index: int) -> str | None:
    """Return in which way an SDP changed, None for nearly all."""
    if index % _CHANGED_EVERY:
        return None
    return WAYS[index // _CHANGED_EVERY % len(WAYS)]


def lines(index: int, changed: str | None) -> Iterator[tuple[str, str]]:
    """Yield the records of an SDP, each with its file number; `changed`: in which way."""
    sdp, meter, amcd = usdp(index), f"M-{index:07d}", f"A-{index:07d}"
    vees, vees_from = ("07", CHANGED_FROM) if changed == "VEES" else ("05", FIRST)
    account, account_from = ("-B", CHANGED_FROM) if changed == "SA" else ("", FIRST)
    rate, rate_from = ("GSL", CHANGED_FROM) if changed == "DRTC" else ("RES", FIRST)
    cycle, cycle_from = CYCLES[index % len(CYCLES)], FIRST
    if changed == "BCID":
        cycle, cycle_from = UNKNOWN_CYCLE, CHANGED_FROM
    yield "01", f"SDP|{sdp}|SP-{index:07d}|P|E|AC|{FIRST}|"
    yield "01", f"MTR|{meter}|ELSTER|REX2|S|00000100|N|{FIRST}|"
    yield "01", f"COM|{amcd}|EL||{FIRST}|"
    yield "02", f"PRM|{sdp}|PR-{index}|Oakville|ON|L6H0A{index % 10}|{FIRST}|"
    yield "03", f"SAG|{sdp}|01|E|{FIRST}|"
    yield "04", f"PAR|S|{sdp}|VEES|{vees}|{vees_from}|"
    yield "04", f"PAR|S|{sdp}|BCID|{cycle}|{cycle_from}|"
    yield "04", f"PAR|S|{sdp}|DRTC|{rate}|{rate_from}|"
    yield "04", f"PAR|M|{meter}|DIAL|5|{FIRST}|"
    yield "04", f"PAR|M|{meter}|CH01|KWH|{FIRST}|"
    yield "05", f"REL|SM|{sdp}|{meter}|{FIRST}|"
    yield "05", f"REL|MC|{meter}|{amcd}|{FIRST}|"
    yield "05", f"REL|SA|{sdp}|ACC-{index:07d}{account}|{account_from}|"
    yield "05", f"REL|SB|{sdp}|{AGENT}|{FIRST}|"
    yield "05", f"REL|SO|{sdp}|{OPERATOR}|{FIRST}|"


class Sending(NamedTuple):
    """A set as it is sent: its TX_ID, the time in its names (EST), when it was extracted."""

    tx_id: str
    minute: str = "202511012000"
    extracted: datetime = EXTRACTED


class Written(NamedTuple):
    """A file of a set: its numbers, its name and how many records it has."""

    number: str
    segment: str
    name: str
    details: int


def write_set(
    folder: Path, sending: Sending, sdps: int, *, changed: bool, most: int
) -> list[Written]:
    """Write the files of a P-Sync without its Manifest, cut at `most` records; return which."""
    folder.mkdir(parents=True, exist_ok=True)
    bodies: dict[str, list[str]] = {number: [] for number in FILES}
    segments = dict.fromkeys(FILES, 1)
    written: list[Written] = []

    def cut(number: str) -> None:
        written.append(_write(folder, sending, number, segments[number], bodies[number]))
        bodies[number] = []
        segments[number] += 1

    for index in range(sdps):
        for number, line in lines(index, way(index) if changed else None):
            bodies[number].append(line)
            if len(bodies[number]) == most:
                cut(number)
    for number in FILES:
        if bodies[number] or segments[number] == 1:
            cut(number)
    return sorted(written)


def write_manifest(
    folder: Path, sending: Sending, files: Sequence[Written], sequence: int
) -> Written:
    """Write the Manifest of the files of a set."""
    records = [f"MAN|{each.number}|{each.segment}|{each.name}|{each.details}" for each in files]
    return _write(folder, sending, "00", 1, records, f"P|{sequence}|{len(records)}")


def _write(
    folder: Path,
    sending: Sending,
    number: str,
    segment: int,
    records: list[str],
    own: str = "||",
) -> Written:
    tx_id, minute, extracted = sending
    name = f"{LDC}.{LDC}.3000.01.{minute}.{tx_id}.{number}.{segment:02d}.DAT"
    with (folder / name).open("w", encoding="ascii") as file:
        file.write(f"FNR|{name}\n")
        file.write(f"FHR|3000|01|{LDC}|{LDC}|{minute}00|{len(records)}|{tx_id}|{number}|")
        file.write(f"{segment:02d}|{est_seconds(extracted)}|{own}\n")
        file.writelines(f"{line}\n" for line in records)
    return Written(number, f"{segment:02d}", name, len(records))
