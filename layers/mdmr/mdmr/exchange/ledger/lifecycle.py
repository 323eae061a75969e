"""The lifecycle of what people follow: five phases, whatever the states of a thing are called.

Receipts, file sets, schedule files and deliveries have states of their own. Each state is a row of
its room's table, in this one shape; `mdmr.processes.lifecycle` is the table of all of them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

from mdmr.exchange.files.codes import Acts

StateT = TypeVar("StateT")


class Phase(StrEnum):
    """How far a thing is, in the five words that people see."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    PROCESSING = "processing"
    DONE = "done"
    FAILED = "failed"


class StateRule(Struct, Generic[StateT], frozen=True):
    """A state: its phase, what it means, who is told of it and how.

    `acts` is who must act so that the thing goes on, None where nobody must; `final`: no other
    state follows.
    """

    state: StateT
    phase: Phase
    meaning: str
    told: str
    final: bool = False
    acts: Acts | None = None
