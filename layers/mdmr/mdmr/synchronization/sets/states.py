"""States of a file set and what may follow what: tables for deciding and for documenting."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from mdmr.exchange.files.codes import Acts
from mdmr.exchange.ledger.lifecycle import Phase, StateRule


class SetState(StrEnum):
    """States of a file set."""

    COLLECTING = "COLLECTING"
    HELD = "HELD"
    STAGING = "STAGING"
    LOADED = "LOADED"
    PROCESSING = "PROCESSING"
    STOPPED = "STOPPED"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"
    REJECTED = "REJECTED"


class Decision(StrEnum):
    """What the operator decides about a stopped set: go on with it, or end it as it is."""

    NONE = ""
    RELEASE = "RELEASE"
    REFUSE = "REFUSE"


_NOTHING = "nothing"
_REPORTS = "IR06 and IR07"
_SENDER, _OPERATOR = Acts.SENDER, Acts.OPERATOR
_RULES = (
    StateRule(
        SetState.COLLECTING,
        Phase.WAITING,
        "The hub is collecting the files of the set.",
        _NOTHING,
        acts=_SENDER,
    ),
    StateRule(
        SetState.HELD, Phase.WAITING, "The set is complete and waits for its turn.", _NOTHING
    ),
    StateRule(
        SetState.STAGING,
        Phase.PROCESSING,
        "The hub is checking all records of the set.",
        _NOTHING,
    ),
    StateRule(SetState.LOADED, Phase.PROCESSING, "No record has an error.", "IR14"),
    StateRule(
        SetState.PROCESSING,
        Phase.PROCESSING,
        "The hub is applying the records to the master directory.",
        _NOTHING,
    ),
    StateRule(
        SetState.STOPPED,
        Phase.WAITING,
        "The set has stopped. The operator must release or refuse it.",
        _REPORTS,
        acts=_OPERATOR,
    ),
    StateRule(
        SetState.COMPLETE, Phase.DONE, "The hub has processed the set.", _REPORTS, final=True
    ),
    StateRule(
        SetState.FAILED,
        Phase.FAILED,
        "A record has an error. Nothing of the set is applied.",
        "IR14",
        final=True,
        acts=_SENDER,
    ),
    StateRule(
        SetState.REJECTED,
        Phase.FAILED,
        "The set was not complete in time, or was out of order.",
        "IR10",
        final=True,
        acts=_SENDER,
    ),
)
STATES = {each.state: each for each in _RULES}


class SetMove(Struct, frozen=True):
    """A step that a set may take, and when it does."""

    start: SetState
    to: SetState
    when: str


_FAILURE = "a step of the hub failed for good"
_AGAIN = "the operator releases it: it goes on where the step failed"
_AT_ONCE = "its Manifest cannot be accepted, or its number is used already"
MOVES = (
    SetMove(SetState.COLLECTING, SetState.HELD, "complete, and not its turn"),
    SetMove(SetState.COLLECTING, SetState.STAGING, "complete, and its turn"),
    SetMove(SetState.COLLECTING, SetState.REJECTED, f"{_AT_ONCE}; or not complete in time"),
    SetMove(SetState.COLLECTING, SetState.STOPPED, _FAILURE),
    SetMove(SetState.HELD, SetState.STAGING, "its turn comes"),
    SetMove(SetState.HELD, SetState.REJECTED, "a set before it is not received in time"),
    SetMove(SetState.HELD, SetState.STOPPED, _FAILURE),
    SetMove(SetState.STAGING, SetState.LOADED, "No record has an error."),
    SetMove(SetState.STAGING, SetState.FAILED, "a record has an error"),
    SetMove(SetState.STAGING, SetState.STOPPED, _FAILURE),
    SetMove(SetState.LOADED, SetState.PROCESSING, "its work begins"),
    SetMove(SetState.LOADED, SetState.STOPPED, "stopped before its work begins"),
    SetMove(SetState.PROCESSING, SetState.STOPPED, "a threshold, or a failure inside"),
    SetMove(SetState.PROCESSING, SetState.COMPLETE, "its last record is worked"),
    SetMove(SetState.STOPPED, SetState.COLLECTING, _AGAIN),
    SetMove(SetState.STOPPED, SetState.HELD, _AGAIN),
    SetMove(SetState.STOPPED, SetState.STAGING, _AGAIN),
    SetMove(SetState.STOPPED, SetState.PROCESSING, "the operator releases it"),
    SetMove(SetState.STOPPED, SetState.COMPLETE, "the operator refuses it"),
)
_LEGAL = frozenset((each.start, each.to) for each in MOVES)
FINAL = frozenset(each.state for each in _RULES if each.final)
# It may still take files, or be refused for what it lacks.
GATHERING = frozenset({SetState.COLLECTING, SetState.HELD})
# From here on its sequence number is used, whatever becomes of it.
LOADED = frozenset(
    {SetState.LOADED, SetState.PROCESSING, SetState.STOPPED, SetState.COMPLETE},
)


class IllegalSetMoveError(ValueError):
    """A set cannot go from the one state to the other."""


def check_move(start: SetState, to: SetState) -> None:
    """Raise IllegalSetMoveError unless a set may go from one state to the other."""
    if (start, to) not in _LEGAL:
        raise IllegalSetMoveError(f"{start.value} is never followed by {to.value}")
