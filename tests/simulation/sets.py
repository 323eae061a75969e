"""The synchronization sets of a seed's world: in any order, with gaps, twins and faulty records."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from mdmr.identifiers.kept import Kept, keep
from mdmr.identifiers.universal_id import Pair
from mdmr.ports.hub import Hub
from mdmr.synchronization.set_id import SetId

from tests.simulation.uploads import Upload
from tests.support.market import AGENT, LDC, OTHER_LDC, READER
from tests.support.set_files import files_of

# The numbers of each LDC's SDPs; none of them is the one that its pair would draw.
USDPS: Mapping[str, tuple[str, ...]] = {
    LDC: ("48217730", "90155462", "31774205", "44901826"),
    OTHER_LDC: ("52210047", "67330918"),
}
_START = "20250801000000"
_NO_CYCLE, _NO_INSTANT = "BC99", "20250832000000"
_LATEST = timedelta(hours=3, minutes=40)
_MINUTE = timedelta(minutes=1)
# How long after the set before it a set begins to be sent, in minutes.
_PAUSES = (0, 0, 0, 1, 15)
# How long after the one before it a file of a set comes, in seconds; one is often late.
_SOON, _LATE = (0, 0, 1, 3), (300, 1_500, 3_900)


def issue(hub: Hub) -> None:
    """Let the SDPs of the sets have their numbers."""
    for ldc, usdps in USDPS.items():
        for usdp in usdps:
            keep(hub, Kept(Pair(ldc, _sdp_id(usdp)), usdp, issued=True), by="test")


class Sets:
    """Draws the sets of a seed."""

    def __init__(self, dice: random.Random, start: datetime) -> None:
        self._dice, self._start = dice, start
        self._made = 0

    def draw(self) -> list[Upload]:
        """Return the files of all sets in order of time."""
        found = list(self._of_ldc(LDC, self._dice.choice((2, 2, 3))))
        if self._dice.random() < 0.3:
            found += self._of_ldc(OTHER_LDC, self._dice.randint(1, 2))
        return sorted(found, key=lambda each: each.at)

    def _of_ldc(self, ldc: str, count: int) -> Iterator[Upload]:
        numbers = list(range(1, count + 1))
        if self._dice.random() < 0.25:
            numbers.append(self._dice.choice(numbers))
        if self._dice.random() < 0.1:
            numbers.remove(self._dice.choice(numbers))
        if self._dice.random() < 0.4:
            self._dice.shuffle(numbers)
        at = self._start + self._dice.randint(0, 60) * _MINUTE
        for number in numbers:
            yield from self._one(ldc, number, at)
            at += self._dice.choice(_PAUSES) * _MINUTE

    def _one(self, ldc: str, number: int, at: datetime) -> Iterator[Upload]:
        """Yield the files of a set from an instant on, in any order."""
        self._made += 1
        file_id = self._dice.choice(("4000", "4000", "3000"))
        submitter = self._dice.choice((AGENT, AGENT, ldc))
        set_id = SetId(ldc, submitter, file_id, f"st{self._made:04}")
        lines = [line for usdp in self._told_of(ldc) for line in self._records(usdp)]
        extracted = self._start + (number - 20) * 30 * _MINUTE
        if self._dice.random() < 0.35:
            # Before the set before it: right only where that one was not applied.
            extracted -= 45 * _MINUTE
        files = list(files_of(set_id, number, lines, at=at, extracted=extracted).items())
        self._dice.shuffle(files)
        if self._dice.random() < 0.06:
            files.pop()
        late = self._dice.randrange(len(files)) if self._dice.random() < 0.2 else None
        for place, (name, body) in enumerate(files):
            pause = self._dice.choice(_LATE if place == late else _SOON)
            at = min(at + timedelta(seconds=pause), self._start + _LATEST)
            yield Upload(at, submitter, name, body)

    def _told_of(self, ldc: str) -> list[str]:
        usdps = USDPS[ldc]
        return self._dice.sample(usdps, self._dice.randint(1, 2))

    def _records(self, usdp: str) -> Iterator[str]:
        """Yield all records of an SDP; some are refused, few are faulty."""
        drawn = self._dice.random()
        start = _NO_INSTANT if drawn < 0.08 else _START
        yield f"SDP|{usdp}|{_sdp_id(usdp)}|P|E|AC|{_START}|"
        yield f"PRM|{usdp}|PR-1|Oakville|ON|L6H0A1|{_START}|"
        yield f"SAG|{usdp}|{self._dice.choice(('01', '04'))}|E|{_START}|"
        yield f"PAR|S|{usdp}|VEES|{self._dice.choice(('01', '05'))}|{start}|"
        yield f"REL|SB|{usdp}|{AGENT}|{_START}|"
        yield f"REL|SO|{usdp}|{READER}|{_START}|"
        if self._dice.random() < 0.5:
            day = self._dice.randint(10, 19)
            yield f"REL|SA|{usdp}|ACC-{self._dice.randint(1, 3)}|202508{day}000000|"
        if 0.08 <= drawn < 0.2:
            yield f"PAR|S|{usdp}|BCID|{_NO_CYCLE}|{_START}|"
        if self._dice.random() < 0.3:
            yield from _meter(usdp)


def _meter(usdp: str) -> Iterator[str]:
    meter, module = f"M-{usdp[:4]}", f"A-{usdp[:4]}"
    yield f"MTR|{meter}|ELSTER|REX2|S|00000100|N|{_START}|"
    yield f"COM|{module}|EL||{_START}|"
    yield f"PAR|M|{meter}|DIAL|5|{_START}|"
    yield f"PAR|M|{meter}|CH01|KWH|{_START}|"
    yield f"REL|SM|{usdp}|{meter}|{_START}|"
    yield f"REL|MC|{meter}|{module}|{_START}|"


def _sdp_id(usdp: str) -> str:
    return f"SET-{usdp[:4]}"
