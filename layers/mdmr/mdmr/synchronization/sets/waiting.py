"""What sets wait for: a table for deciding, for telling and for documenting."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from mdmr.exchange.files.codes import Acts


class Reason(StrEnum):
    """What a set waits for."""

    MANIFEST = "MANIFEST"
    FILES = "FILES"
    PRIOR = "PRIOR"
    TURN = "TURN"
    SLOT = "SLOT"
    GATEWAY = "GATEWAY"
    OPERATOR = "OPERATOR"


class ReasonRule(Struct, frozen=True):
    """A reason: what is waited for, and what follows when that does not come in time.

    `acts` is who must act so that the wait ends, None where it ends by itself.
    """

    reason: Reason
    waits_for: str
    otherwise: str
    acts: Acts | None = None


_RULES = (
    ReasonRule(Reason.MANIFEST, "file 00, the Manifest", "rejected with I001", Acts.SENDER),
    ReasonRule(
        Reason.FILES,
        "files that its Manifest lists, or an end of files that it does not list",
        "rejected with I002 and I004",
        Acts.SENDER,
    ),
    ReasonRule(Reason.PRIOR, "sets with lower sequence numbers", "rejected with I005", Acts.SENDER),
    ReasonRule(Reason.TURN, "the end of the sets before it, which are here", "nothing: it waits"),
    ReasonRule(Reason.SLOT, "the time of day at which large P-Syncs may begin", "it begins then"),
    ReasonRule(
        Reason.GATEWAY, "the gateway, which keeps it as it is", "nothing: it waits", Acts.OPERATOR
    ),
    ReasonRule(
        Reason.OPERATOR,
        "the operator, who releases or refuses it",
        "nothing: it waits",
        Acts.OPERATOR,
    ),
)
REASONS = {each.reason: each for each in _RULES}
