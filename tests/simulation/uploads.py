"""What organizations upload in a seed's world: good files, bad ones, and ones that compete."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mdmr.calendar.instants import est_seconds
from mdmr.exchange.inbound.routing import line_of
from mdmr.exchange.ledger.receipts import Arrival

from tests.simulation.market import (
    ENDING_AGENT,
    ENDING_LDC,
    POISON_SDP,
    SDPS,
    STRANGER,
    Market,
)
from tests.simulation.themes import Theme
from tests.support.market import AGENT, LDC, OTHER_LDC, READER, framed, name, request

# What intake never gets over: a file with this in its name.
POISON_NAME = "20200229"
_UNSUPPORTED = "09"
_TYPES = ("1000", "5000", "7000", "8000")
_SENDERS = (AGENT, AGENT, LDC, OTHER_LDC, ENDING_AGENT, ENDING_LDC)
# More than this many bytes are refused.
LARGE = 1_000_000


@dataclass(eq=False)
class Upload:
    """A file that an organization uploads, and when; then what the bucket made of it.

    `disturbed`: something was done to it, or to an earlier one in whose line it may wait. `worked`
    is when intake was at work on it, from when until when.
    """

    at: datetime
    prefix: str
    name: str
    body: bytes
    arrival: Arrival | None = None
    disturbed: bool = False
    worked: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The line in which it is worked, one file after the other."""
        return line_of(self.key)

    @property
    def key(self) -> str:
        """The object's key."""
        return f"{self.prefix}/{self.name}"

    @property
    def known(self) -> Arrival:
        """The arrival of an upload that was made."""
        if self.arrival is None:
            raise LookupError(self.key)
        return self.arrival

    @property
    def poisoned(self) -> bool:
        """Whether intake never gets over it."""
        return POISON_NAME in self.name


class Uploads:
    """Draws the uploads of a seed."""

    def __init__(self, dice: random.Random, market: Market, start: datetime, theme: Theme) -> None:
        self._dice, self._market, self._start, self._theme = dice, market, start, theme
        self._made: list[Upload] = []
        self._second = 0

    def draw(self, number: int, within: timedelta) -> list[Upload]:
        """Return so many uploads in order of time, at any time within a stretch."""
        seconds = int(within.total_seconds())
        times = [self._dice.randint(0, seconds) for _ in range(number)]
        for at in sorted(times):
            if self._made and self._dice.random() < self._theme.together:
                pause = self._dice.choice(self._theme.pauses)
                self._at = self._made[-1].at + timedelta(seconds=pause)
            else:
                self._at = max(
                    self._start + timedelta(seconds=at),
                    self._made[-1].at if self._made else self._start,
                )
            make = self._dice.choices(*zip(*self._kinds(), strict=True))[0]
            prefix, file_name, body = make()
            self._made.append(Upload(self._at, prefix, file_name, body))
            if self._dice.random() < self._theme.twins:
                # Another version under its name within the second.
                body = self._another_version(self._made[-1])
                self._made.append(Upload(self._at, prefix, file_name, body))
        return self._made

    def _kinds(self) -> Iterator[tuple[Callable[[], tuple[str, str, bytes]], float]]:
        yield self._request, 160 if self._theme.much == "request" else 40
        yield self._other_type, 6
        yield self._schedule, 8
        yield self._bad, 26
        yield self._set_part, 5
        yield self._unsupported, 1_000 if self._theme.much == "unsupported" else 6
        if self._made:
            yield self._same_name, 10
            yield self._same_content, 9
        yield self._poison, 2
        yield self._poisoned_request, 2

    def _request(self) -> tuple[str, str, bytes]:
        # Where the gateway is closed for one LDC, its agent sends for several in one slot.
        among = self._theme.closing and self._dice.random() < 0.6
        sender = AGENT if among else self._dice.choice(_SENDERS)
        ldcs = self._market.submits(sender, "1000")
        likely = 0.3 if among else 0.6
        ldc = LDC if LDC in ldcs and self._dice.random() < likely else self._dice.choice(ldcs)
        file_name = self._name("1000", ldc, sender)
        return sender, file_name, framed(file_name, list(self._records(ldc)))

    def _records(self, ldc: str) -> Iterator[str]:
        for _ in range(self._dice.choice((0, 1, 1, 2, 3, 5))):
            sdp = self._dice.choice(SDPS)
            drawn = self._dice.random()
            if drawn < 0.06:
                yield f"DTL|{ldc}|"
            elif drawn < 0.12:
                yield f"DTL|{READER}|{sdp}"
            elif drawn < 0.18:
                yield f"DTL|{ldc}|{sdp.lower()} "
            elif drawn < 0.22:
                yield f"DTL|{ldc}"
            else:
                yield f"DTL|{ldc}|{sdp}"

    def _other_type(self) -> tuple[str, str, bytes]:
        """Return a good file of a type that no process works yet."""
        file_id = self._dice.choice(("7000", "7100", "5500"))
        sender = READER if file_id.startswith("7") else AGENT
        suffix = "XML" if file_id == "5500" else "DAT"
        file_name = self._name(file_id, LDC, sender, suffix=suffix)
        if file_id in ("7100", "5500"):
            return sender, file_name, f"anything {self._second}\n".encode()
        return sender, file_name, framed(file_name, [f"DTL|{self._second}"])

    def _schedule(self) -> tuple[str, str, bytes]:
        """Return a schedule that competes with others for the periods of a few cycles."""
        file_name = self._name("8000", LDC, self._dice.choice((AGENT, LDC)))
        return file_name.split(".")[1], file_name, framed(file_name, list(self._periods()))

    def _periods(self) -> Iterator[str]:
        for _ in range(self._dice.choice((0, 1, 1, 2, 3))):
            month, cycle = self._dice.randint(1, 4), self._dice.choice(("BC01", "BC02"))
            action = self._dice.choices("AUDX", (12, 4, 2, 1))[0]
            day = self._dice.choice((1, 1, 1, 5))
            yield f"DTL|{cycle}|20260{month}01|20260{month + 1}0{day}|{action}"

    def _set_part(self) -> tuple[str, str, bytes]:
        part = self._dice.choice((".tx0001.00.01", ".tx0001.01.01"))
        file_name = self._name("4000", LDC, AGENT, version="00", tail=part)
        return AGENT, file_name, framed(file_name, [])

    def _same_name(self) -> tuple[str, str, bytes]:
        """Return another version of an earlier file, with its bytes or with others."""
        earlier = self._dice.choice(self._made)
        return earlier.prefix, earlier.name, self._another_version(earlier)

    def _another_version(self, earlier: Upload) -> bytes:
        """Return the bytes of an earlier file, or others under its name."""
        if self._dice.random() < 0.5 or len(earlier.body) > LARGE // 2:
            return earlier.body
        _, _, body = self._request()
        return _under_name(body, earlier.name)

    def _same_content(self) -> tuple[str, str, bytes]:
        """Return the bytes of an earlier request under another name."""
        earlier = [each for each in self._made if ".1000." in each.name]
        if not earlier:
            return self._request()
        chosen = self._dice.choice(earlier)
        ldc, sender = chosen.name.split(".")[:2]
        file_name = self._name("1000", ldc, sender)
        return chosen.prefix, file_name, _under_name(chosen.body, file_name)

    def _poison(self) -> tuple[str, str, bytes]:
        self._second += 1
        file_name = name(at=f"{POISON_NAME}{self._second:06d}")
        return AGENT, file_name, request(file_name, self._dice.choice(SDPS))

    def _poisoned_request(self) -> tuple[str, str, bytes]:
        ldc = self._dice.choice((LDC, OTHER_LDC))
        file_name = self._name("1000", ldc, AGENT)
        return AGENT, file_name, request(file_name, self._dice.choice(SDPS), POISON_SDP)

    def _bad(self) -> tuple[str, str, bytes]:
        """Return a file that breaks one rule of intake."""
        return self._dice.choice(
            (self._bad_name, self._bad_party, self._bad_bytes, self._bad_frame)
        )()

    def _bad_name(self) -> tuple[str, str, bytes]:
        bad = self._dice.choice(
            (
                lambda: f"odd-{self._second}",
                lambda: self._name("1000", LDC, AGENT, suffix="XML"),
                lambda: self._name("2000", LDC, AGENT),
                lambda: name(at="20250230120000"),
                lambda: self._name("1000", LDC, AGENT, ahead=timedelta(days=2)),
                lambda: self._name("1000", LDC, AGENT, tail=".tx0001.00.01"),
                lambda: self._name("4000", LDC, AGENT),
            )
        )()
        self._second += 1
        return AGENT, bad, request(bad, self._dice.choice(SDPS))

    def _unsupported(self) -> tuple[str, str, bytes]:
        """Return a file of an unknown version."""
        bad = self._name(self._dice.choice(_TYPES), LDC, AGENT, version=_UNSUPPORTED)
        return AGENT, bad, request(bad, self._dice.choice(SDPS))

    def _bad_party(self) -> tuple[str, str, bytes]:
        prefix, ldc, sender = self._dice.choice(
            (
                (AGENT, STRANGER, AGENT),
                (AGENT, READER, AGENT),
                (STRANGER, LDC, STRANGER),
                (READER, LDC, AGENT),
                (READER, LDC, READER),
                (AGENT, OTHER_LDC, LDC),
            )
        )
        file_name = self._name("1000", ldc, sender)
        return prefix, file_name, request(file_name, self._dice.choice(SDPS))

    def _bad_bytes(self) -> tuple[str, str, bytes]:
        file_name = self._name("1000", LDC, AGENT)
        body = request(file_name, *self._dice.sample(SDPS, 2))
        drawn = self._dice.random()
        if drawn < 0.4:
            return AGENT, file_name, b""
        if drawn < 0.45:
            return AGENT, file_name, body + b"\n" * (LARGE + 1 - len(body))
        return AGENT, file_name, body.replace(b"SP", b"\x00P" if drawn < 0.8 else b"\n\nSP")

    def _bad_frame(self) -> tuple[str, str, bytes]:
        file_name = self._name("1000", LDC, AGENT)
        detail = f"DTL|{LDC}|{self._dice.choice(SDPS)}"
        bad = self._dice.choice(
            (
                _under_name(framed(file_name, [detail]), "another"),
                framed(file_name, [detail], header=f"FHR|1000|00|{OTHER_LDC}|{AGENT}|20250820|1"),
                framed(file_name, [detail], count=2),
                framed(file_name, [detail], end="EOF|3"),
            )
        )
        return AGENT, file_name, bad

    def _name(
        self,
        file_id: str,
        ldc: str,
        sender: str,
        *,
        version: str = "",
        tail: str = "",
        suffix: str = "DAT",
        ahead: timedelta = timedelta(),
    ) -> str:
        """Return a name that no other file has."""
        self._second += 1
        at = self._start + timedelta(seconds=self._second) + ahead
        known = version or "00"
        return name(
            file_id,
            ldc=ldc,
            sender=sender,
            version=known,
            at=est_seconds(at),
            tail=tail,
            suffix=suffix,
        )


def _under_name(body: bytes, file_name: str) -> bytes:
    """Return a file's bytes with another name in line 1."""
    _, _, rest = body.partition(b"\n")
    return f"FNR|{file_name}\n".encode() + rest
