"""P-Sync sets of any size: as an LDC sent one, and as it sends the next with a little changed.

Each SDP has 15 records: a residential one with a meter, its parameters and its relationships. Of
every thousand SDPs five changed, each in one of four ways in turn: another VEE service, another
account, another rate class, or a billing cycle that is not in the schedule, which is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TextIO

from mdmr.calendar.instants import EST

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


def write_details(folder: Path, sdps: int, *, changed: bool) -> dict[str, int]:
    """Write the detail records of a set, a file for each number; return how many each has."""
    folder.mkdir(parents=True)
    counts = dict.fromkeys(FILES, 0)
    files: dict[str, TextIO] = {number: (folder / number).open("w") for number in FILES}
    for index in range(sdps):
        for number, line in lines(index, way(index) if changed else None):
            files[number].write(line + "\n")
            counts[number] += 1
    for each in files.values():
        each.close()
    return counts
