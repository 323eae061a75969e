"""Who may decide, and when files may come in: the lease and the gate, seen from a use case."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Protocol

from msgspec import Struct

from mdmr.calendar.period import Period
from mdmr.ports.state import Check


class GatewayMode(Enum):
    """Modes of the gateway; the strictest that applies counts (REJECT, HOLD, DRAIN, OPEN)."""

    OPEN = "OPEN"
    DRAIN = "DRAIN"
    HOLD = "HOLD"
    REJECT = "REJECT"


class NotActiveError(Exception):
    """This region does not hold the lease: it decides nothing."""


class OtherRegionActiveError(NotActiveError):
    """Another region holds the lease, or none yet: what is to be decided is not for this one."""


class GatewayUnsetError(Exception):
    """The gateway has no mode: the hub was not put into operation yet."""


class Mandate(Struct, frozen=True):
    """The right to decide: stamp `epoch` on what is written and commit it with `check`.

    `solo`: no other region has to hold a decision before it is told.
    """

    epoch: int
    check: Check
    solo: bool = True


class Concern(Struct, frozen=True):
    """Whom and what a file concerns, as far as is known: the gateway may be closed to each.

    `sender` is the organization of the inbound prefix; `ldc` and `file_id` are empty when the name
    does not tell them.
    """

    sender: str
    ldc: str = ""
    file_id: str = ""


class GateReading(Struct, frozen=True):
    """The gateway as it was read for a concern; a commit with `check` fails if it changed since.

    `mode` is that for new files: the strictest that applies, HOLD also while the gateway is open
    again and files held before are worked first. `releases`: those may be decided. `works`: files
    that were accepted before are worked; in HOLD they are kept as they are. `version` counts the
    changes of the gateway; `closure` is the number under which files are held now.
    """

    mode: GatewayMode
    check: Check
    releases: bool
    works: bool
    version: int
    closure: int


class Lease(Protocol):
    """The lease that names the active region."""

    def mandate(self, subject: str) -> Mandate:
        """Return this region's mandate for decisions about `subject` (its shard is derived).

        Raises OtherRegionActiveError when another region is active or none is yet, and
        NotActiveError when this one is unverified or its renewal is too old.
        """
        ...


class Gate(Protocol):
    """The gateway at which files come in, and which keeps what is inside while it is HOLD."""

    def reading(self, concern: Concern, arrived: datetime | None = None) -> GateReading:
        """Return how the gateway stands to a file of this concern that arrived then (None: now).

        What came before a closure is not refused by it, however late it is told of.
        Raises GatewayUnsetError before the hub is in operation.
        """
        ...

    def closed(self, concern: Concern) -> list[Period]:
        """Return when the gateway was closed to a concern, by start; the last may be open.

        Clocks stand still in these periods (`calendar.closed`).
        """
        ...
