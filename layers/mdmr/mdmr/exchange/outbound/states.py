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
        "decided, to be made, or waiting for its next try",
        "nobody",
    ),
    StateRule(
        DELIVERED,
        Phase.DONE,
        "the object lies in the recipient's prefix",
        "the recipient: event FILE_DELIVERED",
        final=True,
    ),
    StateRule(
        FAILED_DELIVERY,
        Phase.FAILED,
        "given up after the last try",
        "the recipient: event DELIVERY_FAILED; the operator: an incident",
        acts=Acts.OPERATOR,
    ),
    StateRule(
        WITHHELD,
        Phase.FAILED,
        "the recipient was not entitled when it was decided; what is decided later may be sent",
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
    Move(INTENDED, DELIVERED, "the object is written and told"),
    Move(INTENDED, FAILED_DELIVERY, "the last try of `out.retry_min` failed"),
    Move(FAILED_DELIVERY, INTENDED, "the operator takes it up again"),
)
_LEGAL = frozenset((each.start, each.to) for each in MOVES)


class IllegalMoveError(ValueError):
    """A delivery cannot go from the one state to the other."""


def check_move(start: str, to: str) -> None:
    """Raise IllegalMoveError unless a delivery may go from one state to the other."""
    if (start, to) not in _LEGAL:
        raise IllegalMoveError(f"{start} is never followed by {to}")
