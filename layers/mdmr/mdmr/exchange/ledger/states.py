"""States of an inbound file and what may follow what: tables for deciding and for documenting.

Who must act about a refused file its code tells (`acting.who_acts`).
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from mdmr.exchange.files.codes import Acts
from mdmr.exchange.ledger.lifecycle import Phase, StateRule


class FileState(Enum):
    """States of an inbound file."""

    ARRIVED = "ARRIVED"
    HELD = "HELD"
    REJECTED = "REJECTED"
    ACCEPTED = "ACCEPTED"
    PROCESSING = "PROCESSING"
    DONE = "DONE"
    FAILED = "FAILED"


_RULES = (
    StateRule(
        FileState.ARRIVED,
        Phase.WAITING,
        "lies in the inbound bucket, nothing is decided",
        "nobody",
    ),
    StateRule(
        FileState.HELD,
        Phase.WAITING,
        "kept while the gateway is closed to it, not looked into",
        "the sender: NT01 HELD_FILES",
        acts=Acts.OPERATOR,
    ),
    StateRule(
        FileState.REJECTED,
        Phase.FAILED,
        "refused as a whole at intake, without any effect; its name is free again",
        "the sender: FR01, event FILE_REJECTED",
        final=True,
    ),
    StateRule(
        FileState.ACCEPTED,
        Phase.ACCEPTED,
        "passed intake and waits for the next run of its process",
        "nobody; where no process works its type yet the sender: event FILE_WAITS",
    ),
    StateRule(FileState.PROCESSING, Phase.PROCESSING, "is being worked", "nobody"),
    StateRule(
        FileState.DONE,
        Phase.DONE,
        "worked to the end",
        "the recipients of its answers: the answers, event FILE_DELIVERED of each",
        final=True,
    ),
    StateRule(
        FileState.FAILED,
        Phase.FAILED,
        "set aside after an internal failure, so that its neighbours go on",
        "the sender: event FILE_FAILED; the operator: an incident",
        acts=Acts.OPERATOR,
    ),
)
STATES = {each.state: each for each in _RULES}


class Move(Struct, frozen=True):
    """A step that a file may take, and when it does."""

    start: FileState
    to: FileState
    when: str


MOVES = (
    Move(FileState.ARRIVED, FileState.HELD, "the gateway keeps new files"),
    Move(
        FileState.ARRIVED, FileState.REJECTED, "a check of intake hits, or intake failed for good"
    ),
    Move(FileState.ARRIVED, FileState.ACCEPTED, "all checks of intake pass"),
    Move(FileState.HELD, FileState.ARRIVED, "the gateway is open again and it is the file's turn"),
    Move(FileState.ACCEPTED, FileState.PROCESSING, "its run begins with it"),
    Move(FileState.PROCESSING, FileState.DONE, "its last answer is decided"),
    Move(FileState.PROCESSING, FileState.FAILED, "its run gave it up after the last try"),
    Move(FileState.FAILED, FileState.ACCEPTED, "the operator takes it up again"),
)
_LEGAL = frozenset((each.start, each.to) for each in MOVES)


class IllegalMoveError(ValueError):
    """A file cannot go from the one state to the other."""


def check_move(start: FileState, to: FileState) -> None:
    """Raise IllegalMoveError unless a file may go from one state to the other."""
    if (start, to) not in _LEGAL:
        raise IllegalMoveError(f"{start.value} is never followed by {to.value}")
