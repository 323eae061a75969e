"""Who may decide, and when files may come in: the lease and the gate, seen from a use case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from mdmr.ports.state import Check


class GatewayMode(Enum):
    """Modes of the gateway; the strictest that applies counts (REJECT, HOLD, DRAIN, OPEN)."""

    OPEN = "OPEN"
    DRAIN = "DRAIN"
    HOLD = "HOLD"
    REJECT = "REJECT"


class NotActiveError(Exception):
    """This region does not hold the lease: it decides nothing."""


class GatewayUnsetError(Exception):
    """The gateway has no mode: the hub was not put into operation yet."""


@dataclass(frozen=True)
class Mandate:
    """The right to decide: stamp `epoch` on what is written and commit it with `check`."""

    epoch: int
    check: Check


@dataclass(frozen=True)
class GateReading:
    """The gateway's mode as it was read; a commit with `check` fails if it has changed since."""

    mode: GatewayMode
    check: Check


class Lease(Protocol):
    """The lease that names the active region."""

    def mandate(self, subject: str) -> Mandate:
        """Return this region's mandate for decisions about `subject` (its shard is derived).

        Raises NotActiveError when another region is active, this one is unverified, or its
        renewal is too old.
        """
        ...


class Gate(Protocol):
    """The gateway at which files come in."""

    def reading(self) -> GateReading:
        """Return the present mode. Raises GatewayUnsetError before the hub is in operation."""
        ...
