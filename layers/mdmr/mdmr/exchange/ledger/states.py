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
        "The file is in the inbound bucket, and the hub has not decided about it.",
        "nobody",
    ),
    StateRule(
        FileState.HELD,
        Phase.WAITING,
        "The gateway is closed. The hub keeps the file and has not checked it.",
        "the sender: NT01 HELD_FILES",
        acts=Acts.OPERATOR,
    ),
    StateRule(
        FileState.REJECTED,
        Phase.FAILED,
        "The hub rejected the whole file. It has no effect, and its name can be reused.",
        "the sender: FR01, event FILE_REJECTED",
        final=True,
    ),
    StateRule(
        FileState.ACCEPTED,
        Phase.ACCEPTED,
        "The file passed all checks of intake and waits for its process.",
        "nobody; if no process handles its type yet, the sender: event FILE_WAITS",
    ),
    StateRule(FileState.PROCESSING, Phase.PROCESSING, "The hub is processing the file.", "nobody"),
    StateRule(
        FileState.DONE,
        Phase.DONE,
        "The hub has processed the file.",
        "the recipients of its answers: the answers, each with event FILE_DELIVERED",
        final=True,
    ),
    StateRule(
        FileState.FAILED,
        Phase.FAILED,
        "The hub failed on the file. Other files go on.",
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
    Move(FileState.ARRIVED, FileState.HELD, "The gateway holds new files."),
    Move(
        FileState.ARRIVED, FileState.REJECTED, "A check of intake fails, or intake itself failed."
    ),
    Move(FileState.ARRIVED, FileState.ACCEPTED, "The file passes all checks of intake."),
    Move(
        FileState.HELD,
        FileState.ARRIVED,
        "The gateway is open again, and it is the turn of the file.",
    ),
    Move(FileState.ACCEPTED, FileState.PROCESSING, "Its process starts with the file."),
    Move(FileState.PROCESSING, FileState.DONE, "The hub has decided its last answer."),
    Move(
        FileState.PROCESSING,
        FileState.FAILED,
        "Its process failed on the file at the last attempt.",
    ),
    Move(FileState.FAILED, FileState.ACCEPTED, "The operator has the file processed again."),
)
_LEGAL = frozenset((each.start, each.to) for each in MOVES)


class IllegalMoveError(ValueError):
    """A file cannot go from the one state to the other."""


def check_move(start: FileState, to: FileState) -> None:
    """Raise IllegalMoveError unless a file may go from one state to the other."""
    if (start, to) not in _LEGAL:
        raise IllegalMoveError(f"{start.value} is never followed by {to.value}")
