"""States of a delivery and what may follow what: tables for deciding and for documenting."""

from __future__ import annotations

from msgspec import Struct

from mdmr.exchange.files.codes import Acts
from mdmr.exchange.ledger.lifecycle import Phase, StateRule

INTENDED, DELIVERED = "INTENDED", "DELIVERED"
WITHHELD, FAILED_DELIVERY = "WITHHELD", "FAILED_DELIVERY"


_RULES = (
    StateRule(
        INTENDED,
        Phase.WAITING,
        "The hub has decided to send the file, and will attempt it, or attempt it again.",
        "nobody",
    ),
    StateRule(
        DELIVERED,
        Phase.DONE,
        "The file is in the recipient's prefix.",
        "the recipient: event FILE_DELIVERED",
        final=True,
    ),
    StateRule(
        FAILED_DELIVERY,
        Phase.FAILED,
        "The last attempt failed.",
        "the recipient: event DELIVERY_FAILED; the operator: an incident",
        acts=Acts.OPERATOR,
    ),
    StateRule(
        WITHHELD,
        Phase.FAILED,
        "The recipient was not entitled when the hub decided. Later files can be sent.",
        "the LDC: event DELIVERY_WITHHELD",
        final=True,
        acts=Acts.LDC,
    ),
)
STATES = {each.state: each for each in _RULES}


class Move(Struct, frozen=True):
    """A step that a delivery may take, and when it does."""

    start: str
    to: str
    when: str


MOVES = (
    Move(INTENDED, DELIVERED, "The file is written, and the recipient is notified."),
    Move(INTENDED, FAILED_DELIVERY, "The last attempt of `out.retry_min` failed."),
    Move(FAILED_DELIVERY, INTENDED, "The operator has the delivery attempted again."),
)
_LEGAL = frozenset((each.start, each.to) for each in MOVES)


class IllegalMoveError(ValueError):
    """A delivery cannot go from the one state to the other."""


def check_move(start: str, to: str) -> None:
    """Raise IllegalMoveError unless a delivery may go from one state to the other."""
    if (start, to) not in _LEGAL:
        raise IllegalMoveError(f"{start} is never followed by {to}")
